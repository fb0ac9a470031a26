"""`python3 -m tests.every_airflow`: the tests on the installed wheel, on every Airflow that is supported.

A cell is an Airflow line on a Python, such as `3.0/3.10`. Without arguments: each line with the oldest and
the newest Python that it runs on and this machine has. A cell runs the unit tests, those of the stand-in, and
one DAG that defers in a real Airflow. Each has a log and a bounded time; a failure does not end the others.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from tests.bootstrap import (
    ENVIRONMENTS,
    PYTHONS,
    ROOT,
    CannotStartError,
    choose,
    exiting,
    find_python,
    tail,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bootstrap import Environment

CHOICE = "(not airflow and not thorough) or smoke"  # the thorough ones depend on no Airflow
TESTS = ("-q", "-m", CHOICE, "-n", "4")  # most tests wait for much of their time
MINUTES = 15.0  # for a cell, the making of its environment included
GRACE = 60.0  # seconds for tests that are interrupted to end what they started
EXACT = "import sys, importlib.metadata as of; print(of.version('apache-airflow'), *sys.version_info[:3])"
ROW = "{:<8} {:<8} {:>7} {:>7} {:>7} {:>8}  {}"


@dataclass(frozen=True)
class Counts:
    """What came of the tests of a cell."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the cells, print a row for each, and end with exit code 1 if one of them failed."""
    options = _options(arguments)
    for number in (signal.SIGTERM, signal.SIGINT):  # which a shell's background jobs do not heed
        signal.signal(number, signal.default_int_handler)  # so that the cell at work is ended too
    with exiting():
        wheel = (options.wheel or build_wheel(ENVIRONMENTS / "wheel")).resolve()
        cells = [choose(*pair, wheel=wheel) for pair in options.cells or list_cells(options.corners)]
        print(ROW.format("Airflow", "Python", "passed", "skipped", "failed", "seconds", ""), flush=True)
        bad = [cell for cell in cells if not run_cell(cell, options.pytest, options.minutes * 60)]
    for cell in bad:
        print(f"\n== the end of {cell.name}\n{tail(_log(cell), 50)}")
    print(f"{len(cells) - len(bad)} of {len(cells)} cells passed")
    sys.exit(bool(bad))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python3 -m tests.every_airflow", description=__doc__)
    parser.add_argument("cells", nargs="*", type=_pair, metavar="AIRFLOW/PYTHON", help="these cells only")
    parser.add_argument("--corners", action="store_true", help="only the oldest and the newest Airflow line")
    parser.add_argument("--wheel", type=Path, help="the wheel to test (default: one built from the checkout)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="for a cell (default: %(default)g)")
    parser.add_argument(
        "--pytest", nargs=argparse.REMAINDER, default=[], help="all that follows goes to pytest"
    )
    return parser.parse_args(arguments)


def _pair(text: str) -> tuple[str, str]:
    airflow, slash, python = text.partition("/")
    if not slash:
        raise argparse.ArgumentTypeError(f"{text} is not like 3.0/3.10")
    return airflow, python


def list_cells(corners: bool = False) -> list[tuple[str, str]]:
    """Each Airflow line with the oldest and the newest Python for it that is here.

    :param corners: the oldest and the newest line only
    """
    lines = list(PYTHONS)
    return [
        (line, python)
        for line in ((lines[0], lines[-1]) if corners else lines)
        for python in _ends([python for python in PYTHONS[line] if find_python(python)])
    ]


def _ends(pythons: list[str]) -> list[str]:
    return pythons if len(pythons) < 2 else [pythons[0], pythons[-1]]


def build_wheel(folder: Path) -> Path:
    """Build the wheel of the checkout by the pip of the Python that runs."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStartError(f"The wheel could not be built:\n{done.stdout}{done.stderr}")
    return max(folder.glob("*.whl"), key=lambda path: path.stat().st_mtime)


def run_cell(cell: Environment, more: Sequence[str], limit: float) -> bool:
    """Run the tests of a cell, print its row, and tell whether all is well.

    :param more: further arguments for pytest
    :param limit: seconds
    """
    log = _log(cell)
    report = log.with_suffix(".xml")
    report.unlink(missing_ok=True)
    where = ("--airflow", cell.airflow, "--python", cell.python, "--wheel", str(cell.wheel))
    begin = time.monotonic()
    command = [sys.executable, "-m", "tests", *where, *TESTS, f"--junitxml={report}", *more]
    ending = run_bounded(command, log, limit)
    counts, seconds = read_counts(report), time.monotonic() - begin
    remark = f"{ending}, see {log}" if ending else ""
    numbers = (counts.passed, counts.skipped, counts.failed, round(seconds))
    print(ROW.format(*exact_versions(cell), *numbers, remark), flush=True)
    return not ending


def _log(cell: Environment) -> Path:
    return ENVIRONMENTS / f"{cell.name}-tests.log"


def run_bounded(command: Sequence[str], log: Path, limit: float) -> str:
    """Run a command with its output in a file; give what went wrong, or nothing.

    :param limit: seconds; then it is interrupted, and killed where that does not help
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        return f"not done in {limit:.0f} s"
    finally:
        _end(process)
    return f"exit code {code}" if code else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs of a command; tests that are interrupted end what they started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_counts(report: Path) -> Counts:
    """What pytest's report in JUnit's format says; nothing ran where there is none."""
    with contextlib.suppress(OSError, ElementTree.ParseError):
        suites = list(ElementTree.parse(report).iter("testsuite"))
        total, skipped, *bad = (_sum(suites, name) for name in ("tests", "skipped", "failures", "errors"))
        return Counts(total - skipped - sum(bad), skipped, sum(bad))
    return Counts()


def _sum(suites: list[ElementTree.Element], name: str) -> int:
    return sum(int(suite.get(name, 0)) for suite in suites)


def exact_versions(cell: Environment) -> tuple[str, str]:
    """The versions that stand in the environment; the lines that were asked for where it was not made."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        airflow, *python = subprocess.check_output(
            [cell.executable, "-c", EXACT], text=True, stderr=subprocess.DEVNULL
        ).split()
        return airflow, ".".join(python)
    return cell.airflow, cell.python


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted")
