"""Wait for a queued face swap with the sensor, and pass its result on by XCom."""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG, Param, task

from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

with DAG(
    dag_id="modelslab_wait_and_pass_on",
    description=__doc__,
    schedule=None,
    catchup=False,
    params={"request_id": Param("101", type="string", description="the id that the submit call gave")},
    tags=["modelslab"],
) as dag:
    face_swap = FaceSwapResultSensor(
        task_id="wait_for_face_swap",
        request_id="{{ params.request_id }}",
        deferrable=True,
        timeout=1800,
    )

    @task
    def show_links(result: dict) -> list[str]:
        """Any task can take it from here: the links work for a limited time."""
        print(f"face swap {result['id']} took {result['generationTime']} s: {', '.join(result['output'])}")
        return result["output"]

    show_links(face_swap.output)

if __name__ == "__main__":
    dag.test()
