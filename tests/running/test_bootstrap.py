"""Choosing an environment: pairs that fit, pairs that do not, and when one is made again."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import bootstrap
from tests.bootstrap import CannotStartError, Environment, choose, find_python

if TYPE_CHECKING:
    from pathlib import Path

HERE = "{}.{}".format(*sys.version_info[:2])


def test_by_default_the_newest_airflow_on_the_python_that_runs() -> None:
    chosen = choose(None, None)
    assert (chosen.airflow, chosen.python) == (bootstrap.NEWEST, HERE)


@pytest.mark.parametrize(
    ("airflow", "python", "message"),
    [
        ("2.10", None, "Airflow 2.10 is not one of 2.11"),
        ("2.11", "3.13", r"Airflow 2\.11 needs Python 3\.10 to 3\.12, not 3\.13"),
        (None, "3.14", r"needs Python 3\.10 to 3\.13, not 3\.14"),
    ],
)
def test_a_pair_that_cannot_be_gets_one_clear_line(airflow: str, python: str, message: str) -> None:
    with pytest.raises(CannotStartError, match=message):
        choose(airflow, python)


def test_a_python_that_only_says_it_is_not_switched_on_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert find_python("3.99") is None


def test_an_environment_is_made_again_when_its_wheel_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ENVIRONMENTS", tmp_path)
    wheel = tmp_path / "a.whl"
    wheel.write_bytes(b"one")
    environment = Environment("3.3", HERE, ("test",), wheel)
    environment.folder.mkdir()
    environment.stamp.write_text(json.dumps({"digest": environment.digest(), "groups": ["lint", "test"]}))
    assert environment.groups_there() == {"lint", "test"}
    wheel.write_bytes(b"two")
    assert environment.groups_there() is None


def test_what_breaks_an_airflow_line_is_left_out_and_a_new_such_rule_makes_its_environment_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = Environment("3.0", HERE)
    before = environment.digest()
    monkeypatch.setitem(bootstrap.PINS, "3.0", ("too-new<2",))
    assert "too-new<2" in environment.requirements
    assert environment.digest() != before
    assert "too-new<2" not in Environment("3.3", HERE).requirements


def test_help_needs_nothing_but_python() -> None:
    for module in ("tests", "tests.demo", "tests.bootstrap", "tests.every_airflow"):
        command = [
            sys.executable,
            "-I",
            "-c",
            f"import sys, runpy; sys.path.insert(0, {str(bootstrap.ROOT)!r});",
        ]
        command[-1] += f"sys.argv[1:] = ['--help']; runpy.run_module({module!r}, run_name='__main__')"
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert f"usage: python3 -m {module}" in done.stdout
