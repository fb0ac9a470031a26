"""What a DAG that is scheduled on the operator's asset learns from the asset's event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import Asset, AssetAlias

from airflow_provider_modelslab.exceptions import FaceSwapFailedError
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from tests.support.deferring import Pushed, run_task

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

SWAPS = Asset("s3://bucket/swaps")


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
