from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from airflow_provider_modelslab.saving.answers import (
    Mark,
    Verdict,
    continued,
    judge,
    mark_of,
    tells_length,
    validator_of,
)

MARK = Mark('"v1"', 100)
PART = {"Content-Range": "bytes 40-99/100", "ETag": '"v1"'}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.BODY),
        (206, Verdict.BUSY),
        (202, Verdict.BUSY),
        (203, Verdict.BUSY),
        (204, Verdict.BUSY),
        (205, Verdict.BUSY),
        (101, Verdict.REFUSED),
        (302, Verdict.REFUSED),
        (400, Verdict.REFUSED),
        (404, Verdict.MISSING),
        (401, Verdict.DENIED),
        (403, Verdict.DENIED),
        (410, Verdict.GONE),
        (429, Verdict.BUSY),
        (500, Verdict.BUSY),
        (503, Verdict.BUSY),
        (520, Verdict.BUSY),
        (525, Verdict.BUSY),
        (530, Verdict.BUSY),
        (599, Verdict.BUSY),
    ],
)
def test_the_first_answer_is_judged_by_its_status(status: int, verdict: Verdict) -> None:
    assert judge(status, {}, None, 0) is verdict


@pytest.mark.parametrize(
    ("status", "headers", "verdict"),
    [
        (206, PART, Verdict.CONTINUES),
        (206, {"Content-Range": "bytes 40-99/*"}, Verdict.CONTINUES),
        (206, {**PART, "Content-Range": "bytes 0-99/100"}, Verdict.CHANGED),
        (206, {**PART, "Content-Range": "bytes 40-199/200"}, Verdict.CHANGED),
        (206, {**PART, "ETag": '"v2"'}, Verdict.CHANGED),
        (206, {**PART, "Content-Encoding": "gzip"}, Verdict.CHANGED),
        (206, {}, Verdict.CHANGED),
        (200, {}, Verdict.CHANGED),
        (416, {}, Verdict.CHANGED),
        (412, {}, Verdict.CHANGED),
        (400, {}, Verdict.REFUSED),
        (404, {}, Verdict.MISSING),
        (403, {}, Verdict.DENIED),
        (204, {}, Verdict.BUSY),
        (530, {}, Verdict.BUSY),
    ],
)
def test_a_continued_transfer_goes_on_only_where_it_was_cut_and_in_the_same_file(
    status: int, headers: dict[str, str], verdict: Verdict
) -> None:
    assert judge(status, headers, MARK, 40) is verdict


def test_the_rest_is_asked_for_only_of_a_file_that_can_be_recognised() -> None:
    assert MARK.headers(40) == {"Range": "bytes=40-", "If-Range": '"v1"'}
    assert MARK.headers(0) == Mark(None, 100).headers(40) == {}


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"ETag": '"a"', "Last-Modified": "x"}, '"a"'),
        ({"ETag": 'W/"a"'}, None),
        ({"ETag": '"a\r\n b"'}, None),
        ({"Last-Modified": "Fri, 13 Nov 2026\r\n 10:00:00 GMT"}, None),
        ({"Last-Modified": "Fri, 13 Nov 2026 10:00:00 GMT"}, "Fri, 13 Nov 2026 10:00:00 GMT"),
        (
            {"Last-Modified": "Fri, 13 Nov 2026 10:00:00 GMT", "Date": "Fri, 13 Nov 2026 10:00:00 GMT"},
            None,
        ),
        ({"Last-Modified": "yesterday", "Date": "Fri, 13 Nov 2026 10:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_a_validator_is_a_strong_etag_or_a_settled_date(
    headers: dict[str, str], validator: str | None
) -> None:
    assert validator_of(CaseInsensitiveDict(headers)) == validator


def test_an_encoded_body_has_no_length_to_trust_and_cannot_be_continued() -> None:
    assert mark_of({"Content-Encoding": "gzip", "Content-Length": "9", "ETag": '"a"'}) == Mark(None, None)
    assert mark_of({"Content-Length": "9", "ETag": '"a"'}) == Mark('"a"', 9)
    assert mark_of({"Content-Length": "nine"}) == Mark(None, None)


@pytest.mark.parametrize("coding", ["aws-chunked", "UTF-8", "none"])
def test_a_body_with_what_is_no_coding_has_a_length_and_can_be_continued(coding: str) -> None:
    headers = {"Content-Encoding": coding}
    assert mark_of({**headers, "Content-Length": "9", "ETag": '"a"'}) == Mark('"a"', 9)
    assert judge(206, {**PART, **headers}, MARK, 40) is Verdict.CONTINUES


def test_a_continued_transfer_may_be_the_first_to_tell_the_length_of_the_whole() -> None:
    assert continued(Mark('"a"', None), {"Content-Range": "bytes 5-9/10"}) == Mark('"a"', 10)
    assert continued(Mark('"a"', 10), {"Content-Range": "bytes 5-9/*"}) == Mark('"a"', 10)


def test_a_length_is_told_also_of_an_encoded_body_but_not_of_one_in_chunks() -> None:
    assert tells_length({"Content-Length": "9", "Content-Encoding": "gzip"})
    assert not tells_length({"Content-Length": "9", "Transfer-Encoding": "chunked"})
    assert not tells_length({"Content-Length": "nine"})


def test_a_length_of_thousands_of_digits_is_none() -> None:
    absurd = "1" + "0" * 5000
    assert mark_of({"Content-Length": absurd}) == Mark(None, None)
    assert judge(206, {**PART, "Content-Range": f"bytes 40-99/{absurd}"}, MARK, 40) is Verdict.CHANGED


@pytest.mark.parametrize(
    ("content_range", "verdict"),
    [
        ("bytes 0-99/100", Verdict.BODY),
        ("bytes 0-49/100", Verdict.BUSY),
        ("bytes 1-99/100", Verdict.BUSY),
        ("bytes 0-99/*", Verdict.BUSY),
        ("bytes */100", Verdict.BUSY),
    ],
)
def test_a_part_that_was_not_asked_for_is_the_file_if_it_is_all_of_it(
    content_range: str, verdict: Verdict
) -> None:
    assert judge(206, {"Content-Range": content_range}, None, 0) is verdict
    assert judge(206, {"Content-Range": content_range}, MARK, 0) is verdict


def test_a_content_length_beside_a_transfer_encoding_says_nothing() -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Length": "5", "ETag": '"v1"'}
    assert mark_of(headers) == Mark('"v1"', None)
