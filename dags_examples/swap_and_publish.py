"""Swap the faces of a clip, and hand the saved file to an operator of another provider."""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG, Param
from airflow.providers.common.io.operators.file_transfer import FileTransferOperator

from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator

with DAG(
    dag_id="modelslab_swap_and_publish",
    description=__doc__,
    schedule=None,
    catchup=False,
    params={
        "face": Param("https://example.com/face.jpg", type="string", description="the face that is put in"),
        "video": Param(
            "https://example.com/clip.mp4", type="string", description="the clip whose faces are replaced"
        ),
        "destination": Param("file:///tmp/face-swaps", type="string", description="folder to save in"),
        "publish_as": Param(
            "file:///tmp/face-swaps-published/clip.mp4", type="string", description="where others look for it"
        ),
    },
    tags=["modelslab"],
) as dag:
    swap = FaceSwapOperator(
        task_id="swap_faces",
        face="{{ params.face }}",
        video="{{ params.video }}",
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
    )
    publish = FileTransferOperator(
        task_id="publish",
        src="{{ ti.xcom_pull(task_ids='swap_faces')['files'][0]['uri'] }}",
        dst="{{ params.publish_as }}",
        overwrite=True,
    )
    swap >> publish

if __name__ == "__main__":
    dag.test()
