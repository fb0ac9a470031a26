"""Makes the environments that the tests, the demo and CI run in; needs but Python and pip.

One environment for each pair of an Airflow line and a Python, in `.venv/` of the checkout, made again only
when `pyproject.toml` (or the wheel under test) has changed. Options: `python3 -m tests.bootstrap --help`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".venv"
NEWEST = "3.3"
#: The Pythons that each Airflow line runs on, of those that the package supports.
PYTHONS = {
    "2.11": ("3.10", "3.11", "3.12"),
    "3.0": ("3.10", "3.11", "3.12"),
    "3.1": ("3.10", "3.11", "3.12", "3.13"),
    "3.2": ("3.10", "3.11", "3.12", "3.13"),
    "3.3": ("3.10", "3.11", "3.12", "3.13"),
}
# `airflow dags test` before 3.3 drops the API that it calls; the garbage collector ends it soon or late, and
# from 26.2 on svcs then takes away what each call needs.
LASTING_API = "svcs<26.2"
#: What an Airflow line allows and does not run with; its constraints file spares deployments that.
PINS = {
    # 0.3 refuses every ObjectStoragePath, newer FastAPIs the bodies that tasks send; Airflow 3.1 bounds both.
    "3.0": ("universal-pathlib<0.3", "fastapi<0.118", LASTING_API),
    "3.1": (LASTING_API,),
    # From 0.137 on the API server does not start; Airflow 3.3 says so.
    "3.2": ("fastapi<0.137", LASTING_API),
}
#: A person's pip settings that would put packages elsewhere than into the environment.
PIP_SETTINGS = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
#: When the program began, handed on when it becomes another one; the clock is the same for all processes.
BEGIN = float(os.environ.setdefault("MODELSLAB_TESTS_BEGIN", str(time.monotonic())))


class CannotStartError(Exception):
    """Why no environment could be made, in words for the person at the terminal."""


def say(text: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"[{time.monotonic() - BEGIN:5.1f} s] {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Environment:
    """What an environment is to have.

    :param airflow: the Airflow line, such as "3.3"
    :param python: the Python line, such as "3.13"
    :param groups: dependency groups of pyproject.toml
    :param wheel: the wheel to install; None installs the checkout, editable
    """

    airflow: str
    python: str
    groups: tuple[str, ...] = ()
    wheel: Path | None = None

    @property
    def name(self) -> str:
        return f"airflow-{self.airflow}-py{self.python}{'-wheel' if self.wheel else ''}"

    @property
    def folder(self) -> Path:
        return ENVIRONMENTS / self.name

    @property
    def executable(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def log(self) -> Path:
        return ENVIRONMENTS / f"{self.name}.log"

    @property
    def stamp(self) -> Path:
        return self.folder / "made-of.json"

    @property
    def pins(self) -> tuple[str, ...]:
        return PINS.get(self.airflow, ())

    @property
    def requirements(self) -> list[str]:
        package = [str(self.wheel.resolve())] if self.wheel else ["-e", str(ROOT)]
        groups = [item for name in self.groups for item in ("--group", f"{ROOT / 'pyproject.toml'}:{name}")]
        return [*package, f"apache-airflow~={self.airflow}.0", *self.pins, *groups]

    def digest(self) -> str:
        """What the environment was made from; another value means making it again."""
        parts = [(ROOT / "pyproject.toml").read_bytes(), self.wheel.read_bytes() if self.wheel else b""]
        parts += [text.encode() for text in (str(ROOT), *self.pins)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def groups_there(self) -> set[str] | None:
        """The groups that it has now, or None where it does not stand or is out of date."""
        try:
            stamp = json.loads(self.stamp.read_text())
        except (OSError, ValueError):
            return None
        return set(stamp["groups"]) if stamp["digest"] == self.digest() else None


def choose(airflow: str | None, python: str | None, **more: object) -> Environment:
    """Pick a pair of Airflow and Python that fits; by default the newest Airflow on the Python that runs."""
    airflow = airflow or NEWEST
    if airflow not in PYTHONS:
        raise CannotStartError(f"Airflow {airflow} is not one of {', '.join(PYTHONS)}.")
    fitting = PYTHONS[airflow]
    if python and python not in fitting:
        raise CannotStartError(f"Airflow {airflow} needs Python {fitting[0]} to {fitting[-1]}, not {python}.")
    running = "{}.{}".format(*sys.version_info[:2])
    if not python:
        found = [line for line in (running, *reversed(fitting)) if line in fitting and find_python(line)]
        if not found:
            raise CannotStartError(
                f"Airflow {airflow} needs Python {fitting[0]} to {fitting[-1]}; none was found."
            )
        python = found[0]
    return Environment(airflow, python, **more)  # type: ignore[arg-type]


def find_python(line: str) -> str | None:
    """An interpreter of a Python line such as "3.10": the one running, one on PATH, or one of pyenv's."""
    if line == "{}.{}".format(*sys.version_info[:2]):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    candidates = [shutil.which(f"python{line}"), *sorted(pyenv.glob(f"{line}.*/bin/python"))]
    return next((str(path) for path in candidates if path and _works(str(path), line)), None)


