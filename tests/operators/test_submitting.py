"""The operator that submits: from pictures to files, and when there is room."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    TaskDeferred,
)

from airflow_provider_modelslab.exceptions import (
    FaceSwapFailedError,
    InvalidSwapError,
    MissingConsentError,
    QueueFullError,
)
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from tests.operators import (
    BOTH,
    FACE,
    IMAGE,
    VIDEO,
    WITH_AND_WITHOUT_STORE,
    ending_once_refused,
    first_try,
    swapper,
)
from tests.support.connections import connection_json
from tests.support.deferring import Pushed, run_task
from tests.support.standin import BRIEF, Media

if TYPE_CHECKING:
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks")


@BOTH
@WITH_AND_WITHOUT_STORE
def test_from_two_pictures_to_verified_files(
    connected: StandIn, deferrable: bool, store: bool, tmp_path: Path
) -> None:
    connected.configure(submit=BRIEF)
    result = run_task(swapper(destination=str(tmp_path), deferrable=deferrable), first_try(store))
    (submitted,) = connected.submits()
    assert result["id"] == str(submitted["id"])
    assert (tmp_path / result["id"] / f"{result['id']}-0.jpg").read_bytes() == connected.content(result["id"])
    assert json.loads((tmp_path / result["id"] / "manifest.json").read_text())["id"] == result["id"]


@BOTH
def test_it_returns_what_the_result_operator_returns(connected: StandIn, deferrable: bool) -> None:
    connected.configure(submit=BRIEF)
    result = run_task(swapper(video=VIDEO, deferrable=deferrable), first_try(True))
    assert result.pop("inputs") == {"face": FACE, "video": VIDEO}  # which nobody else knows
    assert result == run_task(FaceSwapResultOperator(task_id="get", request_id=result["id"]))


def test_a_swap_that_is_done_at_once_never_defers_nor_looks(connected: StandIn) -> None:
    result = swapper(deferrable=True).execute(first_try(True))  # type: ignore[arg-type]
    assert result["output"] == connected.urls(result["id"])
    assert connected.stats()["fetch"] == 0


def test_pictures_at_paths_are_sent_as_they_are(connected: StandIn, tmp_path: Path) -> None:
    (tmp_path / "face.jpg").write_bytes(Media("jpg").whole())
    path = str(tmp_path / "face.jpg")
    assert run_task(swapper(face=path, image=path, reference_image=path))["status"] == "success"
    assert connected.submits()[0]["parameters"]["base64"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"image": IMAGE, "video": VIDEO}, "both image and video"),
        ({"image": None}, "neither image nor video"),
        ({"video": "/data/clip.mp4"}, "public URLs"),
        ({"image": "/data/group.jpg"}, "all as paths"),
        ({"output_format": "mp4"}, "output_format"),
        ({"webhook": "http://example.com"}, "webhook"),
        ({"destination": "/data", "wait_for_completion": False}, "wait_for_completion"),
        ({"on_unknown": "pay"}, "on_unknown"),
        ({"queue_timeout": -1}, "queue_timeout"),
    ],
)
def test_wrong_combinations_are_refused_when_the_dag_is_parsed(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        swapper(**arguments)


def test_a_wrong_combination_in_a_mapped_task_is_not_retried() -> None:
    with pytest.raises(AirflowFailException):
        swapper(video=VIDEO, image=IMAGE)


def test_templates_are_taken_when_the_dag_is_parsed_and_checked_when_the_task_runs(
    connected: StandIn,
) -> None:
    task = swapper(image="{{ params.image }}", face="{{ params.face }}")
    task.image, task.face = "/data/group.jpg", FACE  # as they are rendered
    with pytest.raises(InvalidSwapError, match="all as paths"):
        run_task(task)
    assert connected.stats()["requests"] == 0


def test_without_waiting_it_returns_the_id_for_a_sensor(connected: StandIn) -> None:
    connected.configure(submit={"duration": 60})
    result = run_task(swapper(wait_for_completion=False, consent_reference="form 12"))
    assert result == {
        "id": str(connected.submits()[0]["id"]),
        "status": "processing",
        "generationTime": None,
        "output": [],
        "proxy_links": [],
        "meta": {},
        "consent_reference": "form 12",
        "inputs": {"face": FACE, "image": IMAGE},
    }
    connected.configure(submit={})
    assert run_task(swapper(wait_for_completion=False))["status"] == "success"
    assert connected.stats()["fetch"] == 0


@BOTH
def test_the_id_is_an_xcom_of_its_own_even_if_the_rest_fails(connected: StandIn, deferrable: bool) -> None:
    connected.configure(submit={**BRIEF, "ending": "failed"})
    context = first_try(store=True)
    with pytest.raises(FaceSwapFailedError):
        run_task(swapper(deferrable=deferrable), context)
    assert context["ti"].xcoms["id"] == str(connected.submits()[0]["id"])


@BOTH
def test_consent_is_kept_in_the_result_and_the_manifest(
    connected: StandIn, deferrable: bool, tmp_path: Path
) -> None:
    connected.configure(submit=BRIEF)
    task = swapper(destination=str(tmp_path), consent_reference="form 12", deferrable=deferrable)
    result = run_task(task)
    assert result["consent_reference"] == "form 12"
    assert json.loads(Path(result["manifest"][7:]).read_text())["consent_reference"] == "form 12"


@BOTH
def test_what_it_was_made_of_is_kept_in_the_result_and_the_manifest_without_tokens(
    connected: StandIn, deferrable: bool, tmp_path: Path
) -> None:
    connected.configure(submit=BRIEF)
    signed = {"face": f"{FACE}?X-Amz-Signature=s3cret", "image": IMAGE.replace("//", "//user:s3cret@")}
    task = swapper(**signed, destination=str(tmp_path), deferrable=deferrable)
    context = first_try(store=True)
    result = run_task(task, context)
    manifest = Path(result["manifest"][7:]).read_text()
    assert result["inputs"] == json.loads(manifest)["inputs"] == {"face": FACE, "image": IMAGE}
    assert "s3cret" not in json.dumps(result) + manifest
    Path(result["manifest"][7:]).write_text(manifest.replace(FACE, "https://elsewhere/f.jpg"))
    assert run_task(task, context)["inputs"] == result["inputs"]  # though another stands in the manifest


def test_where_a_team_requires_consent_nothing_is_sent_without(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connection_json(standin.url, standin.key, require_consent=True)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection)
    with pytest.raises(MissingConsentError):
        run_task(swapper())
    assert standin.stats()["requests"] == 0


def test_each_try_of_each_mapped_task_has_a_track_id_of_its_own(connected: StandIn) -> None:
    mapped, second = Pushed(), Pushed()
    mapped.map_index, second.try_number = 3, 2
    for ti in (Pushed(), mapped, second):
        run_task(swapper(), {"ti": ti})
    assert len({each["track_id"] for each in connected.submits()}) == 3


def test_a_reference_that_is_rendered_to_nothing_does_not_mean_all_faces(connected: StandIn) -> None:
    task = swapper(reference_image="{{ params.reference }}")
    task.reference_image = None  # as it is rendered natively
    with pytest.raises(InvalidSwapError, match="reference_image is empty"):
        run_task(task)
    assert connected.stats()["requests"] == 0


@BOTH
@WITH_AND_WITHOUT_STORE
@pytest.mark.usefixtures("short_slow_downs")
def test_a_full_queue_is_waited_for(connected: StandIn, deferrable: bool, store: bool) -> None:
    connected.configure(queue_limit=1, retry_after=1)
    with ending_once_refused(connected):
        assert run_task(swapper(deferrable=deferrable), first_try(store))["status"] == "success"
    assert 2 <= connected.stats()["submit"] <= 4


@BOTH
@pytest.mark.usefixtures("short_slow_downs")
def test_a_queue_that_stays_full_is_told_after_a_last_try(connected: StandIn, deferrable: bool) -> None:
    connected.configure(queue_limit=1, retry_after=1)
    connected.add_job(duration=600)
    context = first_try(store=True)
    with pytest.raises(QueueFullError, match="queue_timeout"):
        run_task(swapper(deferrable=deferrable, queue_timeout=0.05), context)
    assert not context["task_state_store"].kept


def test_the_wait_for_room_is_deferred_with_an_absolute_deadline(connected: StandIn) -> None:
    connected.configure(queue_limit=0, retry_after=17)
    with pytest.raises(TaskDeferred) as deferral:
        swapper(deferrable=True, queue_timeout=100).execute(first_try(store=True))  # type: ignore[arg-type]
    _, kwargs = deferral.value.trigger.serialize()
    assert kwargs["deadline"] - time.time() == pytest.approx(100, abs=5)
    assert kwargs["retry_after"] == 17
    assert not deferral.value.kwargs  # which are lost in dag.test()
