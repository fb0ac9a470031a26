"""Save many face swaps, each in a mapped task of its own: one that fails does not hold up the others."""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG, Param, task

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator

with DAG(
    dag_id="modelslab_many_at_once",
    description=__doc__,
    schedule=None,
    catchup=False,
    params={
        "request_ids": Param(["101", "102", "103"], type="array", description="ids of queued face swaps"),
        "destination": Param("file:///tmp/face-swaps", type="string", description="folder to save in"),
    },
    tags=["modelslab"],
) as dag:

    @task
    def list_requests(params: dict) -> list[str]:
        """Stands for whatever knows your ids: a table, a queue, a file."""
        return params["request_ids"]

    @task
    def count_files(results: list[dict]) -> int:
        """Runs when all are saved."""
        return sum(len(result["files"]) for result in results)

    saved = FaceSwapResultOperator.partial(
        task_id="save_face_swap",
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
    ).expand(request_id=list_requests())
    count_files(saved.output)

if __name__ == "__main__":
    dag.test()
