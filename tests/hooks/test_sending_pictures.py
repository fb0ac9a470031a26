"""Pictures go as data URIs, or in the other way where the API refuses that; each call is paid for once."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import (
    InvalidRequestError,
    QueueFullError,
    SubmissionUnknownError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from tests.support.connections import connection_json
from tests.support.standin import Media

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

DATA_URI = "data:image/jpeg;base64,"


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, Any]:
    """What a swap of pictures at paths is given."""
    for name in ("face", "group"):
        (tmp_path / f"{name}.jpg").write_bytes(Media("jpg").whole())
    return {"image": tmp_path / "group.jpg", "face": tmp_path / "face.jpg"}


def ways(standin: StandIn) -> list[str]:
    """Return in which way the pictures of each call came, all of one call in the same."""
    seen = []
    for submit in standin.submits():
        texts = [submit["parameters"][name] for name in ("init_image", "target_image")]
        assert {b64decode(text.removeprefix(DATA_URI), validate=True) for text in texts} == {
            Media("jpg").whole()
        }
        (way,) = {"data_uri" if text.startswith(DATA_URI) else "plain" for text in texts}
        seen.append(way)
    return seen


@pytest.mark.parametrize(
    ("takes", "first", "second"),
    [
        ("any", ["data_uri"], ["data_uri"]),
        ("data_uri", ["data_uri"], ["data_uri"]),
        ("plain", ["data_uri", "plain"], ["plain"]),
    ],
)
def test_the_way_that_is_taken_is_found_and_kept(
    connected: StandIn, pictures: dict[str, Any], takes: str, first: list[str], second: list[str]
) -> None:
    connected.configure(takes=takes)
    hook = ModelsLabHook()
    hook.swap_faces_in_image(**pictures)
    assert ways(connected) == first
    hook.swap_faces_in_image(**pictures)
    assert ways(connected) == first + second
    assert len(connected.submits(accepted=True)) == 2


def test_each_way_has_a_connection_of_its_own_as_the_server_may_end_that_of_a_refused_call(
    connected: StandIn, pictures: dict[str, Any]
) -> None:
    connected.configure(takes="plain")
    ModelsLabHook().swap_faces_in_image(**pictures)
    assert connected.stats()["connections"] == len(connected.submits()) == 2


def test_a_server_that_takes_the_other_way_all_of_a_sudden_is_served(
    connected: StandIn, pictures: dict[str, Any]
) -> None:
    hook = ModelsLabHook()
    for takes in ("plain", "data_uri", "plain"):
        connected.configure(takes=takes)
        hook.swap_faces_in_image(**pictures)
    assert ways(connected) == ["data_uri", "plain", "plain", "data_uri", "data_uri", "plain"]


def test_a_call_that_is_taken_in_neither_way_is_refused_with_both_reasons(
    connected: StandIn, pictures: dict[str, Any]
) -> None:
    hook = ModelsLabHook()
    for message in ("must be a valid URL", "must be valid base64"):
        connected.fault("submit", status=400, body={"status": "error", "message": message})
    with pytest.raises(InvalidRequestError, match=r"valid URL \(sent in another way: must be valid base64\)"):
        hook.swap_faces_in_image(**pictures)
    assert connected.stats()["submit"] == 2
    hook.swap_faces_in_image(**pictures)
    assert ways(connected) == ["data_uri"]  # nothing was learnt of the refusals


@pytest.mark.parametrize("message", ["No face detected in the image", "Invalid: the image is too large"])
def test_a_picture_that_is_refused_for_what_it_shows_is_sent_once(
    connected: StandIn, pictures: dict[str, Any], message: str
) -> None:
    connected.fault("submit", status=400, body={"status": "error", "message": message})
    with pytest.raises(InvalidRequestError, match=message):
        ModelsLabHook().swap_faces_in_image(**pictures)
    assert connected.stats()["submit"] == 1


def test_urls_are_sent_once_whatever_is_wrong_with_them(connected: StandIn) -> None:
    connected.fault("submit", payload="bad_request", times="always")
    with pytest.raises(InvalidRequestError):
        ModelsLabHook().swap_faces_in_image(image="https://h/a.jpg", face="https://h/b.jpg")
    assert connected.stats()["submit"] == 1


@pytest.mark.parametrize(
    "fault", [{"reset": True}, {"hang": True}, {"payload": "html_502"}, {"payload": "processing_bare"}]
)
def test_an_answer_that_is_lost_in_the_other_way_is_unknown_and_never_asked_for_again(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, pictures: dict[str, Any], fault: dict[str, Any]
) -> None:
    connection = connection_json(standin.url, standin.key, request_timeout=0.2)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection)
    standin.configure(takes="plain")
    standin.fault("submit", status=400, body={"status": "error", "message": "must be a valid URL"})
    standin.fault("submit", accepts=True, **fault)
    with pytest.raises(SubmissionUnknownError):
        ModelsLabHook().swap_faces_in_image(**pictures)
    assert standin.stats()["submit"] == 2
    assert ways(standin) == ["plain"]


def test_a_full_queue_is_met_in_the_way_that_may_be_the_right_one(
    connected: StandIn, pictures: dict[str, Any]
) -> None:
    connected.configure(takes="plain", queue_limit=0)
    with pytest.raises(QueueFullError):
        ModelsLabHook().swap_faces_in_image(**pictures, queue_timeout=0.1)
    assert ways(connected) == ["data_uri", "plain", "plain"]
