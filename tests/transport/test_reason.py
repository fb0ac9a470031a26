"""Words for what went wrong on the way."""

from __future__ import annotations

import aiohttp
import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from airflow_provider_modelslab.transport.body import AnswerTooLargeError
from airflow_provider_modelslab.transport.prompt import LateError
from airflow_provider_modelslab.transport.reason import late, reason_of


def test_an_unknown_error_is_named_by_its_class_and_not_by_its_text() -> None:
    assert reason_of(ValueError("https://h/x?sig=s3cret")) == "ValueError"


def test_the_innermost_cause_is_what_is_said() -> None:
    cause = ConnectionRefusedError(111, "Connection refused")
    wrapped = NewConnectionError(None, "wrapper")  # type: ignore[arg-type]
    wrapped.__cause__ = cause
    error = requests.ConnectionError(MaxRetryError(None, "/x?sig=s3cret", wrapped))  # type: ignore[arg-type]
    assert reason_of(error) == "Connection refused (ConnectionRefusedError)"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ProtocolError("x"), "the transfer was cut"),
        (requests.exceptions.ProxyError("http://me:s3cret@proxy"), "the proxy refused"),
        (UnicodeEncodeError("idna", "x", 0, 1, "label too long"), "the host's name is malformed"),
        (requests.ReadTimeout("x"), "no bytes came in time"),
        (AnswerTooLargeError(), "the answer is larger than 16 MiB"),
        (LateError(late(0.5)), "no whole answer within 0.5 s"),
    ],
)
def test_what_is_known_is_said_in_words(error: Exception, words: str) -> None:
    assert reason_of(error) == words


def test_errors_that_cause_each_other_come_to_an_end() -> None:
    one, two = RuntimeError(), RuntimeError()
    one.__cause__, two.__cause__ = two, one
    assert reason_of(one) == "RuntimeError"


def test_the_text_that_aiohttp_gives_an_error_of_the_system_is_not_told() -> None:
    error = aiohttp.ClientOSError(None, "Can not write request body for https://me:s3cret@h/x")
    error.__cause__ = ConnectionResetError("Cannot write to closing transport")
    assert reason_of(error) == "the connection broke"
