"""The part of a file that a request asks for (RFC 9110, section 14). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

PIECE = 2 * 2**20  # bytes that are in memory for one reader at a time
_RANGE = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class ByteRange:
    """From one byte up to another, which is not in it."""

    start: int
    end: int

    def header(self, size: int) -> str:
        """Return the ``Content-Range`` for a file of that size."""
        return f"bytes {self.start}-{self.end - 1}/{size}"


class UnsatisfiableError(ValueError):
    """The file has no such part."""


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the part that is asked for, its end cut so that an answer stays small; readers ask for the next.

    :param header: of the request
    :param size: bytes that the file has
    :return: None where the whole is asked for, or what is asked for is not understood
    :raises UnsatisfiableError: if there is no such part
    """
    found = _RANGE.fullmatch(header or "")
    if not found or found[1] == found[2] == "":
        return None
    if found[1] == "":
        start, last = max(size - int(found[2]), 0), size - 1
    else:
        start, last = int(found[1]), int(found[2] or size - 1)
        if found[2] and last < start:
            return None
    if start >= size or (found[1] == "" and int(found[2]) == 0):
        raise UnsatisfiableError
    return ByteRange(start, min(last + 1, size, start + PIECE))
