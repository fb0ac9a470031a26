"""What the API calls answer."""

from __future__ import annotations

import time
from base64 import b64decode
from typing import Any

import pytest
import requests

from tests.support.standin import PAYLOADS, Controls, StandIn
from tests.support.standin.api import API_PATHS
from tests.support.standin.payloads import NOT_FOUND
from tests.support.test_standin import KEY, fetch, get, post
from tests.support.test_standin.conftest import Clock

SWAP: dict[str, Any] = {
    "init_image": "https://example.com/a.jpg",
    "target_image": "https://example.com/b.jpg",
}
CLIP: dict[str, Any] = {"init_image": "https://example.com/a.jpg", "init_video": "https://example.com/b.mp4"}


def test_a_job_is_processing_until_its_duration_is_over(either: Controls) -> None:
    job = either.add_job(duration=0.2, eta="exact", starts="first_look")
    first = fetch(either, job).json()
    assert (first["status"], first["eta"], first["output"], first["id"]) == ("processing", 1, [], job)
    time.sleep(0.25)
    last = fetch(either, job).json()
    assert last["status"] == "success"
    assert last["output"] == either.urls(job)
    assert last["proxy_links"] == either.urls(job, "proxy")
    assert either.looks(job) == 2
    assert either.timeline(job)["delay"] > 0


@pytest.mark.parametrize("path", API_PATHS)
def test_each_api_path_answers_a_fetch(server: StandIn, path: str) -> None:
    job = server.add_job()
    assert post(server, f"{path}/fetch/{job}").json()["id"] == job
    assert post(server, f"{path}/fetch", id=job).json()["id"] == job
    assert server.looks(job) == 2


def test_an_id_may_be_a_string(server: StandIn) -> None:
    server.add_job("abc123-def456")
    assert fetch(server, "abc123-def456").json()["id"] == "abc123-def456"


@pytest.mark.parametrize(("eta", "said"), [("none", None), ("absurd", 605), ("exact", 100), (7, 7), (0, 0)])
def test_an_eta_is_what_was_ordered(server: StandIn, eta: str | int, said: int | None) -> None:
    job = server.add_job(duration=99.5, eta=eta)
    assert fetch(server, job).json().get("eta") == said


def test_a_rough_eta_is_at_most_thirty_percent_off(server: StandIn) -> None:
    etas = {fetch(server, job).json()["eta"] for job in server.add_jobs(20, duration=1000, eta="rough")}
    assert len(etas) > 5
    assert min(etas) >= 699
    assert max(etas) <= 1300


@pytest.mark.parametrize("status", ["processing", "queued", "pending"])
def test_a_waiting_job_may_call_that_by_another_name(server: StandIn, status: str) -> None:
    assert fetch(server, server.add_job(duration=9, waiting=status)).json()["status"] == status


def test_a_failed_job_says_so(server: StandIn) -> None:
    assert fetch(server, server.add_job(ending="failed")).json() == PAYLOADS["failed"].body
    error = fetch(server, server.add_job(ending="error", message="No face")).json()
    assert (error["status"], error["message"], error["code"]) == ("error", "No face", "provider_error")


