"""Put one face into every picture of a folder in one task; run daily, it swaps the new pictures only.

The destination remembers what stands, so that nothing is paid twice, whenever and wherever this is run again.
"""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG, Param

from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator

with DAG(
    dag_id="modelslab_swap_batch",
    description="Put one face into every picture of a folder in one task, and only the new ones each day.",
    schedule=None,
    catchup=False,
    max_active_runs=1,  # two runs at once would meet in the destination
    params={
        "face": Param("file:///tmp/catalogue/face.jpg", type="string", description="the face that is put in"),
        "folder": Param(
            "file:///tmp/catalogue/pictures",
            type="string",
            description="folder of pictures, such as s3://aws_default@my-bucket/catalogue/",
        ),
        "destination": Param("file:///tmp/swapped", type="string", description="folder to save in"),
    },
    tags=["modelslab"],
) as dag:
    FaceSwapBatchOperator(
        task_id="swap_faces",
        face="{{ params.face }}",
        images="{{ params.folder }}",
        destination="{{ params.destination }}",
        max_failures=0.05,  # of all; where more fail, no more are submitted
        deferrable=True,
        timeout=1800,  # seconds that one face swap may take
        retries=3,
    )

if __name__ == "__main__":
    dag.test()
