"""The body of a call, and that of its answer, which is read within bounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from io import BytesIO
from typing import Any

from airflow_provider_modelslab.http.content_encoding import coding_of, decoded
from airflow_provider_modelslab.http.error_text import SafeMessageError

LONGEST = 16 * 2**20  # bytes; an answer is a page of JSON, at most with a picture inside
_CHUNK = 2**16


def json_file(body: Mapping[str, Any], default: Callable[[Any], str]) -> BytesIO:
    """Return a call's body as JSON, written piece by piece where it holds pictures, which are large.

    :param body: what to send
    :param default: the text to send for what is not JSON's
    """
    try:
        return BytesIO(json.dumps(body).encode())  # a look at a request has none
    except TypeError:
        return _in_pieces(body, default)


def _in_pieces(body: Mapping[str, Any], default: Callable[[Any], str]) -> BytesIO:
    file = BytesIO()
    for piece in json.JSONEncoder(default=default).iterencode(body):
        file.write(piece.encode())
    file.seek(0)
    return file


class AnswerTooLargeError(SafeMessageError, ValueError):
    """The body is larger than any answer of the API; reading stopped."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {LONGEST // 2**20} MiB")


def collect(chunks: Iterable[bytes], headers: Mapping[str, str]) -> bytes:
    """Return a whole body, decompressed.

    :param chunks: the body as it comes
    :param headers: that it comes with
    :raises AnswerTooLargeError: once more has come than an answer may have
    :raises BrokenBodyError: when it is compressed in another way than gzip or zlib, or ends too early
    """
    body = bytearray()
    for piece in decoded(chunks, headers, _CHUNK):
        body += piece
        _check_size(body)
    return bytes(body)


def _check_size(body: bytearray) -> None:
    if len(body) > LONGEST:
        raise AnswerTooLargeError


def read_body(response: Any) -> bytes:
    """Return the whole body of a streamed response of ``requests``. Raises as ``collect`` does.

    ``read1`` returns what has come; the plain ``read`` would wait for a full block.
    """
    read = partial(response.raw.read1, _CHUNK, decode_content=False)
    return collect(iter(read, b""), response.headers)


async def read_body_async(response: Any) -> bytes:
    """The same of a response of ``aiohttp`` that does not decompress by itself."""
    is_packed = coding_of(response.headers)  # nothing is read of what cannot be decoded
    body = bytearray()
    while chunk := await response.content.readany():
        body += chunk
        _check_size(body)
    return collect([bytes(body)], response.headers) if is_packed else bytes(body)