def test_shapes_change_the_answer(server: StandIn) -> None:
    def said(*shape: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = fetch(server, server.add_job(shape=shape, **more)).json()
        return answer

    assert said("bare_waiting", duration=9) == PAYLOADS["processing_bare"].body
    assert not {"id", "fetch_result"} & set(said("no_id", duration=9))
    assert set(said("no_generation_time", "no_meta", "no_proxy")) == {"status", "id", "output"}
    assert said("proxy_null")["proxy_links"] is None
    assert isinstance(said("output_string")["output"], str)
    assert isinstance(said("output_dict")["output"], dict)
    assert "output" not in said("links")
    assert said("links")["links"]
    assert "taskId" in said("task_id")
    assert "request_id" in said("request_id")
    assert "//118" in said("double_slash")["output"][0]
    assert "X-Amz-Signature" in said("signed")["output"][0]
    assert said("data_uri")["output"][0].startswith("data:image/jpeg;base64,/9j/")
    assert said("nsfw")["nsfw_content_detected"] == [True]
    assert "tip" in said("tip")
    assert "target_video_url" in said(files=["mp4"])["meta"]


def test_urls_of_each_shape_lead_to_the_file(server: StandIn) -> None:
    for shape in ("double_slash", "signed"):
        job = server.add_job(shape=shape)
        assert get(server.urls(job)[0]).content == server.content(job)


def test_what_a_job_says_can_be_dictated(server: StandIn) -> None:
    job = server.add_job(output=["http://169.254.169.254/x.jpg"], proxy_links=[])
    answer = fetch(server, job).json()
    assert answer["output"] == ["http://169.254.169.254/x.jpg"]
    assert answer["proxy_links"] == []


def test_a_clock_may_start_at_the_first_look(server: StandIn, clock: Clock) -> None:
    job = server.add_job(duration=10, starts="first_look")
    clock.now += 11
    assert fetch(server, job).json()["status"] == "processing"
    clock.now += 11
    assert fetch(server, job).json()["status"] == "success"
    assert server.timeline(job)["delay"] == pytest.approx(1)


def test_a_job_can_be_ended_by_hand(either: Controls) -> None:
    job = either.add_job(duration=1000)
    either.finish(job)
    assert fetch(either, job).json()["status"] == "success"


def test_a_wrong_key_is_refused_in_the_way_that_is_set(either: Controls) -> None:
    job = either.add_job()
    refused = fetch(either, job, key="other")
    assert (refused.status_code, refused.json()["message"]) == (401, "Invalid API key")
    either.configure(wrong_key="200")
    refused = fetch(either, job, key="other")
    assert (refused.status_code, refused.json()["message"]) == (200, "Invalid Api Key")
    either.configure(wrong_key="401")


def test_a_rotated_key_replaces_the_old_one(either: Controls) -> None:
    job = either.add_job()
    either.rotate_key("new")
    assert fetch(either, job).status_code == 401
    assert fetch(either, job, key="new").status_code == 200
    either.rotate_key(KEY)


def test_an_unknown_id_is_not_found(server: StandIn) -> None:
    answer = fetch(server, 999)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND["not_found"].body)
    assert server.looks(999) == 1


def test_the_key_can_be_checked_by_the_wallet_and_by_the_system_details(server: StandIn) -> None:
    assert post(server, "/api/wallet_balance").json() == PAYLOADS["wallet"].body
    assert post(server, "/api/wallet_balance", key="other").status_code == 400
    details = "/api/v1/enterprise/faceswap/system_details"
    assert post(server, details).json() == PAYLOADS["system_details"].body
    assert post(server, details, key="other").status_code == 401


@pytest.mark.parametrize(
    ("action", "body", "kind"),
    [
        ("multiple_face_swap", SWAP, "jpg"),
        ("single_face_swap", {**SWAP, "reference_image": "https://example.com/c.jpg"}, "jpg"),
        ("single_video_swap", CLIP, "mp4"),
        ("specific_video_swap", {**CLIP, "reference_image": "https://example.com/c.jpg"}, "mp4"),
    ],
)
def test_a_submit_makes_a_job(server: StandIn, action: str, body: dict[str, Any], kind: str) -> None:
    path = "/api/v6/faceswap/" + action
    done = post(server, path, **body).json()
    assert done["status"] == "success"
    assert done["output"][0].endswith("." + kind)
    server.configure(submit={"duration": 60, "eta": 5})
    waiting = post(server, path, **body).json()
    assert (waiting["status"], waiting["eta"]) == ("processing", 5)
    assert fetch(server, waiting["id"]).json()["status"] == "processing"
    required = min(body)
    missing = post(server, path, **{name: value for name, value in body.items() if name != required})
    assert missing.status_code == 400
    assert required in missing.json()["message"]
    assert server.stats()["submit"] == 3


