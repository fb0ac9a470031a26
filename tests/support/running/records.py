"""What a run left behind: states and XComs in the database, logs in files; alike on Airflow 2.11 and 3."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.support.running.database import Sqlite
from tests.support.running.tables import named_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.support.running.database import Database, Rows

FINISHED = frozenset({"success", "failed"})
TIME = re.compile(r"\[?(\d{4}-\d\d-\d\dT[\d:.]+)")
# What a task's own log says on all versions, and what `dag.test()` of 2.11 says instead.
DEFERRED = re.compile(r"Pausing task as DEFERRED|\[DAG TEST\] running trigger in line")


@dataclass(frozen=True)
class Run:
    """One DAG run in the database of an Airflow home.

    :param home: the Airflow home
    :param output: what the process of a `dag.test()` run printed; empty for a run in a whole Airflow
    :param database: the home's database; none means the SQLite file in it
    """

    home: Path
    dag_id: str
    run_id: str
    output: str = ""
    database: Database | None = None

    @classmethod
    def newest(cls, home: Path, dag_id: str, output: str = "") -> Run | None:
        """The run of a DAG that was begun last, or None where there is none."""
        rows = Sqlite(home).rows(
            "select run_id from dag_run where dag_id = ? order by id desc limit 1", dag_id
        )
        return cls(home, dag_id, rows[0][0], output) if rows else None

    def rows(self, query: str, *values: object) -> Rows:
        """What a query of the database gives, with the names in `tables`; a `?` in it stands for a value."""
        return self._database.rows(self._tables + query, *values)

    @property
    def state(self) -> str:
        """State of the run: queued, running, success or failed."""
        query = "select state from dag_run where dag_id = ? and run_id = ?"
        return str(self.rows(query, self.dag_id, self.run_id)[0][0])

    @property
    def finished(self) -> bool:
        """Whether the run came to its end, good or bad."""
        return self.state in FINISHED

    def task_states(self) -> dict[str, str | None]:
        """State of each task instance; a mapped one is named `task[0]`."""
        query = "select task_id, map_index, state from tasks where dag_id = ? and run_id = ?"
        rows = self.rows(query, self.dag_id, self.run_id)
        return {name_of(task_id, index): state for task_id, index, state in sorted(rows)}

    def xcom(self, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """The XCom that a task left, or None."""
        query = (
            "select cast(value as text) from xcoms"  # drivers differ in what they make of JSON by themselves
            " where dag_id = ? and run_id = ? and task_id = ? and key = ? and map_index = ?"
        )
        rows = self.rows(query, self.dag_id, self.run_id, task_id, key, map_index)
        return json.loads(rows[0][0]) if rows and rows[0][0] is not None else None

    def task_log(self, task_id: str, map_index: int = -1) -> str:
        """The log of a task, all tries and its triggers, one plain line for each entry.

        A `dag.test()` run has one log for all its tasks, which is what it printed.
        """
        return self.output or "\n".join(self._merged_log(task_id, map_index))

    def was_deferred(self, task_id: str, map_index: int = -1) -> bool:
        """Whether the task's log says that it was deferred (for a `dag.test()` run: whether any task was)."""
        return bool(DEFERRED.search(self.task_log(task_id, map_index)))

    def log_files(self, task_id: str, map_index: int = -1) -> list[Path]:
        """The files that the task and its triggers logged to, oldest first."""
        folder = self.home / "logs" / f"dag_id={self.dag_id}" / f"run_id={self.run_id}" / f"task_id={task_id}"
        if map_index >= 0:
            folder /= f"map_index={map_index}"
        return sorted(folder.glob("attempt=*.log*"), key=lambda path: (path.stat().st_mtime, path.name))

    @cached_property
    def _database(self) -> Database:
        return self.database or Sqlite(self.home)

    @cached_property
    def _tables(self) -> str:
        return named_tables(self._database)

    def _merged_log(self, task_id: str, map_index: int) -> list[str]:
        """The lines of the task's worker and triggers in the order of their times."""
        timed: list[tuple[str, str]] = []
        for path in self.log_files(task_id, map_index):
            timed += _timed(_readable(line) for line in path.read_text(errors="replace").splitlines())
        return [line for _, line in sorted(timed, key=lambda pair: pair[0])]


def name_of(task_id: str, map_index: int | None) -> str:
    """What a task instance is called: `task`, a mapped one `task[0]`."""
    return task_id if map_index is None or map_index < 0 else f"{task_id}[{map_index}]"


def _timed(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each line with its time; one without (of a traceback, for example) has that of the line before."""
    time = ""
    for line in lines:
        found = TIME.match(line)
        time = found[1] if found else time
        yield time, line


def _readable(line: str) -> str:
    """Airflow 3 writes a JSON object for each line, 2.11 plain text."""
    try:
        entry = json.loads(line)
        text = f"{entry['timestamp']} {entry['level'].upper()} {entry['event']}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return line
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail") or []]
    return "\n".join([text, *errors])
