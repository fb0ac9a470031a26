"""What Airflow keeps of an asset event that the operator has described."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.running.api import AIRFLOW_3

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Standalone
    from tests.support.standin import StandIn

DAG = """
from airflow.providers.common.compat.sdk import DAG, Asset, AssetAlias

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator

with DAG(dag_id="produce", schedule=None, params={"request_ids": [], "destination": ""}):
    FaceSwapResultOperator(
        task_id="save",
        request_id="{{ params.request_ids }}",
        destination="{{ params.destination }}",
        deferrable=True,
        linger=0,
        outlets=[Asset("s3://bucket/swaps"), AssetAlias("nothing is added to this alias")],
    )
"""
DAGS = {"produce": DAG}


@pytest.mark.airflow
def test_it_names_the_files_and_the_manifest(airflow: Standalone, standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(duration=4, starts="first_look", files=["jpg", "mp4:200000"])
    conf = {"request_ids": str(job), "destination": f"file://{tmp_path}/swaps"}
    run = airflow.wait(airflow.trigger("produce", conf))
    assert run.state == "success", run.task_log("save")
    saved = run.xcom("save")
    assert events_of(airflow) == [
        {"files": [file["uri"] for file in saved["files"]], "manifests": [saved["manifest"]]}
    ]
    assert run.was_deferred("save")


def events_of(airflow: Standalone) -> list[dict[str, Any]]:
    """The extras of the DAG's asset events in the metadata database."""
    table = "asset_event" if AIRFLOW_3 else "dataset_event"
    rows = airflow.home.database.rows(f"select extra from {table} where source_dag_id = 'produce'")
    return [json.loads(extra) for (extra,) in rows]
