"""Environments, checks and cells. Where nox or uv is missing, `python3 -m tests.nox` stands for `nox`.

nox                                     lint, types, docs, build
nox -s tests-3.13 -- -k one_test        the tests on the checkout, on the newest Airflow
nox -s "cells(3.0/3.10)"                a cell: the wheel on Airflow 3.0 and Python 3.10
nox -t ends                             each Airflow line on its oldest and its newest Python that are here
nox -s python -- -m tests.stress.kills         any module, with what kills, leaks, fuzz and benchmarks need
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.11.12"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.envdir = ".venv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "docs", "build"]

ROOT = Path(__file__).resolve().parent
DIST = ROOT / ".ci-out" / "dist"
SITE = ROOT / "docs" / "_build" / "html"
CHECKOUT = ("-e", ".")
PACKAGE = "airflow-provider-modelslab"
NEWEST = "3.3"
#: The Pythons that each Airflow line runs on, of those that the package supports.
PYTHONS = {
    "2.11": ("3.10", "3.11", "3.12"),
    "3.0": ("3.10", "3.11", "3.12"),
    "3.1": ("3.10", "3.11", "3.12", "3.13"),
    "3.2": ("3.10", "3.11", "3.12", "3.13"),
    "3.3": ("3.10", "3.11", "3.12", "3.13"),
    "3.4": ("3.11", "3.12", "3.13"),
}
#: Lines that are not released, with what asks for their betas. They have to pass, too.
BETAS = {
    "3.4": (
        "apache-airflow>=3.4.0b1,<3.5",
        "apache-airflow-core>=3.4.0b1,<3.5",
        "apache-airflow-task-sdk>=1.4.0b1,<1.5",
    ),
}
# `airflow dags test` before 3.3 drops the API that it calls; the garbage collector ends it soon or late, and
# from 26.2 on svcs then takes away what each call needs.
LASTING_API = "svcs<26.2"
#: What an Airflow line allows and does not run with; its constraints file spares deployments that.
PINS = {
    # 0.3 refuses every ObjectStoragePath, newer FastAPIs the bodies that tasks send; Airflow 3.1 bounds both.
    # PyJWT 2.11 refuses the empty issuer that Airflow gives: nobody can log in.
    "3.0": ("universal-pathlib<0.3", "fastapi<0.118", "pyjwt<2.11", LASTING_API),
    "3.1": (LASTING_API,),
    # From 0.137 on the API server does not start; Airflow 3.3 says so.
    "3.2": ("fastapi<0.137", LASTING_API),
}
# The Python of the sessions that need but one: that which runs, where the newest Airflow runs on it.
RUNNING = "{}.{}".format(*sys.version_info[:2])
ONE = RUNNING if RUNNING in PYTHONS[NEWEST] else PYTHONS[NEWEST][-1]
UV_SETTINGS = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "trusted-host": "UV_INSECURE_HOST"}
END = 60.0  # seconds for what is interrupted to end what it started

# pyenv's shims speak for the Pythons that are switched on only; all of them stand below its folder.
PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
PATH = [folder for folder in os.environ["PATH"].split(os.pathsep) if Path(folder) != PYENV / "shims"]
PATH += [str(Path(sys.executable).parent), *map(str, sorted(PYENV.glob("versions/3.*/bin")))]
os.environ.update(PATH=os.pathsep.join(PATH), UV_PYTHON_DOWNLOADS="never")
for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):  # the latter has each process compile all of Airflow
    os.environ.pop(name, None)
for number in (signal.SIGTERM, signal.SIGINT):  # which a shell's background jobs do not heed
    signal.signal(number, signal.default_int_handler)  # so that what runs is ended too


def airflow(line: str, *groups: str) -> tuple[str, ...]:
    """What is installed for an Airflow line, and for groups of pyproject.toml."""
    wanted = BETAS.get(line, (f"apache-airflow~={line}.0",)) + PINS.get(line, ())
    return wanted + tuple(f"--group={name}" for name in groups)


def install(session: nox.Session, *wanted: str) -> None:
    """Install, unless the environment was made of the same: uv would build the checkout anew each time."""
    files = [ROOT / "pyproject.toml", *(Path(item) for item in wanted if item.endswith(".whl"))]
    parts = [repr(wanted).encode(), *(path.read_bytes() for path in files)]
    made_of = hashlib.sha256(b"\0".join(parts)).hexdigest()
    stamp = session.env_dir / "made-of"
    if not stamp.exists() or stamp.read_text() != made_of:
        stamp.unlink(missing_ok=True)
        use_settings_of_pip()
        session.install(f"--reinstall-package={PACKAGE}", *wanted)
        stamp.write_text(made_of)


@functools.cache
def use_settings_of_pip() -> None:
    """Have uv reach what a person has set pip to reach; it does not read pip's settings."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for name, value in re.findall(r"\.([\w-]+)='(.*)'", found):  # those of the environment first
        if name in UV_SETTINGS:
            os.environ.setdefault(UV_SETTINGS[name], value)


