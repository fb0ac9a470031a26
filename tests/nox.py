"""`python3 -m tests.nox ARGUMENTS`: nox with uv, on a machine that has but Python and pip.

What it runs stands in noxfile.py; `-l` lists it.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import ROOT

RUNNING = "{}.{}".format(*sys.version_info[:2])
PYTHONS = ("3.10", "3.11", "3.12", "3.13")  # that the newest Airflow runs on
DEFAULT = RUNNING if RUNNING in PYTHONS else PYTHONS[-1]
ENVIRONMENTS = ROOT / ".venv"
TOOLS = ENVIRONMENTS / f"tools-{RUNNING}"
#: A person's pip settings that would put packages elsewhere than asked for.
PIP_SETTINGS = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
#: What would bring other modules into the environment, and have each process compile all of Airflow.
UNWANTED = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")


def main() -> None:
    """Turn this process into nox."""
    bring_tools()
    os.environ.update(PIP_SETTINGS)
    sys.path.insert(0, str(TOOLS))
    sys.argv[0] = "nox"
    from nox.__main__ import main as nox

    nox()


def environment(session: str, *arguments: str) -> Path:
    """Make or bring up to date the environment of a nox session, and give its Python.

    :param session: such as "tests-3.13"
    :param arguments: for the session
    """
    ENVIRONMENTS.mkdir(exist_ok=True)
    with (ENVIRONMENTS / f"{session}.lock").open("w") as lock:  # two runs at the same time make it once
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "tests.nox", "--install-only", "--error-on-missing-interpreters"]
        command += ["-s", session, "--", *arguments]
        if subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode:
            sys.exit(f"The environment {session} could not be made, for the reason above.")
    for name in UNWANTED:
        os.environ.pop(name, None)
    return ENVIRONMENTS / session.replace(".", "-") / "bin" / "python"


def add_python(parser: argparse.ArgumentParser) -> None:
    """The option that chooses a Python; by default the one that runs, where Airflow runs on it."""
    text = f"Python line, {PYTHONS[0]} to {PYTHONS[-1]} (default: {DEFAULT})"
    parser.add_argument("--python", metavar="LINE", default=DEFAULT, choices=PYTHONS, help=text)


def bring_tools() -> None:
    """Put nox and uv into a folder of their own, once.

    `--target` works with every pip, with a Python that the system manages (PEP 668), and where Debian's
    python3-venv is missing. Where pip is missing, an environment has the one that is bundled with Python.
    """
    if TOOLS.exists():
        return
    ENVIRONMENTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ENVIRONMENTS) as name:
        install = ("-m", "pip", "install", "--quiet", "--target", f"{name}/tools", "nox[uv]")
        done = _run(sys.executable, *install)
        if done.returncode and not _run(sys.executable, "-m", "venv", f"{name}/bundled").returncode:
            done = _run(f"{name}/bundled/bin/python", *install)
        if done.returncode:
            sys.exit(f"pip could not bring nox and uv:\n{done.stdout}")
        with contextlib.suppress(OSError):  # another run was faster
            Path(name, "tools").rename(TOOLS)


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    pipe, environment = subprocess.PIPE, os.environ | PIP_SETTINGS
    return subprocess.run(
        command, stdout=pipe, stderr=subprocess.STDOUT, env=environment, text=True, check=False
    )


if __name__ == "__main__":
    main()
