"""``python -m tests.benchmarks.paced_s3 PORT``: a server as slow as S3, which costs next to nothing.

moto is the slowest by far of all that takes part: it copies a file four times and hashes it, on the same
cores, and answers at once. Amazon has cores of its own, takes 100 to 200 ms to answer, and moves some 85 MB/s
a request ("Performance guidelines for Amazon S3"). This server pauses for as long, and keeps nothing.
"""

from __future__ import annotations

import sys
import time
from http.server import ThreadingHTTPServer

from tests.saving.dropping_s3 import DroppingHandler

ANSWER = 0.1  # seconds
SPEED = 85_000_000  # bytes a second and request


class PacedHandler(DroppingHandler):
    def parse_request(self) -> bool:
        self._begun = time.monotonic()
        return super().parse_request()

    def took(self, part: int, size: int) -> bool:
        time.sleep(max(0.0, ANSWER + size / SPEED - (time.monotonic() - self._begun)))
        return True


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), PacedHandler).serve_forever()
