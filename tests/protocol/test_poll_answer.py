"""What an answer's fields come to, and that no answer can break the reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    Outcome,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_answer import read_answer
from tests.protocol import KEY, NOW, read, read_payload
from tests.support.standin.payloads import IMAGE, IMAGE_META, IMAGE_PROXY, VIDEO, VIDEO_META, VIDEO_PROXY


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
    assert outcome == InProgress("processing", 5)


@pytest.mark.parametrize("status", [300, 301, 308])
def test_a_redirect_is_named_and_not_followed(status: int) -> None:
    outcome = read(status, b"", {"location": "https://elsewhere.example/"})
    assert outcome == TransientFailure(
        f"HTTP {status}: the server redirects, and the key does not follow; "
        "set the connection's host to the server's own address"
    )


def test_an_answer_with_files_is_done_even_without_a_status() -> None:
    outcome = read(200, {"status": None, "output": [IMAGE]})
    assert isinstance(outcome, Done)
    assert outcome.result.output == (IMAGE,)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("processing", InProgress("processing")),
        ("failed", JobFailed("no")),
        ("error", TransientFailure("no")),
        ("success", None),
        ("READY ", None),
    ],
)
def test_files_count_only_under_a_status_that_says_complete(status: str, expected: Outcome | None) -> None:
    outcome = read(200, {"status": status, "message": "no", "output": [IMAGE]})
    assert isinstance(outcome, Done) if expected is None else outcome == expected


def test_a_complete_job_without_files_says_so() -> None:
    outcome = read(200, {"status": "success", "output": []})
    assert outcome == TransientFailure("the job is complete but the answer names no files yet")


def test_an_error_without_a_status_is_an_error() -> None:
    assert read(200, {"message": "Invalid API key"}) == Refused(Refusal.KEY, "Invalid API key")


@pytest.mark.parametrize("status", ["success", "processing", "", "failed"])
def test_what_the_body_says_of_the_job_does_not_outweigh_an_error_of_http(status: str) -> None:
    body = {"status": status, "message": "odd", "output": [IMAGE], "eta": 5}
    assert not isinstance(read(400, body), Done | InProgress)
    assert read(500, body) == TransientFailure("odd")


def test_an_error_that_the_api_does_not_explain_is_refused_under_400_and_passes_under_500() -> None:
    assert read(400, {"status": "error", "message": "odd"}) == Refused(Refusal.INVALID, "odd")
    assert read(500, {"status": "error", "message": "odd"}) == TransientFailure("odd")
    assert read(200, {"status": "error", "message": "odd"}) == TransientFailure("odd")


def test_fields_at_fault_refuse_the_request_whatever_is_said_of_them() -> None:
    assert read(200, {"status": "error", "message": {"id": "odd"}}) == Refused(Refusal.INVALID, "id: odd")


@pytest.mark.parametrize("status", [200, 400, 500, 503])
def test_whoever_says_how_long_to_keep_away_asks_to_slow_down(status: int) -> None:
    assert read(status, {"status": "error", "message": "odd", "retry_after": 9}) == RateLimited("odd", 9)


def test_the_status_of_an_error_without_words_is_told() -> None:
    assert read(500, {}) == TransientFailure("HTTP 500 with status 'none' and no message")
    assert read(500, {"status": "Odd\n"}) == TransientFailure("HTTP 500 with status 'odd' and no message")


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"content-type": "text/html; charset=utf-8"}, "text/html"),
        ({"content-type": f"text/{KEY}"}, "text/***"),
        ({}, "no content type"),
    ],
)
def test_a_body_that_is_no_json_is_told_by_its_kind_and_size(headers: dict[str, str], kind: str) -> None:
    words = f"with 6 bytes of {kind} in place of JSON"
    assert read(502, b"<html>", headers) == TransientFailure(f"HTTP 502 {words}")
    assert read(429, b"<html>", headers) == RateLimited(f"HTTP 429 {words}")
    assert read(503, b"<html>", {**headers, "retry-after": "7"}) == RateLimited(f"HTTP 503 {words}", 7)
    assert read(200, b"<html>", {**headers, "retry-after": "7"}) == TransientFailure(f"HTTP 200 {words}")


def test_a_byte_order_mark_or_a_broken_character_does_not_hide_the_json() -> None:
    assert read(200, b'\xef\xbb\xbf{"status": "queued"}') == InProgress("queued")
    assert read(200, b'{"status": "queued", "message": "caf\xe9"}') == InProgress("queued")


@pytest.mark.parametrize("value", ["0", "[]", "{}"])
def test_a_body_of_far_too_many_values_is_not_parsed(value: str) -> None:
    def answer(times: int) -> bytes:
        return f'{{"status": "queued", "x": [{",".join([value] * times)}]}}'.encode()

    assert read(200, answer(40_000)) == InProgress("queued")
    too_many = read(200, answer(100_000 if value == "0" else 50_000))
    assert isinstance(too_many, TransientFailure)
    assert "in place of JSON" in too_many.message


def test_a_reset_given_as_a_point_in_time_is_counted_from_now() -> None:
    outcome = read(429, {"status": "error"}, {"x-ratelimit-reset": str(NOW + 40)})
    assert outcome == RateLimited("HTTP 429 with status 'error' and no message", 40.0)


def test_a_retry_after_given_as_a_date_is_counted_from_now() -> None:
    outcome = read(503, b"<html>", {"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT"})
    assert isinstance(outcome, RateLimited)
    assert outcome.retry_after == 60.0


def test_a_retry_after_that_is_no_date_is_ignored() -> None:
    outcome = read(429, b"", {"retry-after": "soon"})
    assert isinstance(outcome, RateLimited)
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
    assert isinstance(read(200, {"status": "error", "code": "429", "message": "no"}), RateLimited)


@pytest.mark.parametrize("body", [b"", b" \r\n", b"null", b"[]", b"{}", b'""'])
@pytest.mark.parametrize(
    ("status", "refusal"), [(401, Refusal.KEY), (402, Refusal.CREDITS), (403, Refusal.PLAN)]
)
def test_an_answer_without_content_means_what_its_status_means(
    status: int, refusal: Refusal, body: bytes
) -> None:
    outcome = read(status, body)
    assert isinstance(outcome, Refused)
    assert outcome.reason is refusal
    assert f"HTTP {status}" in outcome.message
    missing = read(404, body)
    assert isinstance(missing, TransientFailure)
    assert missing.unknown_id


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_page_with_that_status_passes(status: int) -> None:
    outcome = read(status, b"<html>")
    assert isinstance(outcome, TransientFailure)
    assert not outcome.unknown_id


@pytest.mark.parametrize(
    ("body", "eta"),
    [
        ({"eta": 7}, 7),
        ({"eta": "7", "fetch_result": "https://h/fetch/1"}, 7),
        ({"fetch_result": "https://h/fetch/1"}, None),
        ({"eta": "soon", "output": []}, None),
    ],
)
def test_an_answer_without_a_status_that_tells_when_or_where_waits(
    body: dict[str, object], eta: float | None
) -> None:
    assert read(200, body) == InProgress("processing", eta)
    assert read(202, {**body, "status": ""}) == InProgress("processing", eta)
    assert not isinstance(read(200, {**body, "code": "invalid_api_key"}), InProgress)
    assert not isinstance(read(200, {**body, "error": "Invalid API key"}), InProgress)
    assert not isinstance(read(200, {**body, "errors": ["Invalid API key"]}), InProgress)
    assert not isinstance(read(500, body), InProgress)


@pytest.mark.parametrize("code", [0, 200, 202, "200", "", "OK", "success", False, None])
@pytest.mark.parametrize("field", ["code", "error_code"])
def test_a_code_that_says_that_nothing_is_wrong_is_none(field: str, code: object) -> None:
    assert read(200, {"eta": 7, field: code, "errors": []}) == InProgress("processing", 7)


@pytest.mark.parametrize("body", [{}, {"eta": None}, {"eta": "", "fetch_result": ""}])
def test_an_answer_without_a_status_that_tells_neither_does_not_wait(body: dict[str, object]) -> None:
    assert isinstance(read(200, body), TransientFailure)


def test_deeply_nested_json_is_no_answer_and_no_crash() -> None:
    assert isinstance(read(200, b"[" * 100_000), TransientFailure)
    assert isinstance(read(200, b'{"a":' * 100_000), TransientFailure)


def test_numbers_beyond_measure_are_no_numbers() -> None:
    assert read(200, b'{"status": "processing", "eta": 1e999}') == InProgress("processing")
    assert read(200, b'{"status": "processing", "eta": NaN}') == InProgress("processing")
    assert read(200, b'{"status": "processing", "eta": 1' + b"0" * 400 + b"}") == InProgress("processing")


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
    assert isinstance(outcome, Done | InProgress | RateLimited | TransientFailure | JobFailed | Refused)
    assert KEY not in repr(outcome)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_bytes_are_read_as_some_outcome(status: int, body: bytes) -> None:
    outcome = read_answer(Answer(status, {}, body, NOW), "263", KEY)
    assert isinstance(outcome, Done | InProgress | RateLimited | TransientFailure | JobFailed | Refused)


def test_a_picture_that_the_answer_repeats_does_not_swell_the_result() -> None:
    meta = {"init_image": "QUJD" * 1_000_000, "seed": 1}
    outcome = read(200, {"status": "success", "output": ["https://h/a.jpg"], "meta": meta})
    assert isinstance(outcome, Done)
    assert outcome.result.meta == {"init_image": "(4000000 characters)", "seed": 1}
