"""An S3 server that drops what it gets, and knows no more than what was asked of it."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUFFER = 2**18
_BEGUN = "<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>"
_DONE = '<CompleteMultipartUploadResult><ETag>"etag"</ETag></CompleteMultipartUploadResult>'
_DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
_MISSING = "<Error><Code>NoSuchKey</Code><Message>It is not kept</Message></Error>"
_PART = re.compile(r"partNumber=(\d+)")


class DroppingHandler(BaseHTTPRequestHandler):
    """Answers as S3 does. Subclasses say what a request has to wait for, and what is refused."""

    protocol_version = "HTTP/1.1"
    refusal = 403, _DENIED

    def do_PUT(self) -> None:
        """Take a part, an object, or a bucket."""
        size = int(self.headers.get("Content-Length", 0))
        self._drop(size)
        found = _PART.search(self.path)
        self._answer(*((200,) if self.took(int(found[1]) if found else 0, size) else self.refusal))

    def took(self, part: int, size: int) -> bool:
        """Say whether what came is not refused; the part's number is 0 for what is none."""
        return True

    def do_POST(self) -> None:
        """Begin an upload in parts, or end it."""
        self._drop(int(self.headers.get("Content-Length", 0)))
        self._answer(200, _BEGUN if "uploads" in self.path.partition("?")[2].split("&") else _DONE)

    def do_GET(self) -> None:
        self._answer(404, _MISSING)

    def do_HEAD(self) -> None:
        self._answer(404)

    def do_DELETE(self) -> None:
        self._answer(204)

    def _drop(self, size: int) -> None:
        buffer = memoryview(bytearray(min(size, _BUFFER)))
        while size > 0 and (got := self.rfile.readinto(buffer[:size])):  # type: ignore[attr-defined]
            size -= got

    def _answer(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.send_header("ETag", '"etag"')
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[DroppingHandler]) -> Iterator[str]:
    """Serve in this process; gives the URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
