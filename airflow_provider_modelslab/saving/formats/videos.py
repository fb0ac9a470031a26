"""Where films end: MP4 and MOV by their boxes, WebM by its elements."""

from __future__ import annotations

import struct
from collections.abc import Generator

from airflow_provider_modelslab.saving.formats.walker import UNKNOWN, State, Steps, Verdict, Walker

#: Boxes that stand at the top level of ISO/IEC 14496-12, QuickTime and DASH files.
_BOXES = """
    ftyp moov mdat free skip wide moof mfra sidx ssix styp pdin meta meco uuid udta emsg prft pnot PICT imda
"""
_KNOWN = frozenset(name.encode() for name in _BOXES.split())
_MEDIA = frozenset((b"mdat", b"imda", b"moof"))


class Mp4(Walker):
    """Box by box at the top level (ISO/IEC 14496-12, 4.2), of which nothing says which one is the last.

    A film needs ``moov``, and media, which has to follow each ``moof`` of a fragmented one. Where they are
    there, what does not begin like a known box is taken for bytes behind the file's end.
    """

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._inside: bytes | None = None
        self._fragment_open = False
        self._endless = False
        super().__init__()

    def verdict(self) -> Verdict:
        missing = self._missing()
        if missing:
            return Verdict(State.TRUNCATED, missing)
        return UNKNOWN if self._endless else Verdict(State.COMPLETE)

    def _walk(self) -> Steps:
        while True:
            size, kind = struct.unpack(">I4s", (yield from self._take(8)))
            if size == 0 and kind in _KNOWN:  # it goes on to the end of the file
                self._close(kind)
                self._endless = True
                return
            self._inside = kind if kind in _KNOWN and (size == 1 or size >= 8) else None
            size -= 8
            if size == -7:  # it did not fit into 32 bits
                size = struct.unpack(">Q", (yield from self._take(8)))[0] - 16
            if size < 0:  # no box
                return
            yield from self._skip(size)
            self._close(kind)

    def _close(self, kind: bytes) -> None:
        self._inside = None
        self._seen.add(kind)
        if kind in _MEDIA:
            self._fragment_open = kind == b"moof"

    def _unended(self) -> Verdict:
        return self.verdict()

    def _missing(self) -> str:
        if self._inside is not None:
            return f"ends within its {self._inside.decode()} box"
        if b"moov" not in self._seen:
            return "has no moov box, without which it cannot be played"
        if self._fragment_open or not self._seen & _MEDIA:
            return "has no mdat box with the media that it describes"
        return "ends within the header of a box" if self._begins_box() else ""

    def _begins_box(self) -> bool:
        """Say whether the few bytes behind the last whole box are the beginning of another one.

        The first four are a length. They tell too little by themselves, except that fragments come in rows.
        """
        rest = self._data[self._at :]
        if not 0 < len(rest) < 8:
            return False
        if len(rest) <= 4:
            return b"moof" in self._seen and rest[0] == 0 and rest != bytes(4)
        return any(kind.startswith(rest[4:]) for kind in _KNOWN)


_SEGMENT = b"\x18\x53\x80\x67"
_CLUSTER = b"\x1f\x43\xb6\x75"
#: What stands in a Segment, and in a Cluster: what may follow where one of unknown length was entered.
_ELEMENTS = """
    114d9b74 1549a966 1654ae6b 1f43b675 1c53bb6b 1941a469 1043a770 1254c367 ec bf e7 a3 a0 a7 ab 5854
"""
_WITHIN = frozenset(bytes.fromhex(each) for each in _ELEMENTS.split())


class WebM(Walker):
    """By the Segment's length (RFC 8794 and RFC 9559).

    One that was written as a stream has an unknown length, and so may its Clusters. What is in them has
    lengths again, so that an end within an element can be told, but not which element is the last.
    """

    def __init__(self) -> None:
        self._entered = False
        self._between = True
        self._clusters = 0
        super().__init__()

    def _walk(self) -> Steps:
        while True:
            kind = yield from self._identifier()
            if self._entered and kind not in _WITHIN:  # bytes behind the end
                return
            size = yield from self._length()
            if size is not None:
                yield from self._skip(size)
                if kind == _SEGMENT:
                    return
            self._entered |= size is None and kind == _SEGMENT
            self._clusters += kind == _CLUSTER
            self._between = True

    def _identifier(self) -> Generator[None, bytes, bytes]:
        first = yield from self._take(1)
        self._between = self._entered and not any(each.startswith(first) for each in _WITHIN)
        return first + (yield from self._take(min(8 - first[0].bit_length(), 3)))

    def _length(self) -> Generator[None, bytes, int | None]:
        """Return an element's length in bytes; none if it is unknown."""
        first = (yield from self._take(1))[0]
        more = min(8 - first.bit_length(), 7)
        data = bytes([first & (0x7F >> more)]) + (yield from self._take(more))
        value = int.from_bytes(data, "big")
        return None if value == (1 << 7 * (more + 1)) - 1 else value

    def verdict(self) -> Verdict:
        if not self._entered:
            return super().verdict()
        return UNKNOWN if self._clusters and (self._ended or self._between) else self._unended()

    def _unended(self) -> Verdict:
        where = "within an element" if self._entered and not self._between else "before its Segment does"
        return Verdict(State.TRUNCATED, f"ends {where}")
