"""The hook's submit calls, against a real server."""

from __future__ import annotations

import logging
from base64 import b64decode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import (
    FaceSwapFailedError,
    InvalidConnectionError,
    InvalidKeyError,
    InvalidRequestError,
    InvalidSwapError,
    MissingConsentError,
    ModelsLabUnavailableError,
    QueueFullError,
    SubmissionUnknownError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol import poll_intervals
from airflow_provider_modelslab.protocol.face_swap import FaceSwap
from airflow_provider_modelslab.protocol.outcome import Done, InProgress, TransientFailure
from airflow_provider_modelslab.protocol.submit_answer import Accepted, Submission, Unknown
from tests.operators import ending_once_refused
from tests.support.connections import connection_json
from tests.support.standin import Media

if TYPE_CHECKING:
    from tests.support.standin import StandIn

FACE = "https://example.com/face.jpg"
IMAGE = "https://example.com/group.jpg"
VIDEO = "https://example.com/clip.mp4"
ONE = "https://example.com/one.jpg"
SWAP = FaceSwap(face=FACE, image=IMAGE)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_intervals, "TROUBLE_FIRST", 0.0001)


def connect(monkeypatch: pytest.MonkeyPatch, url: str, key: str = "some-key", **extra: Any) -> ModelsLabHook:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(url, key, **extra))
    return ModelsLabHook()


def submit(hook: ModelsLabHook, swap: FaceSwap = SWAP) -> Submission:
    return hook.submit(hook.prepare(swap, seed="a task"))


def content_of(text: str, prefix: str = "") -> bytes:
    assert text.startswith(prefix)
    return b64decode(text.removeprefix(prefix), validate=True)


def test_each_method_makes_its_call_and_returns_the_id(connected: StandIn) -> None:
    hook = ModelsLabHook()
    ids = [
        hook.swap_faces_in_image(image=IMAGE, face=FACE),
        hook.swap_face_in_image(image=IMAGE, face=FACE, reference_image=ONE),
        hook.swap_faces_in_video(video=VIDEO, face=FACE, output_format="mp4"),
        hook.swap_face_in_video(video=VIDEO, face=FACE, reference_image=ONE, watermark=False),
    ]
    submits = connected.submits()
    assert [str(each["id"]) for each in submits] == ids
    assert [each["call"] for each in submits] == [
        "multiple_face_swap",
        "single_face_swap",
        "single_video_swap",
        "specific_video_swap",
    ]
    assert submits[1]["parameters"] == {
        "init_image": IMAGE,
        "target_image": FACE,
        "reference_image": ONE,
        "track_id": submits[1]["track_id"],
    }
    assert len({each["track_id"] for each in submits}) == 4
    assert hook.get_result(ids[0])["id"] == ids[0]


@pytest.mark.parametrize("lost", [False, True])
def test_the_track_id_is_logged_before_the_call_and_the_id_after_it(
    connected: StandIn, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], lost: bool
) -> None:
    if lost:
        connected.fault("submit", accepts=True, reset=True)
    with caplog.at_level(logging.INFO), suppress(SubmissionUnknownError):
        ModelsLabHook().swap_faces_in_video(video=VIDEO, face=FACE, track_id=7)
    said = capsys.readouterr().out or caplog.text
    (submitted,) = connected.submits()
    assert said.count("Submitting a face swap with track_id 7.") == 1
    assert said.count(f"Request {submitted['id']}: submitted with track_id 7.") == (0 if lost else 1)


def test_pictures_are_given_by_name_as_they_are_easily_swapped(connected: StandIn) -> None:
    hook: Any = ModelsLabHook()
    for swap in (
        *(hook.swap_faces_in_image, hook.swap_face_in_image),
        *(hook.swap_faces_in_video, hook.swap_face_in_video),
    ):
        with pytest.raises(TypeError, match="positional"):
            swap(IMAGE, FACE)
    assert connected.stats()["requests"] == 0


def test_a_queued_swap_has_an_id_and_an_eta_and_one_that_is_done_its_files(connected: StandIn) -> None:
    done = submit(ModelsLabHook())
    assert isinstance(done, Accepted)
    assert isinstance(done.outcome, Done)
    connected.configure(submit={"duration": 60, "eta": 9})
    queued = submit(ModelsLabHook())
    assert isinstance(queued, Accepted)
    assert queued.outcome == InProgress("processing", 9)
    assert [each["id"] for each in connected.submits()] == [int(done.request_id), int(queued.request_id)]


