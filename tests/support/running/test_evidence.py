"""Of the scheduler's log, the lines on a task come out, and no others."""

from __future__ import annotations

from pathlib import Path

from tests.support.running import Run
from tests.support.running.evidence import lines_on

RUN = Run(Path(), "waits-s", "r")
MINE = [
    "\t<TaskInstance: waits-s.one r map_index=1 [queued] ti_id=u>",
    "Received: TaskInstanceKey(dag_id='waits-s', task_id='one', run_id='r', try_number=1, map_index=1)",
]
OTHERS = [
    "\t<TaskInstance: waits-s.one r map_index=11 [queued] ti_id=u>",
    "\t<TaskInstance: waits-s.one-here r map_index=1 [queued] ti_id=u>",
    "\t<TaskInstance: waits-s-2.one r map_index=1 [queued] ti_id=u>",
    "Pausing task as DEFERRED. dag_id=waits-s map_index=1 task_id=one map_index=1 ti_id=u try_number=1",
]


def test_the_lines_on_a_mapped_task() -> None:
    assert lines_on(RUN, "one", 1, [*MINE, *OTHERS]) == MINE


def test_the_lines_on_a_task_that_is_not_mapped() -> None:
    line = "\t<TaskInstance: waits-s.many r [queued] ti_id=u>"
    assert lines_on(RUN, "many", -1, [line, "\t<TaskInstance: waits-s.many-here r [queued] ti_id=u>"]) == [
        line
    ]
