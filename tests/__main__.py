"""`python3 -m tests`: make an environment with the newest Airflow, then run pytest over the tests in it."""

from __future__ import annotations

import argparse
import os

from tests import ROOT
from tests.nox import add_python, environment


def main() -> None:
    """Run the tests; arguments that are not listed here go to pytest, for example: -m "not airflow"."""
    parser = argparse.ArgumentParser("python3 -m tests", description=main.__doc__, allow_abbrev=False)
    add_python(parser)
    parser.add_argument(
        "--stores", action="store_true", help="also those that save to emulators of Google Cloud and Azure"
    )
    parser.add_argument(
        "--coverage", action="store_true", help="measure coverage, and fail where too few branches are taken"
    )
    options, rest = parser.parse_known_args()
    python = environment(f"tests-{options.python}", *(["--stores"] if options.stores else []))
    _become_pytest(str(python), rest, options.coverage)


def _become_pytest(python: str, rest: list[str], coverage: bool) -> None:
    """Turn this process into pytest, so that signals and the exit code are its own."""
    os.chdir(ROOT)
    command = [python, "-m", "pytest", *(["--cov"] if coverage else []), *rest]
    if coverage:
        command = ["/bin/sh", "-c", '"$@" && exec "$0" -m tests.support.branches', python, *command]
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
