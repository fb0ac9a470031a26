"""Decompressing a body that a server compressed although it was not asked to. Pure.

Done here and not by urllib3, whose older releases make hundreds of megabytes of one chunk of a bomb at once,
and which does not notice that a body of unknown length ends too early.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_EITHER = zlib.MAX_WBITS | 32  # gzip or zlib, as the bytes say


def gunzip(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Decompress as it streams by.

    :param chunks: gzip members or a zlib stream
    :param most: the most bytes to yield at a time
    :raises zlib.error: if it is neither, or ends too early
    """
    decoder = zlib.decompressobj(_EITHER)
    for chunk in chunks:
        rest = chunk
        while rest:
            if decoder.eof:
                decoder = zlib.decompressobj(_EITHER)
            yield decoder.decompress(rest, most)
            rest = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    yield decoder.flush()
    if not decoder.eof:
        raise zlib.error("the stream ends too early")
