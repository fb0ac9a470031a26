"""Decompressing a body as it streams by. Pure.

Done here and not by the HTTP libraries, whose older releases make hundreds of megabytes of one chunk of a
bomb at once, and which do not all notice that a body of unknown length ends too early.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from airflow_provider_modelslab.http.error_text import SafeMessageError

ENCODING = "gzip"  # to be named in Accept-Encoding; zlib's is understood as well
_EITHER = zlib.MAX_WBITS | 32  # gzip or zlib, as the bytes say
_BARE = -zlib.MAX_WBITS
_GZIP = ("gzip", "x-gzip")
_UNDERSTOOD = (*_GZIP, "deflate")
# IANA's registry of HTTP content codings, https://www.iana.org/assignments/http-parameters
_FOREIGN = (
    "aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd",
)  # fmt: skip


class BrokenBodyError(SafeMessageError, ValueError):
    """What came is not compressed as it says, or ends too early."""

    def __init__(self, text: str = "the compressed body is broken") -> None:
        super().__init__(text)


class UnknownCodingError(BrokenBodyError):
    """What came has a content coding that cannot be undone here."""

    def __init__(self, codings: Iterable[str]) -> None:
        super().__init__(
            f"the body has the Content-Encoding {', '.join(codings)}, which cannot be decoded here"
        )


def codings(headers: Mapping[str, str]) -> list[str]:
    """Return the content codings of a body in the order in which they were applied.

    Object stores pass on whatever was given to them as Content-Encoding: ``aws-chunked``, ``UTF-8``,
    ``base64``. What HTTP does not know as a coding changes nothing about the body, and is left out. One that
    is named twice in a row was named by two servers, and applied once.
    """
    found: list[str] = []
    named = headers.get("Content-Encoding")
    if not named:
        return found
    for name in (each.partition(";")[0].strip() for each in named.lower().split(",")):
        if name in (*_UNDERSTOOD, *_FOREIGN) and name not in found[-1:]:
            found.append(name)
    return found


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Say whether the body is compressed for the transfer."""
    return bool(codings(headers))


def coding_of(headers: Mapping[str, str]) -> str | None:
    """Return the one content coding that is to be undone; None if there is none.

    :raises UnknownCodingError: if it is another than gzip and deflate, or more than one
    """
    found = codings(headers)
    if len(found) > 1 or not set(found) <= set(_UNDERSTOOD):
        raise UnknownCodingError(found)
    return found[0] if found else None


def decoded(chunks: Iterable[bytes], headers: Mapping[str, str], most: int) -> Iterator[bytes]:
    """Return a body as it was before it was compressed, or as it is if it was not, piece by piece.

    :param chunks: the body
    :param headers: that it came with
    :param most: the most bytes to make of compressed ones at a time
    :raises UnknownCodingError: before anything is read, as ``coding_of``
    :raises BrokenBodyError: if it is not compressed as it says, or ends too early
    """
    coding = coding_of(headers)
    return _unpacked(iter(chunks), coding, most) if coding else iter(chunks)


def _unpacked(chunks: Iterator[bytes], coding: str, most: int) -> Iterator[bytes]:
    head = _head(chunks)
    unpacker = zlib.decompressobj(_window(head, coding))
    try:
        for chunk in chain([head], chunks):
            rest = chunk
            while rest:
                if unpacker.eof:  # another member follows
                    unpacker = zlib.decompressobj(_EITHER)
                yield unpacker.decompress(rest, most)
                rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error:
        raise BrokenBodyError from None
    if not unpacker.eof:
        raise BrokenBodyError


def _head(chunks: Iterator[bytes]) -> bytes:
    """Take as many chunks as it needs to tell how they are compressed, which is two bytes."""
    head = b""
    while len(head) < 2:
        chunk = next(chunks, None)
        if chunk is None:
            raise BrokenBodyError
        head += chunk
    return head


def _window(head: bytes, coding: str) -> int:
    if _is_packed(head):
        return _EITHER
    if coding in _GZIP:
        raise BrokenBodyError(f"the body is said to be {coding}, and is not")
    return _BARE


def _is_packed(begin: bytes) -> bool:
    """Say whether bytes begin as gzip (RFC 1952) or zlib (RFC 1950) do. ``deflate`` is often neither."""
    return begin.startswith(b"\x1f\x8b") or (
        begin[0] & 0x0F == 8 and int.from_bytes(begin[:2], "big") % 31 == 0
    )
