"""TaskFlow around the wait: one task finds the id, the operator saves, another reads what was saved."""

from __future__ import annotations

import json

from airflow.providers.common.compat.sdk import ObjectStoragePath, Param, dag, task

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator


@dag(
    dag_id="modelslab_around_with_taskflow",
    description=__doc__,
    schedule=None,
    catchup=False,
    params={
        "request_id": Param("101", type="string", description="the id that the submit call gave"),
        "destination": Param("file:///tmp/face-swaps", type="string", description="folder to save in"),
    },
    tags=["modelslab"],
)
def around_with_taskflow() -> None:
    @task
    def find_request(params: dict) -> str:
        """Stands for the part of your pipeline that queued the face swap."""
        return params["request_id"]

    @task
    def read_manifest(result: dict) -> dict[str, str]:
        """The manifest says what stands beside it: name, size, sha256, content type."""
        manifest = json.loads(ObjectStoragePath(result["manifest"]).read_text())
        return {entry["sha256"]: entry["content_type"] for entry in manifest["files"]}

    saved = FaceSwapResultOperator(
        task_id="save_face_swap",
        request_id=find_request(),
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
    )
    read_manifest(saved.output)


around_with_taskflow_dag = around_with_taskflow()

if __name__ == "__main__":
    around_with_taskflow_dag.test()
