"""SHA-256 of a stream, beside the transfer instead of in its way.

Hashing 1 GB takes about as long as receiving it over loopback. ``hashlib`` leaves Python's lock while
it works, so a thread of its own does it at the same time; small files are not worth a thread.
"""

from __future__ import annotations

import hashlib
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

_WORTH_A_THREAD = 4 * 2**20
_AHEAD = 4  # chunks that may wait to be hashed; bounds the memory


class Sha256:
    """Hashes chunks in their order. Leaving the ``with`` block ends the thread."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._size = 0
        self._queue: Queue[bytes | None] = Queue(_AHEAD)
        self._thread: Thread | None = None

    def __enter__(self) -> Sha256:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()

    def update(self, chunk: bytes) -> None:
        """Hash the next bytes, now or soon."""
        self._size += len(chunk)
        if self._thread is None and self._size > _WORTH_A_THREAD:
            self._thread = Thread(target=self._work, name="sha256", daemon=True)
            self._thread.start()
        if self._thread is None:
            self._hash.update(chunk)
        else:
            self._queue.put(chunk)

    def hexdigest(self) -> str:
        """Return the digest of all bytes given."""
        self._finish()
        return self._hash.hexdigest()

    def _finish(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (chunk := self._queue.get()) is not None:
            self._hash.update(chunk)
