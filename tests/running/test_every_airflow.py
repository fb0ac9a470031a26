"""Choosing cells, and running one: what passes, what fails, and what hangs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from tests import bootstrap, every_airflow
from tests.bootstrap import PYTHONS, Environment
from tests.every_airflow import Counts, list_cells, read_counts, run_bounded, run_cell
from tests.running.processes import alive, wait_until

if TYPE_CHECKING:
    from pathlib import Path

HERE = "{}.{}".format(*sys.version_info[:2])


def test_every_line_has_its_oldest_and_its_newest_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(every_airflow, "find_python", lambda line: f"/usr/bin/python{line}")
    cells = list_cells()
    assert cells == [(line, python) for line in PYTHONS for python in (PYTHONS[line][0], PYTHONS[line][-1])]
    assert list_cells(corners=True) == [cells[0], cells[1], cells[-2], cells[-1]]


def test_a_python_that_is_not_here_gives_way_to_the_next_and_one_alone_is_tested_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(every_airflow, "find_python", lambda line: line in ("3.12", "3.13") or None)
    assert list_cells(corners=True) == [("2.11", "3.12"), ("3.3", "3.12"), ("3.3", "3.13")]


def test_a_cell_that_does_not_exist_gets_one_clear_line() -> None:
    with pytest.raises(SystemExit, match=r"Airflow 2\.11 needs Python 3\.10 to 3\.12"):
        every_airflow.main(["2.11/3.13", "--wheel", "any.whl"])


def test_the_counts_are_those_of_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert False\n"
        "def test_skipped(): pytest.skip('no')\n"
        "@pytest.fixture\ndef broken(): raise RuntimeError\n"
        "def test_error(broken): pass\n"
    )
    report, log = tmp_path / "report.xml", tmp_path / "log"
    command = [sys.executable, "-m", "pytest", str(tmp_path), "-c", os.devnull, f"--junitxml={report}"]
    assert run_bounded(command, log, 60) == "exit code 1"
    assert read_counts(report) == Counts(passed=1, skipped=1, failed=2)
    assert "test_bad" in log.read_text()


def test_tests_that_left_no_report_count_as_none(tmp_path: Path) -> None:
    assert read_counts(tmp_path / "missing.xml") == Counts()


def test_what_hangs_is_interrupted_and_may_clean_up(tmp_path: Path) -> None:
    done = tmp_path / "cleaned up"
    script = f"import time\ntry: time.sleep(600)\nfinally: open({str(done)!r}, 'w')"
    assert run_bounded([sys.executable, "-c", script], tmp_path / "log", 2) == "not done in 2 s"
    assert done.exists()


def test_what_does_not_heed_the_interruption_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(every_airflow, "GRACE", 0.5)
    child = tmp_path / "child"
    script = f"trap '' INT; sleep 600 & echo $! > {child}; wait; wait"
    assert run_bounded(["/bin/sh", "-c", script], tmp_path / "log", 1) == "not done in 1 s"
    wait_until(lambda: not _runs(int(child.read_text())), 10, "the child's end")


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and alive(psutil.Process(pid))


def test_a_cell_whose_environment_cannot_be_made_fails_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(every_airflow, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(bootstrap, "ENVIRONMENTS", tmp_path)
    cell = Environment("9.9", HERE, wheel=tmp_path / "missing.whl")
    assert not run_cell(cell, [], 60)
    row = capsys.readouterr().out
    assert row.split()[:5] == ["9.9", HERE, "0", "0", "0"]
    assert "exit code" in row
    assert "9.9" in (tmp_path / f"{cell.name}-tests.log").read_text()
