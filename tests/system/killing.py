"""Kills the tasks of a real Airflow at the bad moments of a submission."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil

if TYPE_CHECKING:
    from tests.support.running import Components, Run
    from tests.support.standin import StandIn

TASK = "swap"
#: Of both modes; what stands for `more` are further arguments of the operator.
DAGS = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator

for mode, deferrable in {"waiting": False, "deferring": True}.items():
    with DAG(mode, schedule=None, default_args={"retries": 3, "retry_delay": 1}):
        FaceSwapOperator(
            task_id="swap",
            face="https://example.com/face.jpg",
            image="https://example.com/group.jpg",
            destination="{{ dag_run.conf.destination }}",
            deferrable=deferrable,
            timeout=600,
            **more,
        )
"""


def dags(**more: Any) -> str:
    """A file with a DAG for each mode, whose task has these arguments too."""
    return f"more = {more!r}{DAGS}"


class Killing:
    """Runs of DAGs whose task is named ``swap``, each brought to its bad moment.

    :param airflow: the Airflow
    :param standin: stands for ModelsLab
    """

    def __init__(self, airflow: Components, standin: StandIn) -> None:
        self.airflow, self.standin = airflow, standin

    def begin(self, dag_id: str, counter: str, destination: str, **job: Any) -> Run:
        """Begin a run whose swap makes such a job; come back when the stand-in was asked for something."""
        self.standin.configure(submit=job)
        before = self.standin.stats()[counter]
        run = self.airflow.trigger(dag_id, {"destination": destination})
        self.airflow.wait(run, 180, lambda: self.standin.stats()[counter] > before, f"its {counter}")
        return run

    def kill_tasks(self) -> int:
        """Kill the processes that talk to the stand-in, as the kernel does when memory runs out."""
        port, killed = urlsplit(self.standin.url).port, 0
        for each in psutil.Process(self.airflow.processes["scheduler"].pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if any(link.raddr and link.raddr.port == port for link in each.net_connections()):
                    each.send_signal(signal.SIGKILL)
                    killed += 1
        return killed

    def clear(self, run: Run) -> None:
        """Clear the task, as a person does, and wait for its end."""
        self.airflow.clear(run, TASK)
        self.airflow.wait_for(lambda: not run.finished, 60, "the run to begin again")
        self.airflow.wait(run, 180)
