"""One folder of a store: its files are written whole or not at all."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, cast

from airflow_provider_modelslab.saving.s3_upload import S3Upload
from airflow_provider_modelslab.saving.writers import (
    RenamingWriter,
    UploadWriter,
    Writer,
    is_part,
    part_size,
)

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

log = logging.getLogger(__name__)

#: The schemes of object stores, with the extra of this package that has what each needs.
OBJECT_STORES = {
    **dict.fromkeys(("s3", "s3a", "s3n"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl"), "abfs"),
}
#: The schemes of folders.
LOCAL = ("", "file", "local")
_PIECE = 4 * 2**20
#: Of all files together: one large file then needs some 50 MiB of memory, four need some 90.
PARTS_AT_ONCE = {"s3": 7, "gcs": 2, "abfs": 2}


class Store:
    """A folder to write to. The file system is looked up here, once, so that threads need not.

    :param folder: where the files go; made when the first is written
    :param largest: the most bytes that one file may have
    """

    def __init__(self, folder: ObjectStoragePath, *, largest: int = 0) -> None:
        self._folder = folder
        self._uri = str(folder).rstrip("/")
        self._fs = folder.fs
        self._path = str(folder.path).rstrip("/")
        scheme = str(folder.protocol or "")
        self._kind = OBJECT_STORES.get(scheme)
        # Where renaming fails on a local disk, fsspec's way of moving copies to the final name.
        self._is_local = scheme in LOCAL
        self._rename = os.replace if self._is_local else self._fs.mv
        self._part_size = part_size(largest)
        self._turn = BoundedSemaphore(PARTS_AT_ONCE.get(self._kind or "", 1))
        if self._kind == "abfs":
            _quieten_azure()

    def uri(self, name: str) -> str:
        """Return a file's URI as Airflow prints it: with the id of the connection, without secrets."""
        return f"{self._uri}/{name}"  # joining paths takes longer than many a small file's writing

    @contextmanager
    def writing(self, name: str, content_type: str | None = None) -> Iterator[Writer]:
        """Open a file that is committed when the block is left well, and discarded when not.

        :param name: its name
        :param content_type: what the store is to say that it is, where it keeps that
        """
        writer = self._writer(f"{self._path}/{name}", content_type)
        try:
            yield writer
            writer.commit()
        except BaseException:
            with suppress(Exception):  # what went wrong first is what matters
                writer.discard()
            raise

    def _writer(self, path: str, content_type: str | None) -> Writer:
        if not self._kind:
            return RenamingWriter(self._fs, path, self._rename)
        upload = S3Upload if self._kind == "s3" else UploadWriter
        return upload(self._fs, path, self._part_size, self._turn, self._typed(content_type))

    def _typed(self, content_type: str | None) -> dict[str, Any]:
        """Return the arguments that tell the store's library what a file is."""
        if content_type is None:
            return {}
        if self._kind == "abfs":
            return {"content_settings": {"content_type": content_type}}
        return {"content_type" if self._kind == "gcs" else "ContentType": content_type}

    def write(self, name: str, data: bytes, content_type: str | None = None) -> None:
        """Write a small file; the parameters are those of ``writing``."""
        with self.writing(name, content_type) as writer:
            writer.write(data)

    def read(self, name: str) -> bytes | None:
        """Return a small file's bytes; None if it is not there."""
        self._fs.invalidate_cache(self._path)
        try:
            return cast("bytes", self._fs.cat_file(f"{self._path}/{name}"))
        except FileNotFoundError:
            return None

    def local_path(self, name: str) -> str | None:
        """Return the path of a file on a local disk; None where the store is elsewhere."""
        return f"{self._path}/{name}" if self._is_local else None

    def pieces(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes of a file from ``start`` up to ``stop``, a few MiB at a time."""
        for at in range(start, stop, _PIECE):
            yield self._fs.cat_file(f"{self._path}/{name}", start=at, end=min(at + _PIECE, stop))

    def size(self, name: str) -> int | None:
        """Return a file's size in bytes; None if it is not there."""
        self._fs.invalidate_cache(self._path)
        try:
            return cast("int", self._fs.info(f"{self._path}/{name}")["size"])
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._path}/{name}")

    def tidy(self) -> None:
        """Remove what killed tasks left; call it where all files stand, since running tasks lose theirs.

        What cannot be removed stays: everything is saved by then.
        """
        if self._kind:
            return
        self._fs.invalidate_cache(self._path)
        with suppress(Exception):  # fsspec before 2025 misses what vanishes while it lists
            names = [path.rpartition("/")[2] for path in self._fs.ls(self._path, detail=False)]
            for part in filter(is_part, names):
                with suppress(Exception):
                    self.remove(part)

    def report(self, name: str) -> None:
        """Tell Airflow's lineage collector that a file was written; its trouble is not the task's."""
        from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector

        try:
            collector = get_hook_lineage_collector()  # type: ignore[no-untyped-call]
            collector.add_output_asset(context=self._folder / name, uri=self.uri(name))
        except Exception:
            log.warning("%s was saved, but could not be reported as lineage", self.uri(name), exc_info=True)


def _quieten_azure() -> None:
    """Spare the task's log twenty lines a request; Airflow's own Azure hook does the same."""
    level = os.environ.get("AZURE_HTTP_LOGGING_LEVEL", logging.WARNING)
    with suppress(ValueError):
        logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(level)
