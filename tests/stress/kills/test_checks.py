"""The judge of the kill tests: what is right passes, and whatever is wrong is found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.stress.kills.checks import judge
from tests.stress.kills.plan import Group, Plan
from tests.support.running import Run

if TYPE_CHECKING:
    from pathlib import Path

GOOD = ("s-good-0-done", "s-good-1-done")
MIXED = ("s-mixed-0-done", "s-mixed-1-failed", "s-mixed-2-never")
PLAN = Plan("s", 60, (Group("good", GOOD, here=True), Group("mixed", MIXED, timeout=60)))
LOG = "s-mixed-1-failed (the job failed: no face), s-mixed-2-never (not complete at the deadline: processing)"

# The columns of Airflow's tables that are read, with the records of a run in which all went well.
RECORDS = f"""
create table task_instance (dag_id, run_id, task_id, map_index, state, try_number, start_date, end_date);
create table task_instance_history (dag_id, run_id, task_id, map_index);
create table log (dag_id, run_id, task_id, map_index, event);
create table xcom (dag_id, run_id, task_id, map_index, key, value);
insert into task_instance values
    ('waits-s', 'r', 'good', -1, 'success', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:09'),
    ('waits-s', 'r', 'mixed', -1, 'failed', 1, '2026-01-01 00:00:00', '2026-01-01 00:01:10');
insert into log values
    ('waits-s', 'r', 'good', -1, 'running'), ('waits-s', 'r', 'mixed', -1, 'running'),
    ('waits-s', 'r', 'mixed', -1, 'running'), ('waits-s', 'r', 'mixed', -1, 'failed');
insert into xcom values
    ('waits-s', 'r', 'good', -1, 'return_value', '{json.dumps([{"id": each} for each in GOOD])}'),
    ('waits-s', 'r', 'mixed', -1, 'completed', '{json.dumps([{"id": MIXED[0]}])}');
"""


def run_with(home: Path, change: str = "", log: str = LOG) -> Run:
    folder = home / "logs" / "dag_id=waits-s" / "run_id=r" / "task_id=mixed"
    folder.mkdir(parents=True)
    (folder / "attempt=1.log").write_text(log)
    with closing(sqlite3.connect(home / "airflow.db")) as database:
        database.executescript(RECORDS + change)
    return Run(home, "waits-s", "r")


def test_a_run_in_which_all_went_well_is_right(tmp_path: Path) -> None:
    verdict = judge(PLAN, run_with(tmp_path))
    assert (verdict.right, verdict.once, verdict.wrong) == (5, 5, {})


@pytest.mark.parametrize(
    ("change", "right", "once"),
    [
        ("update task_instance set state = 'failed' where task_id = 'good'", 3, 5),
        ("update task_instance set state = 'deferred' where task_id = 'mixed'", 2, 5),
        ("update task_instance set end_date = '2026-01-01 00:05:00' where task_id = 'mixed'", 2, 5),
        ("update task_instance set end_date = null where task_id = 'mixed'", 2, 5),
        ("update xcom set value = '[]' where task_id = 'mixed'", 2, 5),
        ("delete from xcom where task_id = 'good'", 3, 5),
        ("update task_instance set try_number = 2 where task_id = 'good'", 5, 3),
        ("insert into task_instance_history values ('waits-s', 'r', 'mixed', -1)", 5, 2),
        ("insert into log values ('waits-s', 'r', 'good', -1, 'running')", 5, 3),
        ("insert into log values ('waits-s', 'r', 'mixed', -1, 'failed')", 5, 2),
    ],
)
def test_what_went_wrong_is_found(tmp_path: Path, change: str, right: int, once: int) -> None:
    verdict = judge(PLAN, run_with(tmp_path, change))
    assert (verdict.right, verdict.once) == (right, once)
    assert verdict.wrong


def test_an_ending_that_the_log_does_not_tell_is_found(tmp_path: Path) -> None:
    verdict = judge(PLAN, run_with(tmp_path, log=LOG.replace("never (not complete", "never (lost")))
    assert [*verdict.wrong.values()] == [["its log lacks the ending of s-mixed-2-never"]]
