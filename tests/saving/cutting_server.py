"""An HTTPS server that ends a file too early, in one of the ways that HTTP takes for the end of it."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ETAG = '"one-file"'
#: How the end is told: by the chunk of no length, by closing the connection, by a length that fits.
ENDINGS = ("chunked", "close", "length")
_RANGE = re.compile(rb"\r\nRange: bytes=(\d+)-", re.IGNORECASE)


@dataclass
class CuttingServer:
    """Serves one file on loopback over TLS.

    :param file: its bytes, whole
    :param ending: one of ``ENDINGS``
    :param cut: how many bytes an answer has, counted from the file's first one
    :param times: how many answers are cut; the later ones are whole
    :param resumable: whether it gives an ETag and heeds Range
    :param headers: further ones
    """

    context: ssl.SSLContext
    file: bytes = b""
    ending: str = "length"
    cut: int | None = None
    times: float = float("inf")
    resumable: bool = False
    headers: tuple[str, ...] = ()
    requests: list[bytes] = field(default_factory=list)

    def serve(self, **what: object) -> None:
        """Forget what was asked, and serve something else from now on."""
        self.requests = []
        defaults = {"ending": "length", "cut": None, "times": float("inf"), "resumable": False, "headers": ()}
        for name, value in {**defaults, **what}.items():
            setattr(self, name, value)

    def run(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else 40 ms an answer
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), self.context.wrap_socket(connection, server_side=True) as secured:
            request = b""
            while b"\r\n\r\n" not in request:
                request += secured.recv(2**16)
            self.requests.append(request)
            secured.sendall(self._reply(request))
            secured.unwrap()

    def _reply(self, request: bytes) -> bytes:
        stop = self.cut if len(self.requests) <= self.times and self.cut is not None else len(self.file)
        wanted = _RANGE.search(request) if self.resumable else None
        start = int(wanted[1]) if wanted else 0
        if wanted and start >= stop:
            return self._head(416, f"Content-Range: bytes */{stop}", "Content-Length: 0")
        total = "*" if self.ending != "length" else stop
        span = [f"Content-Range: bytes {start}-{stop - 1}/{total}"] if wanted else []
        body, how = self._ended(self.file[start:stop])
        return self._head(206 if wanted else 200, *span, *how) + body

    def _ended(self, body: bytes) -> tuple[bytes, list[str]]:
        if self.ending == "chunked":
            return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), ["Transfer-Encoding: chunked"]
        return body, [f"Content-Length: {len(body)}"] if self.ending == "length" else []

    def _head(self, status: int, *lines: str) -> bytes:
        tag = [f"ETag: {ETAG}"] if self.resumable else []
        every = (f"HTTP/1.1 {status} Said", "Connection: close", *tag, *self.headers, *lines, "", "")
        return "\r\n".join(every).encode()


@contextmanager
def cutting_server(context: ssl.SSLContext) -> Iterator[tuple[str, CuttingServer]]:
    """Start one, and give its base URL as well."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        server = CuttingServer(context)
        thread = threading.Thread(target=server.run, args=(listening,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}", server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)
