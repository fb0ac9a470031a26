"""Rows of Airflow's database, as a scheduler and workers would have left them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

BEGUN = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


def make_tables() -> None:
    """Make the tables of the database that this process is set to."""
    from airflow import settings
    from airflow.models import import_all_models
    from airflow.models.base import Base

    settings.configure_orm()
    import_all_models()
    Base.metadata.create_all(settings.engine)


def add_run(dag_id: str, run_id: str) -> None:
    """Add a run, and its Dag where that is not there yet."""
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        if session.get(DagBundleModel, "bundle") is None:
            session.add(DagBundleModel(name="bundle"))
            session.flush()
        if session.get(DagModel, dag_id) is None:
            session.add(DagModel(dag_id=dag_id, bundle_name="bundle"))
            session.flush()
        session.add(DagRun(dag_id=dag_id, run_id=run_id, run_type="manual", run_after=BEGUN, state="running"))


def add_task(
    dag_id: str,
    run_id: str,
    task_id: str,
    map_index: int = -1,
    *,
    operator: str = "FaceSwapResultOperator",
    state: str | None = "success",
    seconds: float = 90,
    later: float = 0,
    begun: bool = True,
    rendered: dict[str, Any] | None = None,
    **xcoms: Any,
) -> None:
    """Add a task instance with its XComs, by key; it began so many seconds later, and took so many."""
    from airflow.models.renderedtifields import RenderedTaskInstanceFields
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import insert, select

    where = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "map_index": map_index}
    start = BEGUN + timedelta(seconds=later) if begun else None
    end = start + timedelta(seconds=seconds) if start and state in ("success", "failed", "skipped") else None
    more = {"state": state, "operator": operator, "start_date": start, "end_date": end}
    needed = {"pool": "default_pool", "pool_slots": 1, "try_number": 1, "max_tries": 0, "queue": "default"}
    with create_session() as session:
        session.execute(insert(TaskInstance).values(**where, **more, **needed))
        if rendered:
            fields = RenderedTaskInstanceFields
            at = where
            if hasattr(fields, "task_instance_id"):  # Airflow 3.4
                at = {"task_instance_id": session.scalar(select(TaskInstance.id).filter_by(**where))}
            session.execute(insert(fields).values(**at, rendered_fields=rendered))
    with create_session() as session:
        for key, value in xcoms.items():
            XComModel.set(key=key, value=value, **where, session=session)
