"""Scheduler and triggerer of Airflow 2.11, without the web server, which takes longer to start than both."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from tests.support.running.components import Components
from tests.support.running.records import Run

if TYPE_CHECKING:
    from tests.support.running.home import AirflowHome

CLEAR = """
import sys
from airflow.models.dagbag import DagBag
from airflow.models.taskinstance import TaskInstance, clear_task_instances
from airflow.utils.session import create_session

dag_id, run_id, task_id = sys.argv[1:]
dag = DagBag(read_dags_from_db=True).get_dag(dag_id)
with create_session() as session:
    found = session.query(TaskInstance).filter_by(dag_id=dag_id, run_id=run_id, task_id=task_id).all()
    clear_task_instances(found, session, dag=dag)  # as the REST API does
"""


class Workers(Components):
    """What runs tasks; its parameters are those of `Running`."""

    kinds = ("scheduler", "triggerer")
    for_airflow_3 = False

    def start(self) -> Workers:
        """Have the DAGs read, and start both."""
        self.home.airflow("dags", "reserialize", timeout=self.timeout)
        for name in self.kinds:
            self.start_one(name)
        return self

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None, timeout: float = 60) -> Run:
        """Begin a run of the DAG."""
        run_id = f"manual__{uuid.uuid4().hex}"
        options = ("--run-id", run_id, "--conf", json.dumps(conf or {}))
        self.home.airflow("dags", "trigger", dag_id, *options, timeout=self.timeout)
        return Run(self.home.path, dag_id, run_id, database=self.home.database)

    def clear(self, run: Run, task_id: str) -> None:
        """Clear a task, as a person does, and let its run go on."""
        self.home.python("-c", CLEAR, run.dag_id, run.run_id, task_id, timeout=self.timeout)


def components(home: AirflowHome, timeout: float = 120) -> Components:
    """What this Airflow consists of, its workers included."""
    from tests.support.running.api import AIRFLOW_3

    return (Components if AIRFLOW_3 else Workers)(home, timeout)
