"""Ways to write a file so that nothing stands under its name until all of it does.

The trap they avoid: leaving ``with path.open("wb")`` by an exception closes the file, and closing an
object store's file uploads what was written so far, under its final name.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

MIB = 2**20
PART = 5 * MIB  # the least that S3 takes; each part is in memory two or three times while it is sent
_MOST_PARTS = 9000  # S3 allows 10000
_PART_NAME = re.compile(r"\..+\.[0-9a-f]{12}\.part")


class Writer(Protocol):
    """A file in the making."""

    def write(self, data: bytes) -> None:
        """Append bytes."""

    def commit(self) -> None:
        """Let the whole file appear under its name, in place of any older one."""

    def discard(self) -> None:
        """Throw away what was written; nothing appears."""


def part_size(largest: int) -> int:
    """Return how large the parts of an upload are, in bytes, for a file of so many at most. Pure."""
    needed = -(-largest // _MOST_PARTS)
    return max(PART, -(-needed // MIB) * MIB)  # Google wants a multiple of 256 KiB


class UploadWriter:
    """Writes to an object store, one part after the other, where an upload appears only when it is completed.

    Completing is what closing does, so a discarded file is never closed.

    :param fs: the store's file system
    :param path: the final name
    :param part_size: in bytes
    :param turn: held while a full part is sent; bounds how many are at once, and so the memory
    :param options: more arguments of the file system's own for opening a file
    """

    def __init__(
        self,
        fs: AbstractFileSystem,
        path: str,
        part_size: int,
        turn: BoundedSemaphore,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._options = options or {}
        self._part_size = part_size
        self._file: Any = fs.open(path, "wb", block_size=self._part_size, **self._options)
        self._room = self._part_size
        self._turn = turn

    def write(self, data: bytes) -> None:
        while data:  # parts of equal size, as Cloudflare R2 demands
            piece, data = data[: self._room], data[self._room :]
            self._room -= len(piece)
            if self._room:
                self._file.write(piece)
            else:
                self._send(piece)

    def _send(self, last: bytes) -> None:
        with self._turn:
            self._file.write(last)
        self._room = self._part_size

    def commit(self) -> None:
        try:
            self._file.close()  # at most one part, and out of turn: small files need not queue
        except Exception as error:
            if "InvalidBlockList" not in str(error) or not self._stands():
                raise
        if "content_settings" in self._options and not hasattr(self._file, "_content_settings"):
            self._set_content_settings()

    def _stands(self) -> bool:
        """Say whether another task has completed this file, at which Azure drops what was sent of it here."""
        fs, path = self._file.fs, self._file.path
        fs.invalidate_cache(path.rpartition("/")[0])
        return bool(fs.size(path) == self._file.tell())

    def _set_content_settings(self) -> None:
        """Take one more request for what adlfs before 2026.8 ignores where a file is opened."""
        from azure.storage.blob import ContentSettings
        from fsspec.asyn import sync  # type: ignore[import-untyped]

        blob = self._file.container_client.get_blob_client(self._file.blob)
        sync(self._file.fs.loop, blob.set_http_headers, ContentSettings(**self._options["content_settings"]))

    def discard(self) -> None:
        try:
            self._file.discard()
        finally:
            self._file.closed = True  # so that the garbage collector does not close it either


class RenamingWriter:
    """Writes under a hidden name beside the final one, and renames: for local disks and whatever else.

    :param fs: the file system
    :param path: the final name
    :param rename: puts a file in the place of another one
    """

    def __init__(self, fs: AbstractFileSystem, path: str, rename: Callable[[str, str], object]) -> None:
        self._fs = fs
        self._path = path
        self._rename = rename
        folder, _, name = path.rpartition("/")
        self._part = f"{folder}/.{name}.{uuid.uuid4().hex[:12]}.part"
        fs.makedirs(folder, exist_ok=True)
        self._file: Any = fs.open(self._part, "wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def commit(self) -> None:
        self._file.close()  # which tells of late errors on network file systems
        try:
            self._rename(self._part, self._path)
        except FileNotFoundError:
            if not self._fs.exists(self._path):
                raise
            # Else another task has saved all of the same meanwhile, and tidied up.

    def discard(self) -> None:
        try:
            self._file.close()
        finally:
            self._fs.rm_file(self._part)


def is_part(name: str) -> bool:
    """Say whether a hidden name is one that files are written under here."""
    return _PART_NAME.fullmatch(name) is not None
