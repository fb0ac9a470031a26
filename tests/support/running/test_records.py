"""Logs come out as plain lines in the order of their times, from both Airflows' formats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.running.api import errors_in
from tests.support.running.records import Run

if TYPE_CHECKING:
    from pathlib import Path


def entry(second: int, event: str, **more: object) -> str:
    return json.dumps({"timestamp": f"2026-01-01T00:00:{second:02}Z", "level": "info", "event": event} | more)


def test_worker_and_trigger_logs_are_merged(tmp_path: Path) -> None:
    folder = tmp_path / "logs" / "dag_id=d" / "run_id=r" / "task_id=t"
    folder.mkdir(parents=True)
    error = [{"exc_type": "ValueError", "exc_value": "no"}]
    (folder / "attempt=1.log").write_text(
        f"{entry(1, 'Pausing task as DEFERRED.')}\n{entry(9, 'failed', error_detail=error)}\n"
    )
    (folder / "attempt=1.log.trigger.2.log").write_text(f"{entry(5, 'waiting')}\n")
    run = Run(tmp_path, "d", "r")
    lines = run.task_log("t").splitlines()
    assert [line.split()[2] for line in lines[:3]] == ["Pausing", "waiting", "failed"]
    assert lines[3] == "ValueError: no"
    assert run.was_deferred("t")


def test_airflow_2_lines_stay_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "logs" / "dag_id=d" / "run_id=r" / "task_id=t" / "map_index=0"
    folder.mkdir(parents=True)
    text = "[2026-01-01T00:00:01.000+0000] {x.py:1} INFO - one\nmore of it"
    (folder / "attempt=1.log").write_text(text)
    assert Run(tmp_path, "d", "r").task_log("t", map_index=0) == text


def test_errors_in_a_log_come_first() -> None:
    assert errors_in("fine\nERROR bad\nwhy") == "ERROR bad\nwhy"
    assert errors_in("fine\nfine") == "fine\nfine"
