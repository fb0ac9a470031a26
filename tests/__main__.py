"""`python3 -m tests`: make an environment with Airflow, then run pytest over the tests in it."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bootstrap import ENVIRONMENTS, ROOT, Environment, add_options, choose, exiting, make

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the tests need of the checkout when the package itself is to come from a wheel.
BESIDE_THE_PACKAGE = ("pyproject.toml", "README.md", "tests", "dags_examples")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the tests; arguments that are not listed here go to pytest, for example: -m "not airflow"."""
    parser = argparse.ArgumentParser("python3 -m tests", description=main.__doc__, allow_abbrev=False)
    add_options(parser)
    parser.add_argument("--wheel", type=Path, help="test this wheel, installed, instead of the checkout")
    parser.add_argument(
        "--coverage", action="store_true", help="measure coverage, and fail where too few branches are taken"
    )
    options, rest = parser.parse_known_args(arguments)
    with exiting():
        environment = choose(options.airflow, options.python, groups=("test", "kills"), wheel=options.wheel)
        _become_pytest(str(make(environment)), environment, rest, options.coverage)


def _become_pytest(python: str, environment: Environment, rest: list[str], coverage: bool) -> None:
    """Turn this process into pytest, so that signals and the exit code are its own."""
    folder = _without_package(environment) if environment.wheel else ROOT
    os.chdir(folder)
    os.environ.pop("PYTHONPATH", None)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process compiles all of Airflow again
    command = [python, "-m", "pytest", *(["--cov"] if coverage else []), *rest]
    if coverage:
        command = ["/bin/sh", "-c", '"$@" && exec "$0" -m tests.branches', python, *command]
    os.execv(command[0], command)


def _without_package(environment: Environment) -> Path:
    """A copy of the tests with no package beside it, so that only the installed one can be imported."""
    folder = ENVIRONMENTS / f"{environment.name}-tests"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in BESIDE_THE_PACKAGE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


if __name__ == "__main__":
    main()
