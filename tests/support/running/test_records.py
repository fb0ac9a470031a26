"""Rows of all Airflows' tables come out alike, logs as plain lines in the order of their times."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.support.running.api import errors_in
from tests.support.running.records import Run

if TYPE_CHECKING:
    from pathlib import Path


# A mapped task of two that was tried again: the tables that are read, before 3.4 and since.
BEFORE_3_4 = """
create table task_instance (dag_id, run_id, task_id, map_index, state, try_number, start_date, end_date);
create table task_instance_history (dag_id, run_id, task_id, map_index);
create table xcom (dag_id, run_id, task_id, map_index, "key", value);
insert into task_instance values ('d', 'r', 't', 0, 'success', 2, null, null);
insert into task_instance values ('d', 'r', 't', 1, 'failed', 1, null, null);
insert into task_instance_history values ('d', 'r', 't', 0);
insert into xcom values ('d', 'r', 't', 0, 'id', '"new"');
"""
SINCE_3_4 = """
create table task_instance (
    id, dag_id, run_id, task_id, region_index, state, try_number, start_date, end_date, working_set
);
create table xcom_v2 (task_instance_id, "key", value);
insert into task_instance values (1, 'd', 'r', 't', 0, 'failed', 1, null, null, null);
insert into task_instance values (2, 'd', 'r', 't', 0, 'success', 2, null, null, true);
insert into task_instance values (3, 'd', 'r', 't', 1, 'failed', 1, null, null, true);
insert into xcom_v2 values (1, 'id', '"old"'), (2, 'id', '"new"');
"""


@pytest.mark.parametrize("tables", [BEFORE_3_4, SINCE_3_4], ids=["before 3.4", "since 3.4"])
def test_the_last_try_is_what_counts_whatever_airflow_s_tables_are(tmp_path: Path, tables: str) -> None:
    with closing(sqlite3.connect(tmp_path / "airflow.db")) as database:
        database.executescript(tables)
    run = Run(tmp_path, "d", "r")
    assert run.task_states() == {"t[0]": "success", "t[1]": "failed"}
    assert (run.xcom("t", "id", 0), run.xcom("t", "id", 1)) == ("new", None)
    assert run.rows("select task_id, map_index from earlier_tries") == [("t", 0)]


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
