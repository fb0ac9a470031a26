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


class BrokenBodyError(PlainError, ValueError):
    """What came is compressed in another way, or ends too early."""

    def __init__(self) -> None:
        super().__init__("the compressed body is broken")


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Say whether the body is compressed for the transfer."""
    return headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity")


def decoded(chunks: Iterable[bytes], headers: Mapping[str, str], most: int) -> Iterator[bytes]:
    """Yield a body as it was before it was compressed, or as it is if it was not.

    :param chunks: the body
    :param headers: that it came with
    :param most: the most bytes to make of compressed ones at a time
    :raises BrokenBodyError: as ``Decoder``
    """
    decoder = Decoder(headers, most)
    for chunk in chunks:
        yield from decoder.decode(chunk)
    yield from decoder.end()


class Decoder:
    """The same for a body that is handed over chunk by chunk."""

    def __init__(self, headers: Mapping[str, str], most: int) -> None:
        self._most = most
        self._unpacker = zlib.decompressobj(_EITHER) if is_encoded(headers) else None

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds.

        :raises BrokenBodyError: if it is no part of a gzip or zlib stream
        """
        if self._unpacker is None:
            yield chunk
            return
        rest = chunk
        while rest:
            if self._unpacker.eof:  # another member follows
                self._unpacker = zlib.decompressobj(_EITHER)
            with _broken():
                piece = self._unpacker.decompress(rest, self._most)
            rest = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail
            yield piece

    def end(self) -> Iterator[bytes]:
        """Yield what is left when all chunks are there.

        :raises BrokenBodyError: if that was too early
        """
        if self._unpacker is None:
            return
        with _broken():
            yield self._unpacker.flush()
        if not self._unpacker.eof:
            raise BrokenBodyError


@contextmanager
def _broken() -> Iterator[None]:
    try:
        yield
    except zlib.error:
        raise BrokenBodyError from None
