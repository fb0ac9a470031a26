from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from airflow_provider_modelslab.saving.range_resume import (
    ResponseKind,
    ResumePoint,
    classify,
    continued,
    resume_point_of,
    tells_length,
    validator_of,
)

MARK = ResumePoint('"v1"', 100)
PART = {"Content-Range": "bytes 40-99/100", "ETag": '"v1"'}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, ResponseKind.BODY),
        (206, ResponseKind.BUSY),
        (202, ResponseKind.BUSY),
        (203, ResponseKind.BUSY),
        (204, ResponseKind.BUSY),
        (205, ResponseKind.BUSY),
        (101, ResponseKind.REFUSED),
        (302, ResponseKind.REFUSED),
        (400, ResponseKind.REFUSED),
        (404, ResponseKind.MISSING),
        (401, ResponseKind.DENIED),
        (403, ResponseKind.DENIED),
        (410, ResponseKind.GONE),
        (429, ResponseKind.BUSY),
        (500, ResponseKind.BUSY),
        (503, ResponseKind.BUSY),
        (520, ResponseKind.BUSY),
        (525, ResponseKind.BUSY),
        (530, ResponseKind.BUSY),
        (599, ResponseKind.BUSY),
    ],
)
def test_the_first_answer_is_judged_by_its_status(status: int, verdict: ResponseKind) -> None:
    assert classify(status, {}, None, 0) is verdict


@pytest.mark.parametrize(
    ("status", "headers", "verdict"),
    [
        (206, PART, ResponseKind.CONTINUES),
        (206, {"Content-Range": "bytes 40-99/*"}, ResponseKind.CONTINUES),
        (206, {**PART, "Content-Range": "bytes 0-99/100"}, ResponseKind.CHANGED),
        (206, {**PART, "Content-Range": "bytes 40-199/200"}, ResponseKind.CHANGED),
        (206, {**PART, "ETag": '"v2"'}, ResponseKind.CHANGED),
        (206, {**PART, "Content-Encoding": "gzip"}, ResponseKind.CHANGED),
        (206, {}, ResponseKind.CHANGED),
        (200, {}, ResponseKind.CHANGED),
        (416, {}, ResponseKind.CHANGED),
        (412, {}, ResponseKind.CHANGED),
        (400, {}, ResponseKind.REFUSED),
        (404, {}, ResponseKind.MISSING),
        (403, {}, ResponseKind.DENIED),
        (204, {}, ResponseKind.BUSY),
        (530, {}, ResponseKind.BUSY),
    ],
)
def test_a_continued_transfer_goes_on_only_where_it_was_cut_and_in_the_same_file(
    status: int, headers: dict[str, str], verdict: ResponseKind
) -> None:
    assert classify(status, headers, MARK, 40) is verdict


def test_the_rest_is_asked_for_only_of_a_file_that_can_be_recognised() -> None:
    assert MARK.headers(40) == {"Range": "bytes=40-", "If-Range": '"v1"'}
    assert MARK.headers(0) == ResumePoint(None, 100).headers(40) == {}


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
    assert resume_point_of({"Content-Encoding": "gzip", "Content-Length": "9", "ETag": '"a"'}) == ResumePoint(
        None, None
    )
    assert resume_point_of({"Content-Length": "9", "ETag": '"a"'}) == ResumePoint('"a"', 9)
    assert resume_point_of({"Content-Length": "nine"}) == ResumePoint(None, None)


@pytest.mark.parametrize("coding", ["aws-chunked", "UTF-8", "none"])
def test_a_body_with_what_is_no_coding_has_a_length_and_can_be_continued(coding: str) -> None:
    headers = {"Content-Encoding": coding}
    assert resume_point_of({**headers, "Content-Length": "9", "ETag": '"a"'}) == ResumePoint('"a"', 9)
    assert classify(206, {**PART, **headers}, MARK, 40) is ResponseKind.CONTINUES


def test_a_continued_transfer_may_be_the_first_to_tell_the_length_of_the_whole() -> None:
    assert continued(ResumePoint('"a"', None), {"Content-Range": "bytes 5-9/10"}) == ResumePoint('"a"', 10)
    assert continued(ResumePoint('"a"', 10), {"Content-Range": "bytes 5-9/*"}) == ResumePoint('"a"', 10)


def test_a_length_is_told_also_of_an_encoded_body_but_not_of_one_in_chunks() -> None:
    assert tells_length({"Content-Length": "9", "Content-Encoding": "gzip"})
    assert not tells_length({"Content-Length": "9", "Transfer-Encoding": "chunked"})
    assert not tells_length({"Content-Length": "nine"})


def test_a_length_of_thousands_of_digits_is_none() -> None:
    absurd = "1" + "0" * 5000
    assert resume_point_of({"Content-Length": absurd}) == ResumePoint(None, None)
    assert classify(206, {**PART, "Content-Range": f"bytes 40-99/{absurd}"}, MARK, 40) is ResponseKind.CHANGED


@pytest.mark.parametrize(
    ("content_range", "verdict"),
    [
        ("bytes 0-99/100", ResponseKind.BODY),
        ("bytes 0-49/100", ResponseKind.BUSY),
        ("bytes 1-99/100", ResponseKind.BUSY),
        ("bytes 0-99/*", ResponseKind.BUSY),
        ("bytes */100", ResponseKind.BUSY),
    ],
)
def test_a_part_that_was_not_asked_for_is_the_file_if_it_is_all_of_it(
    content_range: str, verdict: ResponseKind
) -> None:
    assert classify(206, {"Content-Range": content_range}, None, 0) is verdict
    assert classify(206, {"Content-Range": content_range}, MARK, 0) is verdict


def test_a_content_length_beside_a_transfer_encoding_says_nothing() -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Length": "5", "ETag": '"v1"'}
    assert resume_point_of(headers) == ResumePoint('"v1"', None)
