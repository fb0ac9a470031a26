"""What Airflow's database says of task instances, and of what they have passed on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from airflow_provider_modelslab.plugins.places import NotShownError
from airflow_provider_modelslab.protocol.page_paths import (
    BATCH_XCOM,
    COMPLETED_XCOM,
    DECISION_XCOM,
    ERROR_XCOM,
    LINK_XCOM,
    OPERATORS,
    SHOWN_XCOM,
)

_VALUE = "return_value"
_KEYS = (_VALUE, COMPLETED_XCOM, SHOWN_XCOM, DECISION_XCOM, BATCH_XCOM, ERROR_XCOM, LINK_XCOM)
_MOST_RESULTS, _MOST_NAMED = 20_000, 100
_LONGEST_ERROR = 4000  # characters
_BATCH_MARKS = {"report", "saved", "total"}
_MARKS = {"manifest", "proxy_links"}  # a result has both where its files are saved, else the latter


@dataclass(frozen=True)
class TaskRecord:
    """One task instance.

    :param state: Airflow's word; None where it is not yet scheduled
    :param operator: the name of its class
    :param started: when it first began
    :param ended: when it ended, if it has
    :param xcoms: what it has passed on, by key, as Airflow stores it
    :param request_ids: what it waits for, where that is known
    :param reported: the results of a batch, which its report names
    :param report_error: why they are not known
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str | None = None
    operator: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    xcoms: dict[str, Any] = field(default_factory=dict)
    request_ids: tuple[str, ...] = ()
    reported: list[dict[str, Any]] = field(default_factory=list)
    report_error: NotShownError | None = None

    @cached_property
    def results(self) -> list[dict[str, Any]]:
        """The results that it has passed on, in order; a task that asks about others' names those."""
        if self.reported:
            return self.reported
        for key in (SHOWN_XCOM, _VALUE, COMPLETED_XCOM):
            if found := list(islice(_results_in(self.xcoms.get(key)), _MOST_RESULTS)):
                return found
        return []

    @property
    def batch(self) -> dict[str, Any] | None:
        """The numbers of a batch, and where its report is; None if it is none, or has not ended."""
        for key in (_VALUE, BATCH_XCOM):
            found = self.xcoms.get(key)
            if isinstance(found, dict) and found.keys() >= _BATCH_MARKS and isinstance(found["report"], str):
                return found
        return None

    @property
    def error(self) -> str | None:
        """What the latest try that failed has said."""
        found = self.xcoms.get(ERROR_XCOM)
        return found[:_LONGEST_ERROR] if isinstance(found, str) else None

    @property
    def decision(self) -> str | None:
        """What a person has said who was asked, and who that was."""
        for key in (DECISION_XCOM, _VALUE):
            found = self.xcoms.get(key)
            if isinstance(found, dict) and isinstance(found.get("chosen_options"), list):
                chosen = ", ".join(map(str, found["chosen_options"][:_MOST_NAMED]))
                user = found.get("responded_by_user")
                name = user.get("name") if isinstance(user, dict) else None
                return (
                    f"{chosen}, said {name}"[:_LONGEST_ERROR] if name else f"{chosen}, since nobody answered"
                )
        return None

    @property
    def is_face_swap(self) -> bool:
        """Whether it is a task of this provider's, by its class or one derived from it, or shows results."""
        return self.operator in OPERATORS or LINK_XCOM in self.xcoms or bool(self.results or self.batch)


def _results_in(value: Any) -> Iterator[dict[str, Any]]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict) and isinstance(each.get("id"), str) and _MARKS & each.keys():
            yield each


def load_task(dag_id: str, run_id: str, task_id: str, map_index: int) -> TaskRecord | None:
    """Return a task instance; None if there is none.

    :param dag_id: of the Dag
    :param run_id: of the run
    :param task_id: of the task
    :param map_index: -1 where the task is not mapped
    """
    with create_session() as session:
        where = (TaskInstance.task_id == task_id, TaskInstance.map_index == map_index)
        return next(iter(_load(session, dag_id, run_id, *where)), None)


def load_run(dag_id: str, run_id: str, first: int, most: int) -> tuple[list[TaskRecord], int]:
    """Return face swaps of a run, those that began last first, and how many there are in all.

    :param dag_id: of the Dag
    :param run_id: of the run
    :param first: how many to leave out
    :param most: how many to return
    """
    with create_session() as session:
        linked = {row.task_id for row in session.scalars(_xcoms(dag_id, run_id, LINK_XCOM))}
        ours = or_(TaskInstance.operator.in_(OPERATORS), TaskInstance.task_id.in_(linked))
        columns = (TaskInstance.task_id, TaskInstance.map_index, TaskInstance.start_date)
        found = session.execute(select(*columns).filter_by(dag_id=dag_id, run_id=run_id).where(ours)).all()
        found = sorted(found, key=lambda row: row[2].timestamp() if row[2] else 0, reverse=True)
        page = [(row[0], row[1]) for row in found[first : first + most]]
        loaded = _load(
            session,
            dag_id,
            run_id,
            TaskInstance.task_id.in_({task_id for task_id, _ in page}),
            TaskInstance.map_index.in_({index for _, index in page}),
        )
    by_place = {(record.task_id, record.map_index): record for record in loaded}
    return [by_place[place] for place in page if place in by_place], len(found)


def _load(session: Session, dag_id: str, run_id: str, *where: Any) -> list[TaskRecord]:
    fields = TaskInstance.rendered_task_instance_fields
    query = select(TaskInstance).filter_by(dag_id=dag_id, run_id=run_id).where(*where)
    rows: Sequence[Any] = session.scalars(query.options(lazyload("*"), joinedload(fields))).unique().all()
    places = {"task_ids": {row.task_id for row in rows}, "map_indexes": {row.map_index for row in rows}}
    xcoms: dict[tuple[str, int], dict[str, Any]] = {}
    for key in _KEYS if rows else ():
        for row in session.scalars(_xcoms(dag_id, run_id, key, **places)):
            xcoms.setdefault((row.task_id, row.map_index), {})[key] = _plain(row.value)
    return [_record(row, xcoms.get((row.task_id, row.map_index), {})) for row in rows]


def _xcoms(dag_id: str, run_id: str, key: str, **places: Any) -> Any:
    """Through Airflow's own query, for later versions keep the rows in another table."""
    lists: dict[str, Any] = {name: list(values) for name, values in places.items()}
    return XComModel.get_many(run_id=run_id, key=key, dag_ids=dag_id, **lists)


def _plain(value: Any) -> Any:
    """Return an XCom's value without making objects of it; some paths of Airflow store JSON as text."""
    if isinstance(value, str) and value[:1] in ("[", "{", '"'):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _record(row: Any, xcoms: dict[str, Any]) -> TaskRecord:
    rendered = getattr(row.rendered_task_instance_fields, "rendered_fields", None) or {}
    asked = rendered.get("request_id")
    return TaskRecord(
        row.dag_id,
        row.run_id,
        row.task_id,
        row.map_index,
        None if row.state is None else str(getattr(row.state, "value", row.state)),
        row.operator or "",
        row.start_date,
        row.end_date,
        xcoms,
        tuple(map(str, asked)) if isinstance(asked, list) else (),
    )
