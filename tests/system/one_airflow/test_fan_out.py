"""Many more mapped swaps than the account may queue, in a whole Airflow: all succeed, at the first try."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.running.api import AIRFLOW_3

if TYPE_CHECKING:
    from tests.support.running import Standalone
    from tests.support.standin import StandIn

# Airflow 2 on SQLite runs one task at a time, and never has four of these in the queue.
ROOM, SWAPS, POOLED = (4, 10, 5) if AIRFLOW_3 else (1, 6, 3)
DAG = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

with DAG("fan_out", schedule=None, render_template_as_native_obj=True):
    FaceSwapOperator.partial(
        task_id="swap", face="https://example.com/face.jpg", deferrable=True, timeout=900
    ).expand(image=[f"https://example.com/{{number}}.jpg" for number in range({swaps})])
    queued = FaceSwapOperator(
        task_id="queued",
        face="https://example.com/face.jpg",
        video="https://example.com/clip.mp4",
        wait_for_completion=False,
        deferrable=True,
    )
    FaceSwapResultSensor(task_id="wait", request_id=queued.output["id"], deferrable=True, timeout=900)

with DAG("pooled", schedule=None):
    FaceSwapOperator.partial(
        task_id="swap", face="https://example.com/face.jpg", deferrable=True, timeout=900, pool="modelslab"
    ).expand(image=[f"https://example.com/pooled-{{number}}.jpg" for number in range({pooled})])
"""
DAGS = {"fan_out": DAG.format(swaps=SWAPS, pooled=POOLED)}


@pytest.mark.airflow
@pytest.mark.timeout(900)
def test_more_swaps_than_the_account_may_queue_all_succeed_and_in_a_pool_of_its_size_none_is_refused(
    airflow: Standalone, standin: StandIn
) -> None:
    airflow.api.set_pool("modelslab", ROOM)
    standin.configure(queue_limit=ROOM, retry_after=5, submit={"duration": 10})
    run = airflow.wait(airflow.trigger("fan_out"), timeout=600)
    refused = len(standin.submits()) - len(standin.submits(accepted=True))
    pooled = airflow.wait(airflow.trigger("pooled"), timeout=600)
    assert run.state == pooled.state == "success", [run.task_states(), pooled.task_states()]
    submitted = standin.submits(accepted=True)
    assert len({each["track_id"] for each in submitted}) == len(submitted) == SWAPS + 1 + POOLED
    assert len(standin.submits()) == len(submitted) + refused > len(submitted)
    assert run.xcom("wait")["id"] == run.xcom("queued", "id") == run.xcom("queued")["id"]
    assert {run.xcom("swap", "id", index) for index in range(SWAPS)} < {str(each["id"]) for each in submitted}
    tries = "select distinct try_number from task_instance where dag_id in (?, ?)"
    assert airflow.home.database.rows(tries, "fan_out", "pooled") == [(1,)]
