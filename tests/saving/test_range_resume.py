from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from airflow_provider_modelslab.saving.range_resume import (
    AnswerKind,
    ResumePoint,
    continued,
    judge,
    resume_point_of,
    tells_length,
    validator_of,
)

MARK = ResumePoint('"v1"', 100)
PART = {"Content-Range": "bytes 40-99/100", "ETag": '"v1"'}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, AnswerKind.BODY),
        (206, AnswerKind.BUSY),
        (202, AnswerKind.BUSY),
        (203, AnswerKind.BUSY),
        (204, AnswerKind.BUSY),
        (205, AnswerKind.BUSY),
        (101, AnswerKind.REFUSED),
        (302, AnswerKind.REFUSED),
        (400, AnswerKind.REFUSED),
        (404, AnswerKind.MISSING),
        (401, AnswerKind.DENIED),
        (403, AnswerKind.DENIED),
        (410, AnswerKind.GONE),
        (429, AnswerKind.BUSY),
        (500, AnswerKind.BUSY),
        (503, AnswerKind.BUSY),
        (520, AnswerKind.BUSY),
        (525, AnswerKind.BUSY),
        (530, AnswerKind.BUSY),
        (599, AnswerKind.BUSY),
    ],
)
def test_the_first_answer_is_judged_by_its_status(status: int, verdict: AnswerKind) -> None:
    assert judge(status, {}, None, 0) is verdict


@pytest.mark.parametrize(
    ("status", "headers", "verdict"),
    [
        (206, PART, AnswerKind.CONTINUES),
        (206, {"Content-Range": "bytes 40-99/*"}, AnswerKind.CONTINUES),
        (206, {**PART, "Content-Range": "bytes 0-99/100"}, AnswerKind.CHANGED),
        (206, {**PART, "Content-Range": "bytes 40-199/200"}, AnswerKind.CHANGED),
        (206, {**PART, "ETag": '"v2"'}, AnswerKind.CHANGED),
        (206, {**PART, "Content-Encoding": "gzip"}, AnswerKind.CHANGED),
        (206, {}, AnswerKind.CHANGED),
        (200, {}, AnswerKind.CHANGED),
        (416, {}, AnswerKind.CHANGED),
        (412, {}, AnswerKind.CHANGED),
        (400, {}, AnswerKind.REFUSED),
        (404, {}, AnswerKind.MISSING),
        (403, {}, AnswerKind.DENIED),
        (204, {}, AnswerKind.BUSY),
        (530, {}, AnswerKind.BUSY),
    ],
)
def test_a_continued_transfer_goes_on_only_where_it_was_cut_and_in_the_same_file(
    status: int, headers: dict[str, str], verdict: AnswerKind
) -> None:
    assert judge(status, headers, MARK, 40) is verdict


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
    assert judge(206, {**PART, **headers}, MARK, 40) is AnswerKind.CONTINUES


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
    assert judge(206, {**PART, "Content-Range": f"bytes 40-99/{absurd}"}, MARK, 40) is AnswerKind.CHANGED


@pytest.mark.parametrize(
    ("content_range", "verdict"),
    [
        ("bytes 0-99/100", AnswerKind.BODY),
        ("bytes 0-49/100", AnswerKind.BUSY),
        ("bytes 1-99/100", AnswerKind.BUSY),
        ("bytes 0-99/*", AnswerKind.BUSY),
        ("bytes */100", AnswerKind.BUSY),
    ],
)
def test_a_part_that_was_not_asked_for_is_the_file_if_it_is_all_of_it(
    content_range: str, verdict: AnswerKind
) -> None:
    assert judge(206, {"Content-Range": content_range}, None, 0) is verdict
    assert judge(206, {"Content-Range": content_range}, MARK, 0) is verdict


def test_a_content_length_beside_a_transfer_encoding_says_nothing() -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Length": "5", "ETag": '"v1"'}
    assert resume_point_of(headers) == ResumePoint('"v1"', None)
