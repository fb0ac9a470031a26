"""Put one face into every picture of a folder, no more at once than the account may queue.

The pool keeps to the plan. Make it once, with as many slots as the account may queue, and let it count
deferred tasks as well::

    airflow pools set modelslab 5 "requests that the account may queue" --include-deferred
"""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG, ObjectStoragePath, Param, task

from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator

with DAG(
    dag_id="modelslab_swap_catalogue",
    description="Put one face into every picture of a folder, no more at once than the account may queue.",
    schedule=None,
    catchup=False,
    params={
        "face": Param("file:///tmp/catalogue/face.jpg", type="string", description="the face that is put in"),
        "folder": Param(
            "file:///tmp/catalogue/pictures",
            type="string",
            description="folder of pictures, such as s3://aws_default@my-bucket/catalogue/",
        ),
        "destination": Param("file:///tmp/face-swaps", type="string", description="folder to save in"),
    },
    tags=["modelslab"],
) as dag:

    @task
    def list_pictures(params: dict) -> list[str]:
        """The paths keep the id of the connection that leads to them."""
        folder = ObjectStoragePath(params["folder"])
        return sorted(str(path) for path in folder.iterdir() if path.suffix in (".jpg", ".png"))

    @task
    def list_results(results: list[dict]) -> list[str]:
        """Runs when all are saved."""
        return [file["uri"] for result in results for file in result["files"]]

    swaps = FaceSwapOperator.partial(
        task_id="swap_faces",
        face="{{ params.face }}",
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
        pool="modelslab",
    ).expand(image=list_pictures())
    list_results(swaps.output)

if __name__ == "__main__":
    dag.test()
