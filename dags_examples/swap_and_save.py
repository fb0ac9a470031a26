"""From two pictures to verified files: submit a face swap, wait for it without a worker, and save it."""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG, Param

from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator

with DAG(
    dag_id="modelslab_swap_and_save",
    description=__doc__,
    schedule=None,
    catchup=False,
    params={
        "face": Param("https://example.com/face.jpg", type="string", description="the face that is put in"),
        "image": Param(
            "https://example.com/group.jpg", type="string", description="the picture whose faces are replaced"
        ),
        "consent": Param("form 12", type="string", description="where the consent of the persons is kept"),
        "destination": Param("file:///tmp/face-swaps", type="string", description="folder to save in"),
    },
    tags=["modelslab"],
) as dag:
    FaceSwapOperator(
        task_id="swap_faces",
        face="{{ params.face }}",
        image="{{ params.image }}",
        consent_reference="{{ params.consent }}",
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
        retries=2,  # which do not pay again; before Airflow 3.3 see docs/guides/submitting.md
    )

if __name__ == "__main__":
    dag.test()
