"""What noxfile.py asks of nox: cells made of what, and what becomes of one whose Python is not here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.docs import DOCS, rows, sections
from tests.nox import PYTHONS, RUNNING

if TYPE_CHECKING:
    from pathlib import Path

MISSING = next(line for line in PYTHONS if line != RUNNING)
REQUIREMENTS = "import json, noxfile; print(json.dumps({i: noxfile.airflow(i) for i in noxfile.PYTHONS}))"


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | settings
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


def nox(machine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run nox as on a machine that has the Python of this process and what is in a folder of pyenv's form."""
    folders = {
        name: str(machine) for name in ("PYENV_ROOT", "HOME", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR")
    }
    return run(sys.executable, "-m", "nox", *arguments, PATH=str(machine / "shims"), **folders)


def cells(machine: Path, tag: str) -> list[str]:
    done = nox(machine, "--list", "--json", "--tags", tag)
    assert done.returncode == 0, done.stderr
    return [session["session"] for session in json.loads(done.stdout)]


@pytest.mark.parametrize("module", ["tests", "tests.demo"])
def test_help_needs_nothing_but_python(module: str) -> None:
    script = f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); sys.argv[1:] = ['--help'];"
    script += f"runpy.run_module({module!r}, run_name='__main__')"
    done = run(sys.executable, "-I", "-S", "-c", script)
    assert done.returncode == 0, done.stderr
    assert f"usage: python3 -m {module}" in done.stdout


def test_each_airflow_line_gets_what_it_runs_with_and_only_an_unreleased_one_a_beta() -> None:
    done = run(sys.executable, "-c", REQUIREMENTS)
    asked = json.loads(done.stdout)
    assert asked["3.3"] == ["apache-airflow~=3.3.0"]
    assert asked["3.2"] == ["apache-airflow~=3.2.0", "fastapi<0.137", "svcs<26.2"]
    assert {"universal-pathlib<0.3", "pyjwt<2.11"} <= {*asked["3.0"]}
    assert [line for line, wanted in asked.items() if "b1" in wanted[0]] == ["3.4"]


def test_both_know_the_same_pythons() -> None:
    done = run(sys.executable, "-c", "import noxfile; print(*noxfile.PYTHONS[noxfile.NEWEST])")
    assert tuple(done.stdout.split()) == PYTHONS


def test_the_documentation_names_the_pythons_of_each_airflow_line() -> None:
    done = run(sys.executable, "-c", "import json, noxfile; print(json.dumps(noxfile.PYTHONS))")
    told = dict(row[:2] for row in rows(sections(DOCS / "compatibility.md")["Airflow and Python"]))
    assert told == {line: ", ".join(pythons) for line, pythons in json.loads(done.stdout).items()}


def test_ends_and_corners_are_those_of_the_pythons_that_are_here(tmp_path: Path) -> None:
    folder = tmp_path / "versions" / f"{MISSING}.4" / "bin"
    folder.mkdir(parents=True)
    (folder / f"python{MISSING}").symlink_to(sys.executable)
    here = sorted({MISSING, RUNNING}, key=PYTHONS.index)
    assert [name for name in cells(tmp_path, "ends") if "(3.3" in name] == [
        f"cells(3.3/{python})" for python in here
    ]
    assert {name.partition("/")[0] for name in cells(tmp_path, "corners")} == {
        "cells(2.11",
        "cells(3.3",
    }


def test_a_python_that_only_says_it_is_not_switched_on_is_not_here(tmp_path: Path) -> None:
    shim = tmp_path / "shims" / f"python{MISSING}"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    cell = ("--envdir", str(tmp_path), "--session", f"cells(2.11/{MISSING})")
    done = nox(tmp_path, "--no-error-on-missing-interpreters", *cell)
    assert f"skipped: Python interpreter {MISSING} not found" in done.stderr
    assert done.returncode == 0
