"""What Airflow kept of a task that ended wrong, so that it can be understood afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.running.records import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.support.running.records import Run

LONGEST = 600  # characters of a line
TASKS_OWN = re.compile(r"ti_id=\S+ try_number=\d+$")  # the scheduler's log has the tasks' lines too


def evidence(run: Run, task_id: str, map_index: int, scheduler_log: Path) -> str:
    """The events, the log, and the scheduler's lines on a task instance."""
    whole = scheduler_log.read_text(errors="replace").splitlines()
    parts = {
        "events": _events(run, task_id, map_index),
        "log": run.task_log(task_id, map_index).splitlines(),
        "scheduler": lines_on(run, task_id, map_index, whole),
    }
    name = f"{run.dag_id}.{name_of(task_id, map_index)}"
    return "\n".join(
        f"--- {name}, its {what}:\n" + "\n".join(line[:LONGEST] for line in lines)
        for what, lines in parts.items()
    )


def lines_on(run: Run, task_id: str, map_index: int, lines: Iterable[str]) -> list[str]:
    """The lines of the scheduler that name a task instance."""
    index = rf"map_index={map_index}(?!\d)" if map_index >= 0 else ""
    named = re.compile(rf"{re.escape(run.dag_id)}(?![\w-]).*(?<![\w-]){re.escape(task_id)}(?![\w-]).*{index}")
    return [line for line in lines if named.search(line) and not TASKS_OWN.search(line)]


def _events(run: Run, task_id: str, map_index: int) -> list[str]:
    query = (
        "select dttm, event, owner, extra from log"
        " where dag_id = ? and run_id = ? and task_id = ? and coalesce(map_index, -1) = ? order by id"
    )
    return [" ".join(map(str, row)) for row in run.rows(query, run.dag_id, run.run_id, task_id, map_index)]
