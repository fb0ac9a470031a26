"""Wait for a queued face swap without holding a worker, and save its files."""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG, Param

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator

with DAG(
    dag_id="modelslab_wait_and_save",
    description=__doc__,
    schedule=None,
    catchup=False,
    params={
        "request_id": Param("101", type="string", description="the id that the submit call gave"),
        "destination": Param(
            "file:///tmp/face-swaps",
            type="string",
            description="folder to save in, such as s3://aws_default@my-bucket/face-swaps/",
        ),
    },
    tags=["modelslab"],
) as dag:
    FaceSwapResultOperator(
        task_id="save_face_swap",
        request_id="{{ params.request_id }}",
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
    )

if __name__ == "__main__":
    dag.test()