def test_the_id_is_taken_from_the_link_where_it_stands_only_there_and_the_link_is_not_called(
    connected: StandIn,
) -> None:
    connected.configure(submit={"duration": 60, "shape": "id_in_link"})
    submission = submit(ModelsLabHook())
    assert isinstance(submission, Accepted)
    assert submission.request_id == str(connected.submits()[0]["id"])
    assert connected.stats()["fetch"] == 0


def test_the_key_is_in_the_body_and_nowhere_else(
    connected: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        submit(ModelsLabHook())
    (request,) = connected.requests("submit")
    assert request["key_in"] == ["body"]
    assert connected.key not in caplog.text


@pytest.mark.parametrize(
    "fault",
    [
        {"accepts": True, "reset": True},
        {"accepts": True, "hang": True},
        {"accepts": True, "payload": "html_502"},
        {"accepts": True, "cut_after": 20},
        {"accepts": True, "payload": "processing_bare"},
    ],
)
def test_a_lost_answer_is_unknown_and_the_call_is_made_once(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    hook = connect(monkeypatch, standin.url, standin.key, request_timeout=0.2)
    standin.fault("submit", **fault)
    with pytest.raises(SubmissionUnknownError, match=r"track_id 7 may have been queued.*call the hook again"):
        hook.swap_faces_in_image(image=IMAGE, face=FACE, track_id=7)
    assert len(standin.submits(accepted=True)) == 1


@pytest.mark.parametrize("payload", ["server_error", "unavailable", "code_upstream_unavailable"])
def test_what_the_api_itself_did_not_take_is_submitted_again(connected: StandIn, payload: str) -> None:
    connected.fault("submit", payload=payload, times=3)
    ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE)
    assert connected.stats()["submit"] == 4
    assert len(connected.submits(accepted=True)) == 1


def test_a_server_that_never_takes_it_is_given_up_and_nothing_was_queued(connected: StandIn) -> None:
    connected.fault("submit", payload="server_error", times="always")
    with pytest.raises(ModelsLabUnavailableError, match=r"Internal server error.*Nothing was queued"):
        ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE)
    assert connected.stats()["submit"] == poll_intervals.MAX_FAILURES


def test_an_error_that_the_api_does_not_explain_is_told_as_one_that_may_be_permanent(
    connected: StandIn,
) -> None:
    connected.fault("submit", status=200, body={"status": "error", "message": "Odd"}, times="always")
    with pytest.raises(ModelsLabUnavailableError, match=r"error: Odd\. .*may be permanent") as caught:
        ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE)
    assert "could not be asked" not in str(caught.value)
    assert connected.stats()["submit"] == poll_intervals.MAX_FAILURES


def test_a_job_that_failed_at_once_may_have_met_a_model_that_was_warming_up(connected: StandIn) -> None:
    connected.fault("submit", payload="failed")
    with pytest.raises(FaceSwapFailedError, match=r"Failed, Try Again\. .*warming up: call the hook again"):
        ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-host.invalid", "https://{}"])
