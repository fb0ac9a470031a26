"""Words for what went wrong on the way."""

from __future__ import annotations

import aiohttp
import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from airflow_provider_modelslab.http.body import AnswerTooLargeError
from airflow_provider_modelslab.http.deadline import DeadlineExceededError
from airflow_provider_modelslab.http.error_text import error_text, timeout_message


def test_an_unknown_error_is_named_by_its_class_and_not_by_its_text() -> None:
    assert error_text(ValueError("https://h/x?sig=s3cret")) == "ValueError"


def test_the_innermost_cause_is_what_is_said() -> None:
    cause = ConnectionRefusedError(111, "Connection refused")
    wrapped = NewConnectionError(None, "wrapper")  # type: ignore[arg-type]
    wrapped.__cause__ = cause
    error = requests.ConnectionError(MaxRetryError(None, "/x?sig=s3cret", wrapped))  # type: ignore[arg-type]
    assert error_text(error) == "Connection refused (ConnectionRefusedError)"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ProtocolError("x"), "the transfer was cut"),
        (requests.exceptions.ProxyError("http://me:s3cret@proxy"), "the proxy refused"),
        (UnicodeEncodeError("idna", "x", 0, 1, "label too long"), "the host's name is malformed"),
        (requests.ReadTimeout("x"), "no bytes came in time"),
        (AnswerTooLargeError(), "the answer is larger than 16 MiB"),
        (DeadlineExceededError(timeout_message(0.5)), "no whole answer within 0.5 s"),
    ],
)
def test_what_is_known_is_said_in_words(error: Exception, words: str) -> None:
    assert error_text(error) == words


def test_errors_that_cause_each_other_come_to_an_end() -> None:
    one, two = RuntimeError(), RuntimeError()
    one.__cause__, two.__cause__ = two, one
    assert error_text(one) == "RuntimeError"


def test_the_text_that_aiohttp_gives_an_error_of_the_system_is_not_told() -> None:
    error = aiohttp.ClientOSError(None, "Can not write request body for https://me:s3cret@h/x")
    error.__cause__ = ConnectionResetError("Cannot write to closing transport")
    assert error_text(error) == "the connection broke"
