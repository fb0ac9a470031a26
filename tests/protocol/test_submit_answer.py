"""Every known answer to a submit call: queued, not queued, or nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.ids import parse_request_id
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.submit_answer import (
    Accepted,
    Declined,
    Submission,
    Unknown,
    find_request_id,
    read_submission,
)
from tests.protocol import KEY, answer_of, answer_with
from tests.protocol.test_known_answers import (
    COMPLETE,
    FAILED,
    NO_FILES_YET,
    PICTURES_AT_FAULT,
    REFUSED,
    SLOW_DOWN,
    WAITING,
)
from tests.stress.fuzz import properties, strategies
from tests.support.standin.payloads import PAYLOADS

WITHOUT_ID = {"processing_bare", "processing_no_id"}
NOT_QUEUED = {"server_error", "unavailable", "code_upstream_unavailable", "text_nowhere", "html_404"}
NOT_QUEUED |= {"not_found", "not_found_http_200", "code_not_found", "text_in_tip", "text_in_tips"}
NOT_QUEUED |= {"wait_in_tips", "no_healthy_upstream", "premium_servers_away", "key_cache_broken"}
NOT_QUEUED |= {"balancer_config"}
WITHOUT_THE_API_S_WORDS = {"html_401", "html_403", "html_404", "empty_400", "empty_404", "json_null_404"}
NOT_QUEUED |= WITHOUT_THE_API_S_WORDS
NOBODY_KNOWS = {
    *("html_500", "html_502", "html_503", "html_504", "html_524", "html_200", "text_200", "empty_200"),
    *("empty_502", "json_cut", "json_null", "json_list", "json_string", "json_empty_object", "not_utf8"),
    *("unavailable_retry_after_header", "wallet", "wallet_top_level", "system_details", "wallet_owing"),
    *("system_details_success", "gateway_limits", "unknown_word"),
}


def read(name: str) -> Submission:
    return read_submission(answer_of(PAYLOADS[name]), KEY)


def read_error(status: int, text: str) -> Submission:
    return read_submission(answer_with(status, {"status": "error", "message": text}), KEY)


@pytest.mark.parametrize(
    "name", sorted((COMPLETE | NO_FILES_YET | set(WAITING)) - WITHOUT_ID - {"success_no_id"})
)
def test_an_answer_with_an_id_means_that_the_swap_is_queued_or_done(name: str) -> None:
    submission = read(name)
    assert isinstance(submission, Accepted)
    assert submission.request_id in ("263", "278", "118409305", "abc123-def456")
    assert isinstance(submission.outcome, Done if name in COMPLETE else InProgress)
    if isinstance(submission.outcome, Done):
        assert submission.outcome.result.id == submission.request_id


def test_a_swap_that_is_done_and_has_no_id_is_named_by_its_files() -> None:
    submission = read("success_no_id")
    assert isinstance(submission, Accepted)
    assert isinstance(submission.outcome, Done)
    assert parse_request_id(submission.request_id) == submission.outcome.result.id
    assert submission == read("success_no_id")
    other = answer_with(200, {"status": "success", "output": ["https://example.com/other.jpg"]})
    assert read_submission(other, KEY).request_id != submission.request_id  # type: ignore[union-attr]


def test_a_swap_that_is_done_and_has_neither_id_nor_files_leaves_it_open() -> None:
    assert isinstance(read_submission(answer_with(200, {"status": "success", "output": []}), KEY), Unknown)


@pytest.mark.parametrize("name", sorted(SLOW_DOWN.keys() - {"unavailable_retry_after_header"}))
def test_a_rate_limit_means_that_there_is_no_room(name: str) -> None:
    assert read(name) == RateLimited(read(name).message, SLOW_DOWN[name])  # type: ignore[union-attr]


@pytest.mark.parametrize("name", sorted(NOT_QUEUED))
def test_where_the_api_itself_says_no_the_call_may_be_made_again(name: str) -> None:
    assert isinstance(read(name), TransientFailure)
    assert isinstance(read(name), Declined) == (name not in WITHOUT_THE_API_S_WORDS)


@pytest.mark.parametrize("name", sorted(NOBODY_KNOWS | WITHOUT_ID))
def test_an_answer_without_an_id_and_a_page_of_a_gateway_leave_it_open(name: str) -> None:
    submission = read(name)
    assert isinstance(submission, Unknown)
    assert submission.message


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_a_refused_call_says_why(name: str, reason: Refusal) -> None:
    assert read(name) == Refused(reason, read(name).message)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", sorted(PICTURES_AT_FAULT))
def test_a_fault_of_the_pictures_is_the_caller_s_to_correct(name: str) -> None:
    assert read(name) == Refused(Refusal.INVALID, PAYLOADS[name].body["message"])


@pytest.mark.parametrize("name", sorted(FAILED))
def test_a_swap_that_fails_at_once_is_failed(name: str) -> None:
    assert isinstance(read(name), JobFailed)


def test_no_known_payload_is_left_out() -> None:
    read_here = COMPLETE | NO_FILES_YET | set(WAITING) | set(SLOW_DOWN) | NOT_QUEUED | NOBODY_KNOWS
    assert read_here | PICTURES_AT_FAULT | set(FAILED) | set(REFUSED) == set(PAYLOADS)


@pytest.mark.parametrize("status", [200, 400])
def test_a_picture_that_cannot_be_fetched_is_the_caller_s_to_correct(status: int) -> None:
    text = "Unable to fetch image from provided URL"
    assert read_error(status, text) == Refused(Refusal.INVALID, text)


@pytest.mark.parametrize("status", [200, 500, 504])
def test_an_error_that_tells_of_a_time_out_leaves_it_open(status: int) -> None:
    assert isinstance(read_error(status, "The request timed out"), Unknown)


@pytest.mark.parametrize("status", [408, 504, 524])
def test_who_gave_up_waiting_for_the_api_cannot_know(status: int) -> None:
    assert isinstance(read_error(status, "Please try again"), Unknown)


def test_json_of_a_gateway_is_not_the_api_s_own_no() -> None:
    assert isinstance(read_submission(answer_with(502, {"message": "Internal server error"}), KEY), Unknown)


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (504, {"message": "Endpoint request timed out"}, {"retry-after": "30"}),
        (524, {"title": "Error 524", "detail": "origin took too long", "retry_after": 120}, {}),
        (500, {"message": "Server Error"}, {"retry-after": "5"}),
        (502, {"message": "upstream", "retry_after": 3}, {}),
        (502, {"message": "no answer from the load balancer"}, {}),
        (504, {"message": "Rate limit: upstream did not answer"}, {}),
        (202, {"retry_after": 10}, {}),
    ],
    ids=str,
)
def test_json_of_a_gateway_leaves_it_open_whatever_it_asks_for(
    status: int, body: dict[str, Any], headers: dict[str, str]
) -> None:
    answer = Answer(status, headers, json.dumps(body).encode(), 0.0)
    assert isinstance(read_submission(answer, KEY), Unknown)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"status": "starting", "output": []}),
        (200, {"output": []}),
        (202, {"status": "accepted", "retry_after": 10}),
        (200, {"message": "Your request is being processed, please try again later"}),
        (500, {"status": "processing"}),
        (200, {"status": "error", "message": "Request timed out, fetch it later"}),
    ],
    ids=str,
)
def test_an_answer_with_an_id_that_is_not_a_no_is_a_swap_in_the_queue(
    status: int, body: dict[str, Any]
) -> None:
    submission = read_submission(answer_with(status, {"id": 263, **body}), KEY)
    assert submission == Accepted("263", InProgress("processing"))


def test_an_answer_without_a_status_that_tells_when_or_where_is_a_swap_in_the_queue() -> None:
    link = "https://modelslab.com/api/v6/faceswap/fetch/263"
    for body in ({"id": 263, "eta": 5}, {"eta": 5, "fetch_result": link}):
        assert read_submission(answer_with(200, body), KEY) == Accepted("263", InProgress("processing", 5))
    assert isinstance(read_submission(answer_with(200, {"eta": 5}), KEY), Unknown)


def test_a_tip_that_tells_of_a_time_out_does_not_leave_it_open() -> None:
    body = {"status": "error", "message": "odd", "tip": "Requests that timed out may be fetched later"}
    assert isinstance(read_submission(answer_with(200, body), KEY), Declined)
    assert isinstance(read_submission(answer_with(200, {"tip": "odd", "code": "rate_limited"}), KEY), Unknown)


def test_a_swap_that_failed_has_failed_also_where_it_has_an_id_and_its_credits_are_back() -> None:
    body = {"status": "failed", "id": 7, "message": "No face detected. Your credits have been refunded."}
    assert read_submission(answer_with(200, body), KEY) == JobFailed(str(body["message"]))


def test_a_link_without_end_is_not_read_to_its_end() -> None:
    body = {"status": "processing", "id": 5, "fetch_result": "/fetch/x?" * 1_000_000 + "\n\n"}
    assert read_submission(answer_with(200, body), KEY) == Accepted("5", InProgress("processing"))


def test_a_redirect_took_nothing() -> None:
    submission = read_submission(answer_with(302, {"status": "processing", "id": 7}), KEY)
    assert isinstance(submission, TransientFailure)
    assert "redirects" in submission.message


def test_a_server_that_takes_no_such_large_pictures_refuses_for_good() -> None:
    submission = read_submission(answer_with(413, b"<html>413 Request Entity Too Large</html>"), KEY)
    assert isinstance(submission, Refused)
    assert "too large" in submission.message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id": 7}, "7"),
        ({"id": "", "taskId": 8}, "8"),
        ({"id": None, "request_id": "abc-1"}, "abc-1"),
        ({"fetch_result": "https://modelslab.com/api/v6/deepfake/fetch/278"}, "278"),
        ({"fetch_result": "https://modelslab.com/api/v6/faceswap/fetch/abc-1/?x=1#y"}, "abc-1"),
        ({"fetch_result": "https://modelslab.com/api/v6/faceswap/fetch"}, None),
        ({"fetch_result": "https://modelslab.com/api/v6/faceswap/fetch/%2e%2e"}, None),
        ({"id": True}, None),
        ({"id": "../x"}, None),
        ({"id": {"a": 1}, "fetch_result": 5}, None),
        ({}, None),
    ],
)
def test_the_id_is_found_under_its_names_or_in_the_link_and_nothing_else_passes_for_one(
    body: dict[str, Any], expected: str | None
) -> None:
    assert find_request_id(body) == expected


def test_the_key_is_removed_from_what_is_repeated() -> None:
    submission = read_error(500, f"bad key {KEY}, please try again")
    assert KEY not in repr(submission)


@example(200, {}, b'{"status": "processing", "fetch_result": {"a": [[[]]]}}')
@given(st.integers(100, 599), strategies.headers, strategies.bodies)
def test_any_answer_is_read_and_an_accepted_id_is_one(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    properties.check_submission(Answer(status, headers, body, properties.NOW))