def test_a_call_that_never_left_is_trouble_that_passes(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    hook = connect(monkeypatch, url.format(standin.url.partition("//")[2]))
    submission = submit(hook)
    assert isinstance(submission, TransientFailure)


def test_an_upload_that_is_cut_short_cannot_have_been_taken(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The server sees a body that is shorter than its Content-Length says, and no JSON."""
    import socket
    import threading

    listener = socket.create_server(("127.0.0.1", 0))

    def cut() -> None:
        connection, _ = listener.accept()
        connection.recv(1000)
        connection.close()  # with bytes unread, which is a reset

    threading.Thread(target=cut, daemon=True).start()
    picture = tmp_path / "face.jpg"
    picture.write_bytes(Media("jpg", 8_000_000).whole())
    hook = connect(monkeypatch, f"http://127.0.0.1:{listener.getsockname()[1]}")
    submission = submit(hook, FaceSwap(face=str(picture), image=str(picture)))
    assert isinstance(submission, TransientFailure)


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ("invalid_key", InvalidKeyError),
        ("bad_request", InvalidRequestError),
        ("no_face", InvalidRequestError),
        ("dimensions", InvalidRequestError),
        ("empty_401", InvalidKeyError),
        ("laravel_422", InvalidRequestError),
        ("failed", FaceSwapFailedError),
        ("failed_refunded", FaceSwapFailedError),
    ],
)
def test_a_refusal_is_told_and_not_repeated(connected: StandIn, payload: str, error: Any) -> None:
    connected.fault("submit", payload=payload)
    with pytest.raises(error, match="track_id"):
        ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE)
    assert connected.stats()["submit"] == 1


@pytest.mark.usefixtures("short_slow_downs")
def test_a_full_queue_is_waited_for(connected: StandIn) -> None:
    connected.configure(queue_limit=1, retry_after=1)
    with ending_once_refused(connected):
        ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE)
    assert 2 <= connected.stats()["submit"] <= 4


def test_a_queue_that_stays_full_is_an_error_at_the_deadline_after_a_last_try(connected: StandIn) -> None:
    connected.configure(queue_limit=1, retry_after=60)
    connected.add_job(duration=600)
    with pytest.raises(QueueFullError, match=r"Maximum 1 queued.*Nothing was queued"):
        ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE, queue_timeout=0.1)
    assert connected.stats()["submit"] == 2


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_pictures_at_paths_are_sent_as_base64(connected: StandIn, tmp_path: Path, form: str) -> None:
    for name in ("face.png", "group.jpg"):
        (tmp_path / name).write_bytes(Media(name[-3:]).whole())
    ModelsLabHook().swap_faces_in_image(
        image=form.format(tmp_path / "group.jpg"), face=form.format(tmp_path / "face.png")
    )
    parameters = connected.submits()[0]["parameters"]
    assert parameters["base64"] is True
    assert content_of(parameters["target_image"], "data:image/png;base64,") == Media("png").whole()
    assert content_of(parameters["init_image"], "data:image/jpeg;base64,") == Media("jpg").whole()


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        ({"video": IMAGE, "image": IMAGE}, "both image and video"),
        ({"image": "/nowhere/group.jpg"}, "all as public URLs, or all as paths"),
        ({"image": "/nowhere/group.jpg", "face": "/nowhere/face.jpg"}, "is not there"),
        ({"image": IMAGE, "track_id": "order-7"}, "takes an integer"),
        ({"image": IMAGE, "watermark_image": "https://example.com/m.png"}, "enterprise"),
    ],
)
def test_what_cannot_be_submitted_is_refused_before_anything_is_sent(
    connected: StandIn, swap: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidSwapError, match=f"{words}.*Nothing was sent"):
        ModelsLabHook().prepare(FaceSwap(**{"face": FACE, **swap}), seed="a task")
    assert connected.stats()["requests"] == 0


def test_an_enterprise_server_gets_its_own_path_and_parameters(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = connect(monkeypatch, standin.url, standin.key, api_path="/api/v1/enterprise/faceswap")
    hook.swap_faces_in_image(
        image=IMAGE, face=FACE, watermark_image="https://example.com/m.png", track_id="order-7"
    )
    (submitted,) = standin.submits(accepted=True)
    assert submitted["track_id"] == "order-7"
    assert submitted["parameters"]["watermark_image"] == "https://example.com/m.png"
    assert standin.requests("submit")[0]["path"] == "/api/v1/enterprise/faceswap/multiple_face_swap"


@pytest.mark.parametrize("reference", [None, "", "  ", "None", "null"])
def test_a_team_can_require_consent(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, reference: str | None
) -> None:
    hook = connect(monkeypatch, standin.url, standin.key, require_consent=True)
    with pytest.raises(MissingConsentError, match="consent_reference"):
        hook.swap_faces_in_image(image=IMAGE, face=FACE, consent_reference=reference)
    assert standin.stats()["requests"] == 0
    hook.swap_faces_in_image(image=IMAGE, face=FACE, consent_reference="form 12")
    assert "form 12" not in standin.submits()[0]["parameters"].values()


def test_one_chosen_face_is_not_all_faces(connected: StandIn) -> None:
    hook = ModelsLabHook()
    for swap, target in (
        (hook.swap_face_in_image, {"image": IMAGE}),
        (hook.swap_face_in_video, {"video": VIDEO}),
    ):
        with pytest.raises(InvalidSwapError, match="reference_image is empty"):
            swap(face=FACE, reference_image=None, **target)  # type: ignore[operator]
    assert connected.stats()["requests"] == 0


def test_a_connection_that_cannot_be_used_is_told_before_anything_is_sent() -> None:
    with pytest.raises(InvalidConnectionError):
        ModelsLabHook("nowhere").swap_faces_in_image(image=IMAGE, face=FACE)


def test_a_redirect_is_not_followed(connected: StandIn) -> None:
    connected.fault("submit", status=307, redirect=f"{connected.url}/elsewhere")
    submission = submit(ModelsLabHook())
    assert isinstance(submission, TransientFailure)
    assert connected.stats()["elsewhere"] == 0


def test_an_unknown_submission_says_what_was_in_the_way(connected: StandIn) -> None:
    connected.fault("submit", reset=True)
    assert isinstance(submit(ModelsLabHook()), Unknown)
