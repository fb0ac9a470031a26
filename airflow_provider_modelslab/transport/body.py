"""The body of a call, and that of its answer, which is read within bounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from airflow_provider_modelslab.transport.gzipped import Decoder
from airflow_provider_modelslab.transport.reason import PlainError

LONGEST = 16 * 2**20  # bytes; an answer is a page of JSON, at most with a picture inside
_CHUNK = 2**16


def json_file(body: Mapping[str, Any], default: Callable[[Any], str]) -> BytesIO:
    """Return a call's body as JSON, written piece by piece: it may hold pictures, which are large.

    :param body: what to send
    :param default: the text to send for what is not JSON's
    """
    file = BytesIO()
    for piece in json.JSONEncoder(default=default).iterencode(body):
        file.write(piece.encode())
    file.seek(0)
    return file


class AnswerTooLargeError(PlainError, ValueError):
    """The body is larger than any answer of the API; reading stopped."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {LONGEST // 2**20} MiB")


class Body:
    """Collects a body as it comes, decompressed.

    :param headers: that it comes with
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._decoder = Decoder(headers, _CHUNK)
        self._bytes = bytearray()

    def add(self, chunk: bytes) -> None:
        """Take the next chunk.

        :raises AnswerTooLargeError: when all that came is too large
        :raises BrokenBodyError: when it is compressed in another way than gzip or zlib
        """
        for piece in self._decoder.decode(chunk):
            self._take(piece)

    def whole(self) -> bytes:
        """Return the body when all of it has come.

        :raises AnswerTooLargeError: when it is too large
        :raises BrokenBodyError: when it ends too early
        """
        for piece in self._decoder.end():
            self._take(piece)
        return bytes(self._bytes)

    def _take(self, piece: bytes) -> None:
        self._bytes += piece
        if len(self._bytes) > LONGEST:
            raise AnswerTooLargeError


def read_body(response: Any) -> bytes:
    """Return the whole body of a streamed response of ``requests``. Raises as ``Body`` does.

    ``read1`` returns what has come; the plain ``read`` would wait for a full block.
    """
    body = Body(response.headers)
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        body.add(chunk)
    return body.whole()


async def read_body_async(response: Any) -> bytes:
    """The same of a response of ``aiohttp`` that does not decompress by itself."""
    body = Body(response.headers)
    async for chunk in response.content.iter_any():
        body.add(chunk)
    return body.whole()
