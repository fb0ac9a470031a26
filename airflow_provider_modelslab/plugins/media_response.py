"""Bytes of pictures and films, for browsers: with their true type, in parts, and nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from airflow_provider_modelslab.exceptions import InvalidContentError
from airflow_provider_modelslab.plugins.byte_range import PIECE, ByteRange, UnsatisfiableError, parse_range
from airflow_provider_modelslab.plugins.places import NotShownError, Place, Reason
from airflow_provider_modelslab.saving.media_type import HEAD, identify

T = TypeVar("T")
InThread = Callable[[Callable[[], T]], Awaitable[T]]

_HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",  # ask each time whether one may still see it
    "Content-Encoding": "identity",  # else older servers zip even parts, and films cannot be sought
    # The styles are the browser's own, of the page that it makes around a picture or film by itself.
    "Content-Security-Policy": (
        "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Media:
    """A file to be shown.

    :param place: its folder
    :param name: its name there
    :param size: bytes that it should have
    :param sha256: that it should have, where known
    """

    place: Place
    name: str
    size: int
    sha256: str = ""

    def first_piece(self) -> tuple[bytes, str]:
        """Return its beginning, and what it is by its bytes.

        :raises NotShownError: if it is no picture or film, or no longer what was saved
        """
        (data,) = self.place.read(self.name, (0, min(PIECE, self.size + 1)))
        self._check(data)
        return data, self._kind(data)

    def piece(self, part: ByteRange) -> tuple[bytes, str]:
        """Return a part of it, and what the whole is by its bytes; errors as for ``first_piece``."""
        head, data = self.place.read(self.name, (0, HEAD), (part.start, part.end))
        if len(data) != part.end - part.start:
            raise NotShownError(Reason.CHANGED, self.name)
        return data, self._kind(head)

    def _check(self, data: bytes) -> None:
        if len(data) != min(PIECE, self.size):
            raise NotShownError(Reason.CHANGED, self.name)
        is_whole = len(data) == self.size
        if is_whole and self.sha256 and hashlib.sha256(data).hexdigest() != self.sha256:
            raise NotShownError(Reason.CHANGED, self.name)

    def _kind(self, data: bytes) -> str:
        try:
            kind = identify(data[:HEAD])
        except InvalidContentError:
            raise NotShownError(Reason.NO_PICTURE, self.name) from None
        if kind.base64_prefix is not None:
            raise NotShownError(Reason.NO_PICTURE, self.name)
        return kind.content_type


async def media_response(media: Media, asked: Any, in_thread: InThread[Any]) -> Response:
    """Return the answer to a request for a file.

    :param media: the file
    :param asked: the headers of the request
    :param in_thread: runs what reads the store
    :raises NotShownError: if it cannot be shown
    """
    headers = {**_HEADERS, "Content-Disposition": _disposition(media.name)}
    if media.sha256:
        headers["ETag"] = f'"{media.sha256}"'
        if headers["ETag"] in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    try:
        part = parse_range(_range_of(asked, headers), media.size)
    except UnsatisfiableError:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{media.size}"})
    if part is None:
        first, kind = await in_thread(media.first_piece)
        return _whole(media, first, kind, headers, in_thread)
    data, kind = await in_thread(partial(media.piece, part))
    headers["Content-Range"] = part.header(media.size)
    return Response(data, 206, headers, media_type=kind)


def _disposition(name: str) -> str:
    """Return the header that names the file to who saves it (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    exact = quote(name.encode("utf-8", "replace"), safe="")
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _range_of(asked: Any, headers: dict[str, str]) -> str | None:
    """Return what part is asked for, unless it is to go with another version of the file."""
    condition = asked.get("if-range")
    return None if condition and condition != headers.get("ETag") else asked.get("range")


def _whole(
    media: Media, first: bytes, kind: str, headers: dict[str, str], in_thread: InThread[Any]
) -> Response:
    if len(first) == media.size:
        return Response(first, headers=headers, media_type=kind)

    async def pieces() -> AsyncIterator[bytes]:
        yield first
        for start in range(len(first), media.size, PIECE):
            part = ByteRange(start, min(start + PIECE, media.size))
            data, _ = await in_thread(partial(media.piece, part))
            yield data

    headers["Content-Length"] = str(media.size)
    return StreamingResponse(pieces(), headers=headers, media_type=kind)
