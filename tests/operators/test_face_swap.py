"""The operator: waiting, XCom and files, against a real server and a real folder."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import ObjectStoragePath, TaskDeferred

from airflow_provider_modelslab.exceptions import (
    DestinationExistsError,
    FaceSwapFailedError,
    FaceSwapTimeoutError,
    FileTooLargeError,
    InvalidDestinationError,
    InvalidRequestIdError,
    UnsafeUrlError,
)
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.support.connections import connection_json
from tests.support.deferring import run_task
from tests.support.standin import BRIEF

if TYPE_CHECKING:
    from tests.support.standin import StandIn

BOTH = pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])
pytestmark = pytest.mark.usefixtures("prompt_triggers")


def operator(request_id: Any, **kwargs: Any) -> FaceSwapResultOperator:
    return FaceSwapResultOperator(
        task_id="get", request_id=request_id, **{"poke_interval": 0.005, "timeout": 20, **kwargs}
    )


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@BOTH
def test_without_a_destination_it_returns_what_the_sensor_returns(
    connected: StandIn, deferrable: bool
) -> None:
    job = connected.add_job(**BRIEF)
    result = run_task(operator(job, deferrable=deferrable))
    assert result == run_task(FaceSwapResultSensor(task_id="wait", request_id=job))


@BOTH
def test_the_files_of_a_job_are_saved_byte_for_byte_under_its_id(
    connected: StandIn, deferrable: bool, tmp_path: Path
) -> None:
    job = connected.add_job(**BRIEF, files=["jpg", "mp4:300000"])
    result = run_task(operator(job, destination=f"file://{tmp_path}/swaps", deferrable=deferrable))
    assert [Path(entry["uri"].removeprefix("file://")).read_bytes() for entry in result["files"]] == [
        connected.content(job, 0),
        connected.content(job, 1),
    ]
    assert [entry["content_type"] for entry in result["files"]] == ["image/jpeg", "video/mp4"]
    assert files_in(tmp_path) == {
        f"swaps/{job}/{job}-0.jpg",
        f"swaps/{job}/{job}-1.mp4",
        f"swaps/{job}/manifest.json",
    }


def test_size_and_sha256_are_those_of_the_files_and_the_manifest_says_the_same(
    connected: StandIn, tmp_path: Path
) -> None:
    job = connected.add_job(files=["png"])
    result = run_task(operator(job, destination=str(tmp_path)))
    content = connected.content(job)
    (entry,) = result["files"]
    assert (entry["size"], entry["sha256"]) == (len(content), sha256(content).hexdigest())
    manifest = json.loads(ObjectStoragePath(result["manifest"]).read_text())
    assert manifest["id"] == str(job)
    assert [file["sha256"] for file in manifest["files"]] == [entry["sha256"]]


@BOTH
def test_a_sequence_of_ids_is_saved_each_in_its_own_folder(
    connected: StandIn, deferrable: bool, tmp_path: Path
) -> None:
    jobs = [connected.add_job(**BRIEF), connected.add_job()]
    results = run_task(operator(jobs, destination=str(tmp_path), deferrable=deferrable))
    assert [result["id"] for result in results] == [str(job) for job in jobs]
    assert files_in(tmp_path) == {
        f"{job}/{name}" for job in jobs for name in (f"{job}-0.jpg", "manifest.json")
    }


def test_run_again_it_transfers_nothing(connected: StandIn, tmp_path: Path) -> None:
    job = connected.add_job()
    first = run_task(operator(job, destination=str(tmp_path)))
    transferred = connected.stats()["file"]
    assert run_task(operator(job, destination=str(tmp_path))) == first
    assert connected.stats()["file"] == transferred == 1


def test_what_stands_is_overwritten_or_an_error_where_asked_for(connected: StandIn, tmp_path: Path) -> None:
    job = connected.add_job()
    run_task(operator(job, destination=str(tmp_path)))
    run_task(operator(job, destination=str(tmp_path), if_exists="overwrite"))
    assert connected.stats()["file"] == 2
    with pytest.raises(DestinationExistsError, match=str(job)):
        run_task(operator(job, destination=str(tmp_path), if_exists="fail"))


@BOTH
@pytest.mark.parametrize(
    "destination", ["", "None", "relative/folder", "nosuch://bucket/x", "/proc/nothing/here", "s3://"]
)
def test_a_destination_that_cannot_be_written_is_found_before_the_wait(
    connected: StandIn, deferrable: bool, destination: str
) -> None:
    job = connected.add_job(duration=60)
    with pytest.raises(InvalidDestinationError):
        run_task(operator(job, destination=destination, deferrable=deferrable))
    assert connected.stats()["requests"] == 0


def test_a_bad_id_is_refused_before_anything_is_written(connected: StandIn, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestIdError):
        run_task(operator("../x", destination=str(tmp_path / "new")))
    assert not files_in(tmp_path)
    assert connected.stats()["requests"] == 0


@BOTH
def test_a_failed_job_and_a_deadline_fail_the_task_and_leave_nothing(
    connected: StandIn, deferrable: bool, tmp_path: Path
) -> None:
    failed = connected.add_job(**BRIEF, ending="failed", message="No face detected")
    with pytest.raises(FaceSwapFailedError, match=f"{failed}.*No face detected"):
        run_task(operator(failed, destination=str(tmp_path), deferrable=deferrable))
    slow = connected.add_job(duration=60)
    with pytest.raises(FaceSwapTimeoutError, match=str(slow)):
        run_task(operator(slow, destination=str(tmp_path), deferrable=deferrable, timeout=0.05))
    assert not files_in(tmp_path)


def test_files_on_private_addresses_are_refused_unless_the_connection_allows_them(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_MODELSLAB_DEFAULT",
        connection_json(standin.url, standin.key, allow_private_downloads=False),
    )
    with pytest.raises(UnsafeUrlError, match="https"):
        run_task(operator(standin.add_job(), destination=str(tmp_path)))
    assert not files_in(tmp_path)
    assert standin.stats()["file"] == 0


def test_a_file_beyond_the_limit_is_refused(connected: StandIn, tmp_path: Path) -> None:
    job = connected.add_job(files=["mp4:2000000"])
    with pytest.raises(FileTooLargeError, match="max_file_size"):
        run_task(operator(job, destination=str(tmp_path), max_file_size=1_000_000))
    assert not files_in(tmp_path)


def test_downloads_never_carry_the_key(connected: StandIn, tmp_path: Path) -> None:
    run_task(operator(connected.add_job(), destination=str(tmp_path)))
    (download,) = connected.requests("file")
    assert download["key_in"] == []
    assert not {"authorization", "cookie", "referer"} & set(download["headers"])
    assert connected.key not in "".join(path.read_text("latin-1") for path in tmp_path.rglob("*.*"))


def test_airflow_s_own_end_of_a_deferral_is_a_timeout() -> None:
    with pytest.raises(FaceSwapTimeoutError, match="triggerer is running"):
        operator(7).resume_execution("__fail__", {"error": "Trigger timeout"}, {})  # type: ignore[arg-type]


def test_a_running_job_defers_with_the_deadline_of_the_operator(connected: StandIn) -> None:
    with pytest.raises(TaskDeferred) as deferral:
        operator(connected.add_job(duration=60), deferrable=True, timeout=100).execute({})
    _, kwargs = deferral.value.trigger.serialize()
    assert kwargs["deadline"] - kwargs["started"] == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize(
    "arguments",
    [
        {"if_exists": "append"},
        {"max_file_size": 0},
        {"download_timeout": -1},
        {"timeout": "soon"},
        {"poke_interval": -1},
        {"max_wait": True},
    ],
)
def test_arguments_are_checked_when_the_dag_is_parsed(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(arguments)).replace("download_", "")):
        operator(1, **arguments)
