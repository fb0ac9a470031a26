"""One reader of Retry-After serves the answers of the API and those of file servers, which come here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from requests.structures import CaseInsensitiveDict

from airflow_provider_modelslab.protocol.retry_after import asked_to_wait, read_retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 784_111_717.0  # Sun, 06 Nov 1994 08:48:37 GMT


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 60.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 60.0),
        ("Sun Nov  6 08:49:37 1994", 60.0),
        ("Sun, 06 Nov 1994 08:47:37 GMT", 0.0),
        ("Sun, 06 Nov 1994 09:49:37 +0100", 60.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("9" * 400, None),
    ],
)
@pytest.mark.usefixtures("far_from_greenwich")
def test_seconds_and_all_three_forms_of_a_date_are_read_and_nothing_else(
    value: str, seconds: float | None
) -> None:
    assert read_retry_after({}, CaseInsensitiveDict({"Retry-After": value}), NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("21", 21.0), ("0", 0.0), ("1700000021", 21.0), ("1699999999", 0.0), ("soon", None)],
)
def test_a_reset_is_a_number_of_seconds_or_a_point_in_time(value: str, seconds: float | None) -> None:
    assert read_retry_after({}, {"x-ratelimit-reset": value}, 1_700_000_000) == seconds


def test_the_body_counts_before_the_headers_and_a_number_before_words() -> None:
    body = {"retry_after": 1, "message": "please wait for 4 seconds"}
    headers = {"retry-after": "2", "x-ratelimit-reset": "3"}
    assert read_retry_after(body, headers, NOW) == 1
    del body["retry_after"]
    assert read_retry_after(body, headers, NOW) == 2
    del headers["retry-after"]
    assert read_retry_after(body, headers, NOW) == 3
    assert read_retry_after(body, {}, NOW) == 4


def test_to_tell_when_a_limit_ends_or_to_give_a_tip_is_not_to_ask() -> None:
    assert asked_to_wait({"retry_after": 1}, {"retry-after": "2"}, NOW) == 1
    assert asked_to_wait({}, {"retry-after": "2"}, NOW) == 2
    assert asked_to_wait({"tips": "wait for 30 seconds"}, {"x-ratelimit-reset": "3"}, NOW) is None


def test_a_server_that_asks_for_nothing_is_told_apart_from_one_that_asks_for_no_time() -> None:
    assert read_retry_after({}, CaseInsensitiveDict({}), NOW) is None
