"""Save a face swap, and let other DAGs start on it: each reads from the event which files there are.

The first is scheduled on an asset that stands for all that is saved. The second is scheduled on the pictures
themselves, whose names nobody knows before: an alias stands for them.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from airflow.providers.common.compat.sdk import DAG, Asset, AssetAlias, Param, task

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator

SAVED = Asset("file:///tmp/face-swaps")
PICTURES = AssetAlias("modelslab-pictures")
STARTED_BY_EVENTS = {
    "start_date": datetime(2026, 1, 1, tzinfo=timezone.utc),  # which Airflow 2.11 asks for
    "catchup": False,
    "tags": ["modelslab"],
}


def name_pictures(context: Any, result: dict[str, Any]) -> None:
    """Make each saved file an asset of its own, with an event of its own."""
    for file in result["files"]:
        context["outlet_events"][PICTURES].add(Asset(file["uri"]), extra={"sha256": file["sha256"]})


def events_of(context: Any) -> Any:
    """The events that started this run, by asset. Airflow 2.11 calls assets datasets."""
    return context.get("triggering_asset_events") or context["triggering_dataset_events"]


with DAG(
    dag_id="modelslab_save_for_others",
    description="Save a face swap, and let other DAGs start on it.",
    schedule=None,
    catchup=False,
    params={
        "request_id": Param("101", type="string", description="the id that the submit call gave"),
        "destination": Param("file:///tmp/face-swaps", type="string", description="folder to save in"),
    },
    tags=["modelslab"],
) as dag:
    FaceSwapResultOperator(
        task_id="save_face_swap",
        request_id="{{ params.request_id }}",
        destination="{{ params.destination }}",
        deferrable=True,
        timeout=1800,
        outlets=[SAVED, PICTURES],
        post_execute=name_pictures,
    )

with DAG(dag_id="modelslab_read_what_was_saved", schedule=[SAVED], **STARTED_BY_EVENTS):

    @task
    def list_files(**context: Any) -> list[str]:
        """One run may answer several events."""
        events = [event for each in events_of(context).values() for event in each]
        return [uri for event in events for uri in event.extra["files"]]

    list_files()

with DAG(dag_id="modelslab_look_at_each_picture", schedule=[PICTURES], **STARTED_BY_EVENTS):

    @task
    def list_checksums(**context: Any) -> list[str]:
        """An event is among those of its picture and those of the alias."""
        return sorted({event.extra["sha256"] for each in events_of(context).values() for event in each})

    list_checksums()

if __name__ == "__main__":
    dag.test()
