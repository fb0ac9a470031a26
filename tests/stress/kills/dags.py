"""The DAG file: for each scenario a DAG with its waits, and one that saves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.stress.kills.plan import Plan

TEXT = """
import json
from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

# With retries, so that a task which fails for a kill shows by a second try what else only its log would tell.
AGAIN = {"retries": 1, "retry_delay": timedelta(seconds=1)}

for dag_id, groups in json.loads(WAITS).items():
    with DAG(dag_id, schedule=None, default_args=AGAIN) as dag:
        for task_id, ids, mapped, arguments in groups:
            if mapped:
                FaceSwapResultSensor.partial(task_id=task_id, **arguments).expand(request_id=ids)
            else:
                FaceSwapResultSensor(task_id=task_id, request_id=ids, **arguments)

with DAG("save", schedule=None, default_args=AGAIN) as dag:
    FaceSwapResultOperator(
        task_id="save",
        request_id="{{ dag_run.conf.request_id }}",
        destination="{{ dag_run.conf.destination }}",
        deferrable=True,
        linger=0,
        timeout=600,
    )
"""


def dag_file(plans: Iterable[Plan]) -> str:
    """The text of the file."""
    waits = {
        plan.dag_id: [(group.task_id, group.ids, group.mapped, group.arguments()) for group in plan.groups]
        for plan in plans
    }
    return f"WAITS = {json.dumps(waits)!r}\n{TEXT}"
