"""Every answer that the API is known to give is read rightly, and no other can break the reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.protocol.answer import Answer, read_answer
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    JobFailed,
    Outcome,
    Refusal,
    Refused,
    SlowDown,
    TryAgain,
    Waiting,
)
from tests.standin.payloads import IMAGE, IMAGE_META, IMAGE_PROXY, PAYLOADS, VIDEO, VIDEO_META, VIDEO_PROXY

KEY = "a-key-of-some-length"
NOW = 1_700_000_000.0


def read(status: int, body: object, headers: dict[str, str] | None = None) -> Outcome:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(Answer(status, headers or {}, data, NOW), "263", KEY)


def read_payload(name: str) -> Outcome:
    payload = PAYLOADS[name]
    headers = {key.lower(): value for key, value in payload.headers.items()}
    headers.setdefault("content-type", payload.content_type)
    return read_answer(Answer(payload.status, headers, payload.encoded(), NOW), "263", KEY)


COMPLETE = {
    "success",
    "success_image",
    "success_video_meta",
    "success_several",
    "success_bare",
    "success_no_id",
    "success_proxy_links_null",
    "success_proxy_links_missing",
    "success_meta_null",
    "success_tip",
    "success_message",
    "success_output_string",
    "success_output_dict",
    "success_output_dict_url",
    "success_links",
    "success_links_beside_empty_output",
    "success_task_id",
    "success_request_id",
    "success_string_id",
    "success_double_slash",
    "success_no_extension",
    "success_data_uri",
    "success_nsfw_list",
    "success_nsfw_null",
    "success_webhook",
    "ready_with_output",
}
NO_FILES_YET = {
    "success_output_empty_list",
    "success_output_empty_string",
    "success_output_null",
    "success_output_missing",
    "ready_without_output",
}
WAITING = {
    "processing": Waiting("processing", 605),
    "processing_bare": Waiting("processing"),
    "processing_no_id": Waiting("processing", 12),
    "processing_eta_zero": Waiting("processing", 0),
    "processing_eta_fraction": Waiting("processing", 2.5),
    "processing_eta_string": Waiting("processing", 20),
    "processing_eta_null": Waiting("processing"),
    "processing_eta_negative": Waiting("processing"),
    "processing_eta_nonsense": Waiting("processing"),
    "processing_string_id": Waiting("processing", 12),
    "processing_output_null": Waiting("processing"),
    "queued": Waiting("queued", 30),
    "pending": Waiting("pending"),
}
SLOW_DOWN = {
    "rate_limit": 30,
    "rate_limit_retry_after_header": 17,
    "rate_limit_reset_header": 21,
    "rate_limit_html": None,
    "rate_limit_empty": None,
    "rate_limit_http_200": 30,
    "code_rate_limited": 12,
    "unavailable_retry_after_header": 5,
}
TRY_AGAIN = {
    "server_error",
    "unavailable",
    "code_upstream_unavailable",
    "html_500",
    "html_502",
    "html_503",
    "html_504",
    "html_524",
    "html_200",
    "html_404",
    "text_200",
    "empty_200",
    "empty_502",
    "json_cut",
    "json_null",
    "json_list",
    "json_string",
    "json_empty_object",
    "not_utf8",
    "text_nowhere",
    "wallet",
    "wallet_top_level",
    "system_details",
}
UNKNOWN_ID = {"not_found", "not_found_http_200", "code_not_found"}
FAILED = {
    "failed": "Failed, Try Again",
    "failed_webhook": "No face detected",
    "code_provider_error": "No face found in the image",
}
REFUSED = {
    "invalid_key": Refusal.KEY,
    "invalid_key_http_200": Refusal.KEY,
    "code_invalid_api_key": Refusal.KEY,
    "code_unauthenticated": Refusal.KEY,
    "text_in_messege": Refusal.KEY,
    "text_in_error": Refusal.KEY,
    "text_in_error_message": Refusal.KEY,
    "text_in_error_with_code": Refusal.KEY,
    "text_in_tip": Refusal.KEY,
    "wallet_error": Refusal.KEY,
    "no_credits": Refusal.CREDITS,
    "code_insufficient_balance": Refusal.CREDITS,
    "text_in_tips": Refusal.CREDITS,
    "no_subscription": Refusal.PLAN,
    "code_no_subscription": Refusal.PLAN,
    "code_forbidden": Refusal.PLAN,
    "bad_request": Refusal.INVALID,
    "message_object": Refusal.INVALID,
    "message_object_400": Refusal.INVALID,
    "code_validation_error": Refusal.INVALID,
}


def test_no_known_payload_is_left_out() -> None:
    groups = (COMPLETE, NO_FILES_YET, WAITING, SLOW_DOWN, TRY_AGAIN, UNKNOWN_ID, FAILED, REFUSED)
    assert set().union(*groups) == set(PAYLOADS)
    assert sum(map(len, groups)) == len(PAYLOADS)


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_complete_job_is_done_under_the_id_that_was_asked_for(name: str) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, Done)
    assert outcome.result.id == "263"
    assert outcome.result.output
    assert json.loads(json.dumps(outcome.result.as_xcom()))["status"] == "success"


@pytest.mark.parametrize("name", sorted(NO_FILES_YET))
def test_success_without_files_is_asked_again(name: str) -> None:
    assert isinstance(read_payload(name), TryAgain)


@pytest.mark.parametrize(("name", "expected"), WAITING.items())
def test_a_job_that_runs_is_waited_for_with_its_eta_where_that_is_a_number(
    name: str, expected: Waiting
) -> None:
    assert read_payload(name) == expected


@pytest.mark.parametrize(("name", "seconds"), SLOW_DOWN.items())
def test_a_rate_limit_is_no_failure_and_says_how_long_to_keep_away(name: str, seconds: float | None) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, SlowDown)
    assert outcome.retry_after == seconds


@pytest.mark.parametrize("name", sorted(TRY_AGAIN))
def test_what_passes_is_tried_again(name: str) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, TryAgain)
    assert not outcome.unknown_id
    assert outcome.message


@pytest.mark.parametrize("name", sorted(UNKNOWN_ID))
def test_an_unknown_id_may_be_a_passing_404_and_is_told_apart(name: str) -> None:
    assert read_payload(name) == TryAgain(PAYLOADS[name].body["message"], unknown_id=True)


@pytest.mark.parametrize(("name", "message"), FAILED.items())
def test_a_failed_job_is_failed_in_the_api_s_own_words(name: str, message: str) -> None:
    assert read_payload(name) == JobFailed(message)


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_a_refused_call_says_why(name: str, reason: Refusal) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert outcome.message


def test_the_result_has_the_documented_fields_made_regular() -> None:
    outcome = read_payload("success")
    assert isinstance(outcome, Done)
    assert outcome.result.as_xcom() == {
        "id": "263",
        "status": "success",
        "generationTime": 2.71,
        "output": [VIDEO],
        "proxy_links": [VIDEO_PROXY],
        "meta": IMAGE_META,
    }


def test_the_meta_of_a_video_is_kept() -> None:
    outcome = read_payload("success_video_meta")
    assert isinstance(outcome, Done)
    assert outcome.result.meta == VIDEO_META


def test_missing_fields_become_empty_ones() -> None:
    outcome = read(200, {"status": "success", "output": IMAGE, "proxy_links": None})
    assert isinstance(outcome, Done)
    assert outcome.result.as_xcom() == {
        "id": "263",
        "status": "success",
        "generationTime": None,
        "output": [IMAGE],
        "proxy_links": [],
        "meta": {},
    }


def test_proxy_links_serve_where_there_is_no_output() -> None:
    outcome = read(200, {"status": "success", "output": [], "proxy_links": [IMAGE_PROXY]})
    assert isinstance(outcome, Done)
    assert outcome.result.output == (IMAGE_PROXY,)


def test_future_links_are_not_files_yet() -> None:
    outcome = read(200, {"status": "processing", "eta": 5, "future_links": [IMAGE], "output": []})
    assert outcome == Waiting("processing", 5)


def test_a_redirect_is_named_and_not_followed() -> None:
    outcome = read(301, b"", {"location": "https://elsewhere.example/"})
    assert isinstance(outcome, TryAgain)
    assert "redirect" in outcome.message


def test_a_reset_given_as_a_point_in_time_is_counted_from_now() -> None:
    outcome = read(429, {"status": "error"}, {"x-ratelimit-reset": str(NOW + 40)})
    assert outcome == SlowDown("HTTP 429 with status 'error' and no message", 40.0)


def test_a_retry_after_given_as_a_date_is_counted_from_now() -> None:
    outcome = read(503, b"<html>", {"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT"})
    assert isinstance(outcome, SlowDown)
    assert outcome.retry_after == 60.0


def test_a_retry_after_that_is_no_date_is_ignored() -> None:
    outcome = read(429, b"", {"retry-after": "soon"})
    assert isinstance(outcome, SlowDown)
    assert outcome.retry_after is None


@pytest.mark.parametrize("field", ["message", "messege", "tip", "error"])
def test_the_key_is_blotted_out_wherever_an_answer_repeats_it(field: str) -> None:
    outcome = read(400, {"status": "error", field: f"Invalid API key {KEY}"})
    assert KEY not in repr(outcome)
    assert "***" in repr(outcome)


def test_the_key_is_blotted_out_of_a_result_and_fields_named_like_a_key_are_dropped() -> None:
    meta = {"key": KEY, "note": f"by {KEY}", KEY: 1, "deep": [{"a": KEY}]}
    outcome = read(200, {"status": "success", "output": [f"{IMAGE}?k={KEY}"], "meta": meta})
    assert isinstance(outcome, Done)
    assert KEY not in repr(outcome)
    assert "key" not in outcome.result.meta


def test_a_message_is_one_short_line() -> None:
    outcome = read(400, {"status": "error", "message": "bad\r\nid\x1b[31m " + "x" * 5000})
    assert isinstance(outcome, Refused)
    assert outcome.message.startswith("bad id [31m x")
    assert len(outcome.message) <= 300


def test_a_number_as_code_counts_as_the_http_status() -> None:
    assert isinstance(read(200, {"status": "error", "code": 402, "message": "no"}), Refused)
    assert isinstance(read(200, {"status": "error", "code": "429", "message": "no"}), SlowDown)


def test_a_failed_job_that_failed_for_credits_is_refused_not_failed() -> None:
    outcome = read(200, {"status": "failed", "message": "Insufficient credits"})
    assert isinstance(outcome, Refused)


def test_deeply_nested_json_is_no_answer_and_no_crash() -> None:
    assert isinstance(read(200, b"[" * 100_000), TryAgain)
    assert isinstance(read(200, b'{"a":' * 100_000), TryAgain)


def test_numbers_beyond_measure_are_no_numbers() -> None:
    assert read(200, b'{"status": "processing", "eta": 1e999}') == Waiting("processing")
    assert read(200, b'{"status": "processing", "eta": NaN}') == Waiting("processing")
    assert read(200, b'{"status": "processing", "eta": 1' + b"0" * 400 + b"}") == Waiting("processing")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
fields = st.sampled_from(
    [
        "status",
        "message",
        "messege",
        "error",
        "tip",
        "tips",
        "code",
        "eta",
        "retry_after",
        "output",
        "links",
        "proxy_links",
        "meta",
        "generationTime",
        "id",
    ]
)
words = st.sampled_from(["success", "processing", "failed", "error", "ready", "queued", KEY])
headers = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-reset", "content-type"]), st.text(), max_size=3
)


@given(st.integers(100, 599), headers, st.dictionaries(fields, json_values | words, max_size=8))
def test_any_json_object_is_read_as_some_outcome(
    status: int, headers: dict[str, str], body: dict[str, object]
) -> None:
    outcome = read_answer(Answer(status, headers, json.dumps(body).encode(), NOW), "263", KEY)
    assert isinstance(outcome, Done | Waiting | SlowDown | TryAgain | JobFailed | Refused)
    assert KEY not in repr(outcome)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_bytes_are_read_as_some_outcome(status: int, body: bytes) -> None:
    outcome = read_answer(Answer(status, {}, body, NOW), "263", KEY)
    assert isinstance(outcome, Done | Waiting | SlowDown | TryAgain | JobFailed | Refused)
