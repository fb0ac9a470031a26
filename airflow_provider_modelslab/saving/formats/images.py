"""Where pictures end: JPEG, PNG, GIF and WebP."""

from __future__ import annotations

import re
import struct

from airflow_provider_modelslab.saving.formats.walker import UNKNOWN, State, Steps, Verdict, Walker

_SOS, _EOI = 0xDA, 0xD9
_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0 to RST7, SOI: markers without a segment
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
# What may end a scan's data, where FF00 is a byte FF, FFFF is fill and RST0 to RST7 belong to the data.
# Those that no encoder writes there are left out, so that a damaged byte is not taken for a segment.
_BEHIND_SCAN = re.compile(rb"\xff[\xc4\xcc\xd9-\xdd\xe0-\xef\xfe]")
_BLOCK = re.compile(rb"[\x21\x2c\x3b]")


class Jpeg(Walker):
    """Segment by segment by their lengths, since thumbnails within them have end markers of their own.

    ITU-T T.81, Annex B. Progressive pictures have several scans. Bytes between segments are passed over, and
    lengths below 2 taken as 2, as libjpeg does.
    """

    def __init__(self) -> None:
        self._scans = 0
        self._in_scan = False
        super().__init__()

    def _walk(self) -> Steps:
        yield from self._skip(2)
        while True:
            marker = (yield from self._search(_BEHIND_SCAN if self._in_scan else _MARKER))[1]
            if marker == _EOI and self._scans:
                return
            self._in_scan = False
            if marker in _STANDALONE or marker == _EOI:
                continue
            (length,) = struct.unpack(">H", (yield from self._take(2)))
            yield from self._skip(max(length - 2, 0))
            if marker == _SOS:
                self._scans += 1
                self._in_scan = True

    def _unended(self) -> Verdict:
        where = "end-of-image marker" if self._scans else "image data"
        return Verdict(State.TRUNCATED, f"ends before its {where}", only_end_marker=self._in_scan)


class Png(Walker):
    """Chunk by chunk to IEND and its checksum (PNG specification, chapter 5)."""

    def _walk(self) -> Steps:
        yield from self._skip(8)
        while True:
            length, kind = struct.unpack(">I4s", (yield from self._take(8)))
            yield from self._skip(length + 4)
            if kind == b"IEND":
                return

    def _unended(self) -> Verdict:
        return Verdict(State.TRUNCATED, "ends before its IEND chunk")


class Gif(Walker):
    """Block by block to the trailer (GIF89a, appendix A). Bytes between blocks are passed over."""

    def _walk(self) -> Steps:
        yield from self._skip(6)
        yield from self._with_colors(7, flags_at=4)
        while (introducer := (yield from self._search(_BLOCK))) != b"\x3b":
            if introducer == b"\x2c":  # an image, not an extension
                yield from self._with_colors(9, flags_at=8)
            yield from self._skip(1)  # the size of the image's codes, or the extension's label
            yield from self._sub_blocks()

    def _with_colors(self, length: int, flags_at: int) -> Steps:
        flags = (yield from self._take(length))[flags_at]
        if flags & 0x80:
            yield from self._skip(3 << (flags & 7) + 1)

    def _sub_blocks(self) -> Steps:
        while True:
            at, end = self._at, len(self._data)
            while at < end and (size := self._data[at]):  # there are thousands, of 255 bytes at most
                at += size + 1
            if at < end:  # at the empty one, which ends them
                self._at = at + 1
                return
            self._at = end
            yield from self._skip(at - end)
            self._data, self._at = self._data[self._at :] or (yield), 0

    def _unended(self) -> Verdict:
        return Verdict(State.TRUNCATED, "ends before its trailer")


class WebP(Walker):
    """By the size in its RIFF header (RFC 9649, 2.4), which encoders that stream may leave empty."""

    _told = True

    def _walk(self) -> Steps:
        header = yield from self._take(12)
        (size,) = struct.unpack("<4xI4x", header)
        self._told = 12 <= size < 2**32 - 10  # libwebp's own bounds
        yield from self._skip(size - 4 if self._told else 2**64)

    def _unended(self) -> Verdict:
        return Verdict(State.TRUNCATED, "is shorter than its RIFF header says") if self._told else UNKNOWN
