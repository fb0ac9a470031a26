"""`python -m tests.stress.kills`: kill Airflow's components, take ModelsLab away, with 200 waits.

Prints a row for each scenario. If one of them went wrong, prints what Airflow kept of each wrong task, keeps
its folder, and ends with exit code 1. Takes some minutes for each; needs Airflow 3, and for two triggerers
PostgreSQL with its drivers (dependency group `kills`).
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import table
from tests.stress.kills.running import Options, Row, run_all
from tests.stress.kills.scenarios import SCENARIOS, Scenario
from tests.support.running.postgres import missing


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser("python -m tests.stress.kills", description=__doc__)

    def add(name: str, meaning: str, kind: Any = int, **more: Any) -> None:
        default = getattr(Options, name)
        options.add_argument(f"--{name}", type=kind, default=default, help=f"{meaning} ({default})", **more)

    add("ids", "waits in flight")
    add("mapped", "how many of them have a task of their own")
    add("overdue", "deadline of the waits whose jobs never end, in s", float)
    add("size", "bytes of the file that is saved")
    add("limit", "seconds for one step", float)
    add("workers", "tasks that Airflow runs at once")
    options.add_argument("--sqlite", dest="postgres", action="store_false", help="not PostgreSQL")
    options.add_argument("--only", nargs="+", choices=SCENARIOS, metavar="NAME", help=", ".join(SCENARIOS))
    options.add_argument("--minutes", type=float, default=60, help="for everything; then it is ended (60)")
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="work in this new folder, and keep it")
    options.set_defaults(postgres=Options.postgres)
    return options


def main() -> None:
    given = parser().parse_args()
    options = Options(**{each.name: getattr(given, each.name) for each in dataclasses.fields(Options)})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all that was started is ended
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, given.minutes * 60)
    scenarios, rows = choose(given.only, options), []
    folder = given.keep or Path(tempfile.mkdtemp(prefix="modelslab-kills-"))
    database = "PostgreSQL" if options.postgres else f"SQLite ({missing() or '--sqlite'})"
    print(f"metadata in {database}, everything else in {folder}", flush=True)
    for row in run_all(scenarios, options, folder):
        rows.append(row)
        show(row)
    print(table([row.cells(options.ids) for row in rows]), flush=True)
    if any(row.problems for row in rows):
        sys.exit(f"not all is good; {folder} is kept")
    if not given.keep:
        shutil.rmtree(folder, ignore_errors=True)


def choose(only: list[str] | None, options: Options) -> Mapping[str, Scenario]:
    """The scenarios that were asked for and are possible."""
    chosen = {name: SCENARIOS[name] for name in only or SCENARIOS}
    possible = {name: each for name, each in chosen.items() if options.postgres or not each.two}
    for name in chosen.keys() - possible.keys():
        print(f"{name}: left out, two triggerers need PostgreSQL", flush=True)
    return possible or sys.exit("nothing is left to run")


def show(row: Row) -> None:
    """Print what came of a scenario."""
    print(f"{row.scenario}: {'WRONG' if row.problems else 'good'}, {row.seconds:.0f} s", flush=True)
    for line in (*row.problems, *row.evidence):
        print(f"  {line}", flush=True)


def _out_of_time(*_: Any) -> None:
    sys.exit("the time for everything is over; see --minutes")  # not an error, which would be one scenario's


if __name__ == "__main__":
    main()