@nox.session(python=ONE)
def lint(session: nox.Session) -> None:
    """Ruff: rules and format."""
    install(session, "--group=lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=ONE)
def types(session: nox.Session) -> None:
    """Mypy, against the newest Airflow."""
    install(session, *CHECKOUT, *airflow(NEWEST, "lint"))
    session.run("mypy", *session.posargs)


@nox.session(python=ONE)
def docs(session: nox.Session) -> None:
    """The documentation, in docs/_build/html: warnings are errors, and so are its links that lead nowhere."""
    install(session, *CHECKOUT, *airflow(NEWEST, "docs"))
    shutil.rmtree(SITE, ignore_errors=True)
    env = {"AIRFLOW_HOME": str(Path(session.create_tmp()).resolve())}
    session.run("sphinx-build", "-W", "--keep-going", "-n", "-q", "-b", "html", "docs", str(SITE), env=env)
    session.run("python", "-m", "tests.docs.site", str(SITE))


@nox.session(python=ONE)
def build(session: nox.Session) -> None:
    """The wheel and the sdist, in .ci-out/dist, with a look at what is in them; the SBOM stands beside."""
    install(session, "--group=release")
    shutil.rmtree(DIST, ignore_errors=True)
    session.run("hatchling", "build", "--directory", str(DIST), silent=True)
    sdist, wheel = (str(next(DIST.glob(form))) for form in ("*.tar.gz", "*.whl"))
    session.run("twine", "check", "--strict", sdist, wheel)
    session.run("python", ".ci/contents.py", sdist, wheel)
    session.run("python", ".ci/reproducible.py", sdist, wheel)
    write_sbom(session, wheel, f"{DIST.parent / Path(sdist).name.removesuffix('.tar.gz')}.cdx.json")


@nox.session(python=ONE, default=False)
def release(session: nox.Session) -> None:
    """What keeps that which `build` has made from being released."""
    install(session, "--group=release")
    session.run("python", ".ci/release.py", *map(str, DIST.glob("*.whl")))


@nox.session(python=PYTHONS[NEWEST])
def tests(session: nox.Session) -> None:
    """The tests on the checkout, on the newest Airflow; --stores for those of Google Cloud and Azure too."""
    stores = ["stores"] if "--stores" in session.posargs else []
    install(session, *CHECKOUT, *airflow(NEWEST, "test", "kills", "distributed", *stores))
    rest = [argument for argument in session.posargs if argument != "--stores"]
    session.run("python", "-m", "pytest", *rest, interrupt_timeout=END, terminate_timeout=END)


@nox.session(python=PYTHONS[NEWEST])
def demo(session: nox.Session) -> None:
    """The main job, seen from outside; arguments go to tests.demo."""
    install(session, "-e", ".[preview]", *airflow(NEWEST))
    command = ("python", "-m", "tests.demo", *session.posargs)
    session.run(*command, interrupt_timeout=END, terminate_timeout=END)


@nox.session(python=ONE)
def python(session: nox.Session) -> None:
    """Python with all that stress and benchmarks need: `nox -s python -- -m tests.stress.kills`."""
    install(session, *CHECKOUT, *airflow(NEWEST, "test", "kills", "distributed", "fuzz", "bench"))
    session.run("python", *session.posargs, interrupt_timeout=END, terminate_timeout=END)


def cell(line: str, python: str) -> nox.param:
    """A cell, tagged where it is an end of its line, and a corner where that is the oldest or newest line."""
    here = [name for name in PYTHONS[line] if shutil.which(f"python{name}")] or PYTHONS[line]
    tags = ["ends"] if python in (here[0], here[-1]) else []
    corner = tags and line in (next(iter(PYTHONS)), NEWEST)
    return nox.param(python, line, id=f"{line}/{python}", tags=[*tags, "corners"] if corner else tags)


@nox.session
@nox.parametrize("python, line", [cell(line, python) for line in PYTHONS for python in PYTHONS[line]])
def cells(session: nox.Session, line: str) -> None:
    """The wheel on an Airflow line and a Python: unit tests and one DAG that defers in a real Airflow."""
    # 4: most tests wait for much of their time
    selection = "(not airflow and not thorough) or smoke"
    test_wheel(session, line, 15, ("test", "kills"), "-q", "-m", selection, "-n", "4")


@nox.session(python=ONE)
def slow(session: nox.Session) -> None:
    """The wheel on the newest Airflow: all tests that start a real Airflow, with a browser too."""
    # worksteal: by file, one worker would get the long ones. Deselected: takes an Airflow more, for little.
    extra = ("-n", "2", "--dist=worksteal", "--deselect", "tests/browser/test_below_a_path.py")
    arguments = ("-m", "(airflow or browser) and not kills", "--durations=12", *extra)
    test_wheel(session, NEWEST, 45, ("test", "kills", "distributed"), *arguments)


def test_wheel(
    session: nox.Session, line: str, minutes: float, groups: tuple[str, ...], *arguments: str
) -> None:
    """Run tests on an installed wheel.

    The session's arguments: --wheel FILE (default: one built now), --minutes N, and all others for pytest.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--minutes", type=float, default=minutes)
    options, rest = parser.parse_known_args(session.posargs)
    wheel = options.wheel or build_wheel(session)
    install(session, str(wheel), *airflow(line, *groups))
    bound = ["timeout", "-s", "INT", "-k", f"{END:.0f}", f"{options.minutes * 60:.0f}"]
    command = [*(bound if shutil.which("timeout") else []), "python", "-m", "pytest", *arguments, *rest]
    with session.chdir(copy_without_package(session.env_dir / "checkout")):
        session.run(*command, external=True, terminate_timeout=END)


def build_wheel(session: nox.Session) -> Path:
    """Build the checkout's wheel into a folder of the session."""
    folder = session.env_dir / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    use_settings_of_pip()
    session.run_install("uv", "build", "--wheel", "--quiet", "--out-dir", str(folder))
    return next(folder.glob("*.whl"))


def write_sbom(session: nox.Session, wheel: str, file: str) -> None:
    """Write what the wheel brings along on the newest Airflow, as CycloneDX, and check that."""
    runtime = str(session.env_dir / "runtime")
    use_settings_of_pip()
    session.run("uv", "venv", "--clear", "--quiet", "--python", str(session.python), runtime)
    session.run("uv", "pip", "install", "--quiet", "--python", runtime, wheel, *airflow(NEWEST))
    described = ("--pyproject", "pyproject.toml", "--mc-type", "library", "--output-reproducible")
    session.run("cyclonedx-py", "environment", *described, "--output-file", file, runtime)
    session.run("python", ".ci/sbom.py", file, wheel)


def copy_without_package(folder: Path) -> Path:
    """Copy the checkout but for the package, so that only the installed one can be imported."""
    shutil.rmtree(folder, ignore_errors=True)
    # "_build": the documentation may be made meanwhile.
    beside = shutil.ignore_patterns(".*", "__pycache__", "_build", PACKAGE.replace("-", "_"))
    return Path(shutil.copytree(ROOT, folder, ignore=beside))