def test_a_submit_of_what_is_no_url_is_refused(server: StandIn) -> None:
    answer = post(server, "/api/v6/faceswap/multiple_face_swap", **{**SWAP, "init_image": "/9j/4AA"})
    assert answer.json()["message"] == "Unable to fetch image from provided URL"


def test_a_base64_job_serves_base64_text(server: StandIn) -> None:
    body: dict[str, Any] = {"init_image": "/9j/4AAQ", "target_image": "/9j/4AAQ", "base64": True}
    answer = post(server, "/api/v6/faceswap/multiple_face_swap", **body).json()
    file = get(answer["output"][0])
    assert file.headers["Content-Type"].startswith("text/plain")
    assert b64decode(file.text) == server.content(answer["id"])


def test_a_full_queue_refuses_another_submit(server: StandIn) -> None:
    server.configure(queue_limit=5)
    server.add_jobs(5, duration=60)
    answer = post(server, "/api/v6/faceswap/multiple_face_swap", **SWAP)
    assert (answer.status_code, answer.json()) == (429, PAYLOADS["rate_limit"].body)
    server.configure(retry_after=2)
    assert post(server, "/api/v6/faceswap/multiple_face_swap", **SWAP).json()["retry_after"] == 2


def test_submits_are_remembered_with_what_came_of_them_and_without_the_key(server: StandIn) -> None:
    path = "/api/v6/faceswap/multiple_face_swap"
    job = post(server, path, **SWAP, track_id=7).json()["id"]
    post(server, path, init_image="x", track_id=8)
    assert [(each["track_id"], each["id"]) for each in server.submits()] == [(7, job), (8, None)]
    (accepted,) = server.submits(accepted=True)
    assert accepted["call"] == "multiple_face_swap"
    assert accepted["parameters"] == {**SWAP, "track_id": 7}


def test_a_track_id_is_text_on_enterprise_servers_and_elsewhere_a_number_too(server: StandIn) -> None:
    v6, enterprise = (f"{path}/multiple_face_swap" for path in ("/api/v6/faceswap", API_PATHS[2]))
    for track_id in (7, "order-7"):  # the latter from the vendor's own client
        assert post(server, v6, **SWAP, track_id=track_id).status_code == 200
    assert post(server, enterprise, **SWAP, track_id="order-7").status_code == 200
    assert post(server, enterprise, **SWAP, track_id=7).status_code == 400


@pytest.mark.parametrize(("takes", "plain", "uri"), [("any", 1, 1), ("plain", 1, 0), ("data_uri", 0, 1)])
def test_pictures_are_taken_in_the_way_that_is_set(server: StandIn, takes: str, plain: int, uri: int) -> None:
    server.configure(takes=takes)
    for text, taken in (("/9j/4AAQ", plain), ("data:image/jpeg;base64,/9j/4AAQ", uri)):
        body: dict[str, Any] = {"init_image": text, "target_image": text, "base64": True}
        answer = post(server, "/api/v6/faceswap/multiple_face_swap", **body)
        assert answer.status_code == (200 if taken else 400)
    body = {"init_image": "data:image/jpeg;base64,%", "target_image": "%", "base64": True}
    assert post(server, "/api/v6/faceswap/multiple_face_swap", **body).status_code == 400


def test_the_answer_to_a_submit_can_be_lost_after_it_was_carried_out(server: StandIn) -> None:
    server.fault("submit", accepts=True, reset=True)
    with pytest.raises(requests.ConnectionError):
        post(server, "/api/v6/faceswap/multiple_face_swap", **SWAP)
    assert len(server.submits(accepted=True)) == 1


def test_the_id_of_a_submit_can_be_lost_or_stand_in_the_link_only(server: StandIn) -> None:
    path = "/api/v6/faceswap/multiple_face_swap"
    server.configure(submit={"duration": 60, "shape": "id_in_link"})
    answer = post(server, path, **SWAP).json()
    assert "id" not in answer
    assert answer["fetch_result"].endswith(f"/fetch/{server.submits()[0]['id']}")
    server.configure(submit={"duration": 60, "shape": "no_id"})
    assert not {"id", "fetch_result"} & set(post(server, path, **SWAP).json())