def _works(path: str, line: str) -> bool:
    # pyenv leaves a `python3.10` on PATH that only says that it is not switched on.
    script = "import sys; print('{}.{}'.format(*sys.version_info))"
    done = subprocess.run([path, "-c", script], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == line


def make(environment: Environment) -> Path:
    """Give the environment's Python, after making the environment where it does not stand yet."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    with _lock(environment):
        there = environment.groups_there()
        if there is None or not there.issuperset(environment.groups):
            _make(replace(environment, groups=tuple(sorted({*environment.groups, *(there or ())}))))
    return environment.executable


def _make(environment: Environment) -> None:
    base = find_python(environment.python)
    if base is None:
        raise CannotStartError(f"No python{environment.python} was found on PATH or among pyenv's versions.")
    environment.log.write_text("")
    say(
        f"installing Airflow {environment.airflow} for Python {environment.python}"
        f" (its log is {_short(environment.log)})"
    )
    if not _install_with("uv", base, environment):
        say("uv could not do it; trying pip, which takes minutes")
        if not _install_with("pip", base, environment):
            raise CannotStartError(
                f"Installing failed:\n{tail(environment.log)}\nAll of it is in {environment.log}"
            )
    stamp = {"digest": environment.digest(), "groups": environment.groups}
    environment.stamp.write_text(json.dumps(stamp))
    say("installed")


def _install_with(tool: str, base: str, environment: Environment) -> bool:
    executable = str(environment.executable)
    command = {
        "uv": [executable, "-m", "uv", "pip", "install", "--python", executable],
        "pip": [executable, "-m", "pip", "install", "--progress-bar", "off"],
    }[tool]
    return _bring(tool, base, environment) and _run(environment, *command, *environment.requirements)


def _bring(tool: str, base: str, environment: Environment) -> bool:
    """Make the bare environment with uv or a new pip in it, by the pip there is.

    `--target` works with every pip, with a Python that the system manages (PEP 668), and where Debian's
    python3-venv, hence ensurepip, is missing. Without any pip the environment gets Python's bundled one.
    """
    folder = str(environment.folder)
    packages = str(environment.folder / "lib" / f"python{environment.python}" / "site-packages")
    if not _run(environment, base, "-m", "venv", "--without-pip", "--clear", folder):
        return False
    if _run(environment, base, "-m", "pip", "install", "--quiet", "--target", packages, tool):
        return True
    bundled = str(environment.executable), "-m"
    return _run(environment, *bundled, "ensurepip") and _run(
        environment, *bundled, "pip", "install", "--quiet", "--upgrade", tool
    )


def _run(environment: Environment, *command: str) -> bool:
    with environment.log.open("a") as log:
        print("$", *command, file=log, flush=True)
        settings = os.environ | PIP_SETTINGS
        done = subprocess.run(command, stdout=log, stderr=log, env=settings, cwd=ROOT, check=False)
    return done.returncode == 0


@contextlib.contextmanager
def _lock(environment: Environment) -> Iterator[None]:
    """Two runs at the same time make the environment once."""
    with (ENVIRONMENTS / f"{environment.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tail(path: Path, lines: int = 25) -> str:
    """The end of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that choose an environment."""
    parser.add_argument(
        "--airflow", metavar="LINE", help=f"Airflow line: {', '.join(PYTHONS)} (default {NEWEST})"
    )
    parser.add_argument(
        "--python", metavar="LINE", help="Python line, 3.10 to 3.13 (default: the one running)"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Make an environment and print the path of its Python."""
    parser = argparse.ArgumentParser("python3 -m tests.bootstrap", description=main.__doc__)
    add_options(parser)
    parser.add_argument(
        "--groups", default="test", help="dependency groups, with commas between (default: test)"
    )
    parser.add_argument("--wheel", type=Path, help="install this wheel instead of the checkout")
    options = parser.parse_args(arguments)
    groups = tuple(name for name in options.groups.split(",") if name)
    with exiting():
        print(make(choose(options.airflow, options.python, groups=groups, wheel=options.wheel)))


@contextlib.contextmanager
def exiting() -> Iterator[None]:
    """End the program with one clear message where an environment cannot be made."""
    try:
        yield
    except CannotStartError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
