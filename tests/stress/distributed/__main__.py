"""`python -m tests.stress.distributed`: kill a worker and a triggerer of an Airflow with CeleryExecutor.

Prints a row for each kind of work, and ends with exit code 1, its folder kept, if anything went wrong. Takes
some four minutes; needs `redis-server`, PostgreSQL, and the dependency groups `kills` and `distributed`.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.measuring import table
from tests.stress.distributed.running import Options, run
from tests.support.running.distributed import missing


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser("python -m tests.stress.distributed", description=__doc__)
    meanings = {
        "waits": "ids that sensors wait for",
        "saves": "ids whose files are saved",
        "swaps": "face swaps with a task of their own",
        "pictures": "face swaps of the batch",
        "size": "bytes of each result",
        "limit": "seconds for one step",
    }
    for field in dataclasses.fields(Options):
        text = f"{meanings[field.name]} ({field.default})"
        options.add_argument(f"--{field.name}", type=type(field.default), default=field.default, help=text)
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="work in this new folder, and keep it")
    return options


def main() -> None:
    given = parser().parse_args()
    if reason := missing():
        sys.exit(reason)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all that was started is ended
    folder = given.keep or Path(tempfile.mkdtemp(prefix="modelslab-distributed-"))
    print(f"everything is in {folder}", flush=True)
    began = time.monotonic()
    options = Options(**{each.name: getattr(given, each.name) for each in dataclasses.fields(Options)})
    rows, stage = run(options, folder)
    took = time.monotonic() - began
    print(f"{took:.0f} s, {stage.seconds:.0f} of them after the kill of {stage.killed}")
    print(table([row.cells() for row in rows]), flush=True)
    if stage.problems:
        sys.exit("\n".join([*stage.problems, f"not all is good; {folder} is kept"]))
    if not given.keep:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
