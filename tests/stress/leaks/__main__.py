"""`python -m tests.stress.leaks`: look for the API key in all that a real Airflow writes, keeps and shows.

Without options: at INFO, at DEBUG, and at DEBUG with Airflow's masking of secrets switched off as far as its
settings allow. Prints a table for each, and ends with exit code 1 if the key stands anywhere or if a place
was not searched.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.stress.leaks.cells import all_cells, some_cells
from tests.stress.leaks.examples import all_examples, some_examples
from tests.stress.leaks.hunt import Hunt
from tests.stress.leaks.report import report
from tests.stress.leaks.settings import LEVELS


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        "python -m tests.stress.leaks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--only", choices=LEVELS, help="one hunt of the three")
    options.add_argument("--debug", action="store_const", const="debug", dest="only", help="--only debug")
    options.add_argument("--quick", action="store_true", help="each kind of failure in one mode only")
    options.add_argument("--keep", type=Path, help="work in this new folder, and keep it")
    return options


def main() -> None:
    given = parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all that was started is ended
    folder = given.keep or Path(tempfile.mkdtemp(prefix="modelslab-leaks-"))
    cells = some_cells(all_cells()) if given.quick else all_cells()
    examples = some_examples() if given.quick else all_examples()
    bad = False
    try:
        for name in [given.only] if given.only else LEVELS:
            began = time.monotonic()
            findings = Hunt(folder / name, LEVELS[name]).run(cells, examples)
            print(report(f"{name}, {time.monotonic() - began:.0f} s", findings), flush=True)
            bad = bad or findings.bad()
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bad)


if __name__ == "__main__":
    main()
