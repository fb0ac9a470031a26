"""What a DAG that is scheduled on the operator's asset learns from the asset's event."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import Asset, AssetAlias

from airflow_provider_modelslab.exceptions import FaceSwapFailedError
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from tests.support.deferring import Pushed, run_task

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import AirflowHome
    from tests.support.standin import StandIn

SWAPS = Asset("s3://bucket/swaps")
DAG_FILE = """
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


def outlet_events() -> Any:
    """What Airflow gives a task to describe its asset events with."""
    try:
        from airflow.sdk.execution_time.context import OutletEventAccessors
    except ImportError:  # Airflow 2.11
        from airflow.utils.context import OutletEventAccessors
    return OutletEventAccessors()


def run(context: dict[str, Any], request_id: Any, **kwargs: Any) -> Any:
    operator = FaceSwapResultOperator(task_id="get", request_id=request_id, timeout=20, **kwargs)
    return run_task(operator, {"ti": Pushed(), **context})


def test_the_event_names_the_files_and_manifests_of_all_ids_in_their_order(
    connected: StandIn, tmp_path: Path
) -> None:
    jobs = [connected.add_job(files=["jpg", "png"]), connected.add_job()]
    events = outlet_events()
    events[SWAPS].extra["mine"] = "kept"
    run({"outlet_events": events}, jobs, destination=str(tmp_path), outlets=[SWAPS])
    at = f"file://{tmp_path}"
    assert events[SWAPS].extra == {
        "mine": "kept",
        "files": [
            f"{at}/{jobs[0]}/{jobs[0]}-0.jpg",
            f"{at}/{jobs[0]}/{jobs[0]}-1.png",
            f"{at}/{jobs[1]}/{jobs[1]}-0.jpg",
        ],
        "manifests": [f"{at}/{job}/manifest.json" for job in jobs],
    }


def test_every_outlet_gets_them_and_an_alias_no_asset_that_nobody_added(
    connected: StandIn, tmp_path: Path
) -> None:
    other, alias, events = Asset("s3://bucket/other"), AssetAlias("some"), outlet_events()
    outlets = [SWAPS, other, alias]
    result = run({"outlet_events": events}, connected.add_job(), destination=str(tmp_path), outlets=outlets)
    assert [events[each].extra["manifests"] for each in outlets] == [[result["manifest"]]] * 3
    added = ("asset_alias_events", "dataset_alias_events")  # the latter on Airflow 2.11
    assert [getattr(events[alias], name) for name in added if hasattr(events[alias], name)] == [[]]


def test_without_a_destination_the_event_says_nothing(connected: StandIn) -> None:
    events = outlet_events()
    run({"outlet_events": events}, connected.add_job(), outlets=[SWAPS])
    assert len(events) == 0


def test_a_failure_says_nothing_of_files(connected: StandIn, tmp_path: Path) -> None:
    events, jobs = outlet_events(), [connected.add_job(), connected.add_job(ending="failed")]
    with pytest.raises(FaceSwapFailedError):
        run({"outlet_events": events}, jobs, destination=str(tmp_path), outlets=[SWAPS])
    assert len(events) == 0


class Strange:
    """Events of a kind that Airflow does not have."""

    def __getitem__(self, outlet: object) -> object:
        return object()


@pytest.mark.parametrize("context", [{}, {"outlet_events": None}, {"outlet_events": Strange()}])
def test_an_event_that_cannot_be_described_does_not_fail_the_task(
    connected: StandIn,
    tmp_path: Path,
    context: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO")
    assert run(context, connected.add_job(), destination=str(tmp_path), outlets=[SWAPS])["files"]
    said = caplog.text + capsys.readouterr().out  # the former on Airflow 2.11
    assert "will not name what was saved" in said


def test_an_outlet_that_is_no_asset_does_not_keep_the_others_from_theirs(
    connected: StandIn, tmp_path: Path
) -> None:
    events = outlet_events()
    outlets = [object(), SWAPS]
    assert run({"outlet_events": events}, connected.add_job(), destination=str(tmp_path), outlets=outlets)
    assert len(events[SWAPS].extra["files"]) == 1


@pytest.mark.airflow
def test_a_real_airflow_keeps_them_in_the_asset_s_event(
    airflow_home: AirflowHome, standin: StandIn, tmp_path: Path
) -> None:
    home = airflow_home.add_dag(DAG_FILE).connect(
        host=standin.url, password=standin.key, extra={"allow_private_downloads": True}
    )
    job = standin.add_job(duration=4, starts="first_look", files=["jpg", "mp4:200000"])
    conf = {"request_ids": str(job), "destination": f"file://{tmp_path}/swaps"}
    run = home.run_dag_test("produce", conf)
    assert run.state == "success", run.output
    saved = run.xcom("save")
    assert asset_events(home) == [
        {"files": [file["uri"] for file in saved["files"]], "manifests": [saved["manifest"]]}
    ]
    assert run.was_deferred("save")


def asset_events(home: AirflowHome) -> list[dict[str, Any]]:
    """The extras of all asset events in the metadata database."""
    with closing(sqlite3.connect(home.path / "airflow.db")) as database:
        tables = {name for (name,) in database.execute("select name from sqlite_master")}
        table = "asset_event" if "asset_event" in tables else "dataset_event"  # Airflow 2.11
        return [json.loads(extra) for (extra,) in database.execute(f"select extra from {table}")]
