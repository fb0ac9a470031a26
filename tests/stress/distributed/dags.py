"""The DAG file: a task for each kind of work, the first three mapped."""

from __future__ import annotations

DAG_ID = "distributed"
WAITS, SAVES, SWAPS, BATCH = KINDS = ("wait", "save", "swap", "batch")

TEXT = """
from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

# Where its worker is killed, Airflow takes one of a task's retries.
AGAIN = {"retries": 3, "retry_delay": timedelta(seconds=1), "deferrable": True, "linger": 0}

with DAG(DAG_ID, schedule=None, default_args=AGAIN):
    FaceSwapResultSensor.partial(task_id="wait", timeout=900).expand(request_id=WAITS)
    FaceSwapResultOperator.partial(task_id="save", destination=ROOT + "/saved", timeout=900).expand(
        request_id=SAVES
    )
    FaceSwapOperator.partial(
        task_id="swap", face="https://example.com/face.jpg", destination=ROOT + "/swapped", timeout=900
    ).expand(image=[f"https://example.com/{number}.jpg" for number in range(SWAPS)])
    FaceSwapBatchOperator(
        task_id="batch", face=ROOT + "/face.jpg", images=ROOT + "/pictures", destination=ROOT + "/catalogue"
    )
"""


def dag_file(root: str, waits: list[str], saves: list[str], swaps: int) -> str:
    """The text of the file.

    :param root: the bucket
    :param waits: ids that are only waited for
    :param saves: ids whose files are saved
    :param swaps: how many face swaps are submitted, beside the batch
    """
    names = {"DAG_ID": DAG_ID, "ROOT": root, "WAITS": waits, "SAVES": saves, "SWAPS": swaps}
    return "\n".join([*(f"{name} = {value!r}" for name, value in names.items()), TEXT])
