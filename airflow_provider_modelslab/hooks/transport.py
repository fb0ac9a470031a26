"""What both HTTP faces need beside the call itself: bounded reading, and words for what went wrong."""

from __future__ import annotations

import time
from typing import Any

from airflow_provider_modelslab.protocol.fields import one_line


class AnswerTooLargeError(ValueError):
    """The body is larger than any answer of the API; reading stopped."""

    def __init__(self, longest: int) -> None:
        super().__init__(f"the answer is larger than {longest // 2**20} MiB")


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
    :raises TimeoutError: when it takes longer
    """
    end = time.monotonic() + seconds
    body = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > longest:
            raise AnswerTooLargeError(longest)
        if time.monotonic() > end:
            raise TimeoutError(f"the answer took longer than {seconds:.0f} s")
    return bytes(body)


def reason_of(error: BaseException) -> str:
    """Return the innermost cause in a line: "Connection refused" says more than the wrappers around it.

    The wrappers' texts are left out also because they may show a proxy's address with its password.
    """
    cause = error
    for _ in range(10):
        cause = cause.__cause__ or _inner(cause) or cause.__context__ or cause
    return one_line(f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__)


def _inner(error: BaseException) -> BaseException | None:
    """urllib3 keeps a cause in ``reason`` or among the arguments, not as ``__cause__``."""
    candidates = (getattr(error, "reason", None), *error.args)
    return next((item for item in candidates if isinstance(item, BaseException)), None)
