"""What Airflow runs for the browser to look at: a task for each thing that a page can have to say."""

from __future__ import annotations

import json
import os
from typing import Any

from airflow.providers.common.compat.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

from airflow_provider_modelslab.operators.approval import FaceSwapApprovalOperator, FaceSwapSelectionOperator
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

#: Files that faces are put into, each by a mapped task.
TARGETS = json.loads(os.environ["BROWSER_TARGETS"])


def conf(name: str) -> str:
    return f"{{{{ dag_run.conf.{name} }}}}"


def saved(task_id: str, request_id: str, destination: str = "destination") -> Any:
    where = {"request_id": conf(request_id), "destination": conf(destination)}
    return FaceSwapResultOperator(task_id=task_id, deferrable=True, **where)


with DAG("catalogue", schedule=None):
    swap = FaceSwapOperator.partial(
        task_id="swap",
        face=conf("face"),
        destination=conf("destination"),
        consent_reference="form 12",
        deferrable=True,
    ).expand(image=TARGETS)
    FaceSwapSelectionOperator(
        task_id="choose", results=swap.output, subject="Which of these shall be published?"
    )

with DAG("explained", schedule=None, render_template_as_native_obj=True):
    film = saved("film", "film")
    saved("waiting", "several")
    saved("failing", "bad")
    saved("elsewhere", "good", "elsewhere")
    FaceSwapResultSensor(task_id="sensed", request_id=conf("good"), deferrable=True)
    EmptyOperator(task_id="other")
    FaceSwapApprovalOperator(task_id="reject", results=film.output, subject="Good?") >> EmptyOperator(
        task_id="after_reject"
    )
