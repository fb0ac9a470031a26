"""Decompressing a body as it streams by. Pure.

Done here and not by the HTTP libraries, whose older releases make hundreds of megabytes of one chunk of a
bomb at once, and which do not all notice that a body of unknown length ends too early.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from airflow_provider_modelslab.transport.reason import PlainError

ENCODING = "gzip"  # to be named in Accept-Encoding; zlib's is understood as well
_EITHER = zlib.MAX_WBITS | 32  # gzip or zlib, as the bytes say
_BARE = -zlib.MAX_WBITS
_GZIP = ("gzip", "x-gzip")
_UNDERSTOOD = (*_GZIP, "deflate")
# IANA's registry of HTTP content codings, https://www.iana.org/assignments/http-parameters
_FOREIGN = (
    "aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd",
)  # fmt: skip


class BrokenBodyError(PlainError, ValueError):
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
    named = headers.get("Content-Encoding", "").lower().split(",")
    found: list[str] = []
    for name in (each.partition(";")[0].strip() for each in named):
        if name in (*_UNDERSTOOD, *_FOREIGN) and name not in found[-1:]:
            found.append(name)
    return found


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Say whether the body is compressed for the transfer."""
    return bool(codings(headers))


def decoded(chunks: Iterable[bytes], headers: Mapping[str, str], most: int) -> Iterator[bytes]:
    """Yield a body as it was before it was compressed, or as it is if it was not.

    :param chunks: the body
    :param headers: that it came with
    :param most: the most bytes to make of compressed ones at a time
    :raises UnknownCodingError: before anything is read, if the body cannot be decoded
    :raises BrokenBodyError: as ``Decoder``
    """
    decoder = Decoder(headers, most)
    for chunk in chunks:
        yield from decoder.decode(chunk)
    yield from decoder.end()


class Decoder:
    """The same for a body that is handed over chunk by chunk.

    :raises UnknownCodingError: if it has a coding other than gzip and deflate, or more than one
    """

    def __init__(self, headers: Mapping[str, str], most: int) -> None:
        self._most = most
        self._begun = b""
        self._unpacker: zlib._Decompress | None = None
        found = codings(headers)
        if len(found) > 1 or not set(found) <= set(_UNDERSTOOD):
            raise UnknownCodingError(found)
        self._coding = found[0] if found else None

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds.

        :raises BrokenBodyError: if it is no part of a gzip or zlib stream
        """
        if self._coding is None:
            yield chunk
            return
        rest = self._begin(chunk) if self._unpacker is None else chunk
        while rest and self._unpacker:
            if self._unpacker.eof:  # another member follows
                self._unpacker = zlib.decompressobj(_EITHER)
            with _broken():
                piece = self._unpacker.decompress(rest, self._most)
            rest = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail
            yield piece

    def _begin(self, chunk: bytes) -> bytes:
        """Choose how to decompress when the first two bytes are there, and return all that came."""
        self._begun += chunk
        if len(self._begun) < 2:
            return b""
        packed = _is_packed(self._begun)
        if not packed and self._coding in _GZIP:
            raise BrokenBodyError(f"the body is said to be {self._coding}, and is not")
        self._unpacker = zlib.decompressobj(_EITHER if packed else _BARE)
        begun, self._begun = self._begun, b""
        return begun

    def end(self) -> Iterator[bytes]:
        """Yield what is left when all chunks are there.

        :raises BrokenBodyError: if that was too early
        """
        if self._coding is None:
            return
        if self._unpacker is None:
            raise BrokenBodyError
        with _broken():
            yield self._unpacker.flush()
        if not self._unpacker.eof:
            raise BrokenBodyError


def _is_packed(begin: bytes) -> bool:
    """Say whether bytes begin as gzip (RFC 1952) or zlib (RFC 1950) do. ``deflate`` is often neither."""
    return begin.startswith(b"\x1f\x8b") or (
        begin[0] & 0x0F == 8 and int.from_bytes(begin[:2], "big") % 31 == 0
    )


@contextmanager
def _broken() -> Iterator[None]:
    try:
        yield
    except zlib.error:
        raise BrokenBodyError from None
