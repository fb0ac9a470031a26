"""Swap faces, let a person look at the result, and publish it where that person approves.

Airflow 3.1 or later. The form has the pictures in it where airflow.cfg says that they may be shown, for the
workers and the API server::

    [modelslab]
    preview_roots = file:///tmp/face-swaps/
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, Param
from airflow.providers.common.io.operators.file_transfer import FileTransferOperator

from airflow_provider_modelslab.operators.approval import FaceSwapApprovalOperator
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator

with DAG(
    dag_id="modelslab_swap_and_approve",
    description="Swap faces, let a person look at the result, and publish it where that person approves.",
    schedule=None,
    catchup=False,
    params={
        "face": Param("https://example.com/face.jpg", type="string", description="the face that is put in"),
        "image": Param(
            "https://example.com/group.jpg", type="string", description="the picture whose faces are replaced"
        ),
        "destination": Param("file:///tmp/face-swaps", type="string", description="folder to save in"),
        "publish_as": Param(
            "file:///tmp/face-swaps-published/group.jpg",
            type="string",
            description="where others look for it",
        ),
    },
    tags=["modelslab"],
) as dag:
    swap = FaceSwapOperator(
        task_id="swap_faces",
        face="{{ params.face }}",
        image="{{ params.image }}",
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
    )
    approve = FaceSwapApprovalOperator(
        task_id="approve",
        results=swap.output,
        subject="Publish this face swap as {{ params.publish_as }}?",
        response_timeout=timedelta(days=2),
    )
    publish = FileTransferOperator(
        task_id="publish",
        src="{{ ti.xcom_pull(task_ids='swap_faces')['files'][0]['uri'] }}",
        dst="{{ params.publish_as }}",
        overwrite=True,
    )
    swap >> approve >> publish

if __name__ == "__main__":
    dag.test()
