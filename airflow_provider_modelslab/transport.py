"""What all that speaks HTTP here needs beside the request: bounded reading, and words for failures."""

from __future__ import annotations

import time
from typing import Any

_WORDS = {
    "ClientPayloadError": "the transfer was cut",
    "ConnectionError": "no connection",
    "ConnectTimeout": "no connection in time",
    "DecodeError": "the compressed body is broken",
    "IncompleteRead": "the transfer was cut",
    "ProtocolError": "the transfer was cut",
    "ReadTimeout": "no bytes came in time",
    "ReadTimeoutError": "no bytes came in time",
    "ServerDisconnectedError": "the server closed the connection",
    "SSLError": "the TLS handshake failed",
}


class AnswerTooLargeError(ValueError):
    """The body is larger than any answer of the API; reading stopped."""

    def __init__(self, longest: int) -> None:
        super().__init__(f"the answer is larger than {longest // 2**20} MiB")


class AnswerTooSlowError(TimeoutError):
    """The body took longer than the whole call may take."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no whole answer within {seconds:g} s")


def no_auth(request: Any) -> Any:
    """Return the request as it is. Given as ``auth``, it keeps requests from looking into ``~/.netrc``."""
    return request


def read_body(response: Any, longest: int, seconds: float) -> bytes:
    """Read a streamed body of ``requests`` within bounds of size and of time in all.

    ``read1`` returns what has come; the plain ``read`` would wait for a full block, and a server
    that sends a byte a second could hold the task for as long as it likes.

    :param response: a response of ``requests`` with ``stream=True``
    :param longest: bytes, after decoding
    :param seconds: for the whole body
    :raises AnswerTooLargeError: when it is larger
    :raises AnswerTooSlowError: when it takes longer
    """
    end = time.monotonic() + seconds
    body = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > longest:
            raise AnswerTooLargeError(longest)
        if time.monotonic() > end:
            raise AnswerTooSlowError(seconds)
    return bytes(body)


def reason_of(error: BaseException) -> str:
    """Say in words why a request failed, by its innermost cause.

    The libraries' own texts are left out: they may show a URL with its token, or a proxy with its password.
    """
    chain = [error]
    while (inner := _inner(chain[-1])) is not None and len(chain) < 10:
        chain.append(inner)
    for link in reversed(chain):
        if isinstance(link, (AnswerTooLargeError, AnswerTooSlowError)):
            return str(link)
        if isinstance(link, OSError) and link.strerror:
            return f"{link.strerror} ({type(link).__name__})"
    return _WORDS.get(type(chain[0]).__name__, type(chain[0]).__name__)


def _inner(error: BaseException) -> BaseException | None:
    """urllib3 keeps a cause in ``reason`` or among the arguments, not always as ``__cause__``."""
    inside = getattr(error, "reason", None) or (error.args[-1] if error.args else None)
    return inside if isinstance(inside, BaseException) else error.__cause__
