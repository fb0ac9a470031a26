"""Answers on real sockets, from a server that takes its time."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.http.deadline import (
    DeadlineExceededError,
    DeadlineResponse,
    StepDeadlineResponse,
    UnreadableHeadersError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
PAUSE, TIMEOUT = 0.08, 0.2  # seconds: one pause is within the timeout, three are not


@pytest.fixture
def sending() -> Iterator[Callable[..., socket.socket]]:
    """Gives the client's end of a connection by which pieces come, a pause before each but the first."""
    ours, theirs = socket.socketpair()
    threads, over = [], threading.Event()

    def send(*pieces: bytes, timeout: float | None = TIMEOUT) -> socket.socket:
        def work() -> None:
            for at, piece in enumerate(pieces):
                over.wait(PAUSE if at else 0)
                theirs.sendall(piece)

        threads.append(threading.Thread(target=work))
        threads[0].start()
        ours.settimeout(timeout)
        return ours

    with ours, theirs:
        yield send
        over.set()
        threads[0].join(10)


def body(response: http.client.HTTPResponse) -> bytes:
    response.begin()
    return b"".join(iter(lambda: response.read1(100), b""))


def test_a_whole_answer_has_the_timeout_once(sending: Callable[..., socket.socket]) -> None:
    with pytest.raises(DeadlineExceededError, match=r"no whole answer within 0\.2 s"):
        body(DeadlineResponse(sending(HEAD, b"a", b"b", b"c", b"d")))


def test_an_answer_in_steps_has_it_for_each_reading_of_its_body(
    sending: Callable[..., socket.socket],
) -> None:
    assert body(StepDeadlineResponse(sending(HEAD, b"a", b"b", b"c", b"d"))) == b"abcd"


def test_its_headers_are_one_step(sending: Callable[..., socket.socket]) -> None:
    with pytest.raises(DeadlineExceededError, match=r"no progress within 0\.2 s"):
        body(StepDeadlineResponse(sending(b"HTTP", b"/1.1", b" 200", b" OK", HEAD[15:] + b"abcd")))


@pytest.mark.parametrize("answers", [DeadlineResponse, StepDeadlineResponse])
def test_without_a_timeout_there_is_none(
    sending: Callable[..., socket.socket], answers: type[DeadlineResponse]
) -> None:
    assert body(answers(sending(HEAD, b"abcd", timeout=None))) == b"abcd"


@pytest.mark.parametrize("line", [b"this is none", b": nor this", b"\t nor this"])
def test_headers_that_are_none_are_an_error(sending: Callable[..., socket.socket], line: bytes) -> None:
    with pytest.raises(UnreadableHeadersError):
        body(DeadlineResponse(sending(HEAD.replace(b"OK\r\n", b"OK\r\n" + line + b"\r\n") + b"abcd")))


def test_a_type_of_many_parts_is_no_such_error(sending: Callable[..., socket.socket]) -> None:
    head = HEAD.replace(b"OK\r\n", b"OK\r\nContent-Type: multipart/mixed; boundary=x\r\n")
    assert body(DeadlineResponse(sending(head + b"abcd"))) == b"abcd"
