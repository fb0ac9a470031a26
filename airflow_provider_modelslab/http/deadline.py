"""Answers that end in time.

``http.client`` grants the timeout to every read of the socket anew. A server that sends a byte a second, or
that never comes to the end of its headers, interim answers, chunk sizes or trailers, could hold the task for
as long as it likes. These classes, as ``response_class`` of a connection, grant it to more than one read.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import time
from collections.abc import Callable
from typing import Any

from urllib3.exceptions import HeaderParsingError
from urllib3.util.response import assert_header_parsing

from airflow_provider_modelslab.http.error_text import SafeMessageError, timeout_message


class DeadlineExceededError(SafeMessageError, TimeoutError):
    """The time is over."""


class UnreadableHeadersError(SafeMessageError, http.client.HTTPException):
    """Some of the headers are none. Those behind them are lost, and with them the body's length."""

    def __init__(self) -> None:
        super().__init__("the answer is not HTTP")


class DeadlineResponse(http.client.HTTPResponse):
    """An answer that is granted the timeout as a whole."""

    _late = staticmethod(timeout_message)

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._timed = _Timed(self.fp.detach(), sock, self._late)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the headers.

        urllib3 tells of unreadable ones in a warning, with the URL's token and the server's words.
        """
        super().begin()
        try:
            assert_header_parsing(self.msg)
        except HeaderParsingError:
            raise UnreadableHeadersError from None


class StepDeadlineResponse(DeadlineResponse):
    """An answer that is granted the timeout for its headers, and again for each reading of its body."""

    @staticmethod
    def _late(seconds: float) -> str:
        return f"no progress within {seconds:.3g} s"

    def read1(self, n: int = -1) -> bytes:
        """Return what has come of the body, at most ``n`` bytes."""
        self._timed.renew()
        return super().read1(n)


class _Timed(io.RawIOBase):
    """Reads from a socket until the time is over, which is the socket's timeout from now on.

    :param late: what to say then
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, late: Callable[[float], str]) -> None:
        self._raw = raw
        self._sock = sock
        self._late = late
        self._seconds: float | None = sock.gettimeout()
        self.renew()

    def renew(self) -> None:
        """Grant the time anew."""
        self._end = math.inf if self._seconds is None else time.monotonic() + self._seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._seconds is None:
            return self._raw.readinto(buffer)
        left = self._end - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
            return self._raw.readinto(buffer)
        except TimeoutError:
            raise DeadlineExceededError(self._late(self._seconds)) from None

    def close(self) -> None:
        self._raw.close()
        super().close()
