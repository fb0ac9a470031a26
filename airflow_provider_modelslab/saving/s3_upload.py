"""Writes to S3 in parts, some of which are on their way while the rest of the file still comes.

The file that the store's library opens sends one part at a time, and lets whoever writes wait meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future, wait
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s3fs import S3FileSystem


class S3Upload:
    """A file of S3 in the making, which nobody sees before S3 was told that all parts are there.

    :param fs: the store's file system: it signs, tries again, and knows the connection
    :param path: the final name, with the bucket's before it
    :param part_size: of all parts but the last, in bytes: Cloudflare R2 demands that they are equal
    :param turn: held while a part is sent; bounds how many are at once, and so the memory
    :param options: what else S3 is to know of the file
    """

    def __init__(
        self, fs: S3FileSystem, path: str, part_size: int, turn: BoundedSemaphore, options: Mapping[str, Any]
    ) -> None:
        self._fs = fs
        self._path = path
        self._target = dict(zip(("Bucket", "Key"), fs.split_path(path), strict=False))
        self._part_size = self._room = part_size
        self._turn = turn
        self._options = dict(options)
        self._part = BytesIO()  # the one to come; sent as it is, since each copy takes as much memory again
        self._parts: list[Future[dict[str, Any]]] = []
        self._failure: BaseException | None = None

    def write(self, data: bytes) -> None:
        while data:
            piece, data = data[: self._room], data[self._room :]
            self._room -= self._part.write(piece)
            if not self._room:
                self._send()

    def _send(self) -> None:
        """Have a part sent beside what goes on here."""
        if not self._parts:
            self._begin()
        self._turn.acquire()
        if self._failure:
            self._turn.release()
            raise self._failure
        sending = self._upload(len(self._parts) + 1, self._taken())
        part = asyncio.run_coroutine_threadsafe(sending, self._fs.loop)
        part.add_done_callback(self._sent)
        self._parts.append(part)

    async def _upload(self, number: int, part: BytesIO) -> dict[str, Any]:
        """Send a part as ``call_s3`` does, which would go on where a failed try has stopped to read."""
        from s3fs.core import _error_wrapper

        send = (await self._fs.get_s3(self._target["Bucket"])).upload_part
        given = {**self._target, **self._checksum, "PartNumber": number, "Body": part}
        arguments = self._fs._get_s3_method_kwargs(send, **given)

        async def send_from_its_beginning() -> dict[str, Any]:
            part.seek(0)
            return await send(**arguments)  # type: ignore[no-any-return]

        return await _error_wrapper(send_from_its_beginning, retries=self._fs.retries)  # type: ignore[no-any-return]

    def _begin(self) -> None:
        """Begin an upload. Its parts have checksums where all requests have, as in Amazon's own library."""
        config = self._fs.s3.meta.config
        has_checksums = getattr(config, "request_checksum_calculation", "") == "when_supported"
        self._checksum = {"ChecksumAlgorithm": "CRC32"} if has_checksums else {}
        begun = self._fs.call_s3("create_multipart_upload", **self._target, **self._checksum, **self._options)
        self._target["UploadId"] = begun["UploadId"]

    def _taken(self) -> BytesIO:
        part, self._part, self._room = self._part, BytesIO(), self._part_size
        return part

    def _sent(self, part: Future[dict[str, Any]]) -> None:
        self._turn.release()
        self._failure = self._failure or part.exception()

    def commit(self) -> None:
        if not self._parts:
            self._fs.call_s3("put_object", **self._target, **self._options, Body=self._taken().getvalue())
        else:
            self._complete()
        self._fs.invalidate_cache(self._path)

    def _complete(self) -> None:
        if self._part.tell():
            self._send()
        parts = [
            {"PartNumber": number, **{key: sent[key] for key in ("ETag", "ChecksumCRC32") if key in sent}}
            for number, sent in enumerate((part.result() for part in self._parts), 1)
        ]
        self._fs.call_s3("complete_multipart_upload", **self._target, MultipartUpload={"Parts": parts})

    def discard(self) -> None:
        self._part = BytesIO()
        if "UploadId" in self._target:
            wait(self._parts)  # S3 would keep, and charge for, a part that arrives after the end
            self._fs.call_s3("abort_multipart_upload", **self._target)
