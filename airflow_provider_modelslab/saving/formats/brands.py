"""Which films MP4 and MOV boxes announce, told from their beginning and not from a list of brands. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_AUDIO = frozenset((b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "))
#: Still pictures and bursts of ISO/IEC 23008-12 (HEIF, HEIC), AVIF, and Canon's raw ones.
_HEIF = b"heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1 avif avis"
_PICTURES = frozenset((*_HEIF.split(), b"crx "))
_PADDING = frozenset((b"free", b"skip", b"wide"))
_QUICKTIME = frozenset((b"moov", b"mdat", b"pnot"))


@dataclass(frozen=True)
class Announced:
    """What the first boxes announce.

    :param extension: ``mp4`` or ``mov``; None for what is no film
    :param what: for what is no film, what it is
    """

    extension: str | None
    what: str = ""


def sniff_boxes(head: bytes) -> Announced | None:
    """Tell what the first boxes announce; None if these are no such boxes.

    QuickTime's older files have no ``ftyp``, and some begin with padding, which may be longer than the head.

    :param head: the first bytes of a file
    """
    at = 0
    while len(head) >= at + 8:
        size, kind = struct.unpack_from(">I4s", head, at)
        if kind == b"ftyp":
            return _by_brands(head[at : at + size]) if size >= 12 else None
        if kind in _QUICKTIME:
            return Announced("mov") if size in (0, 1) or size >= 8 else None
        if kind not in _PADDING or not 8 <= size < 2**24:  # text may have these words, but not such lengths
            return None
        at += size
    return Announced("mov") if at else None


def _by_brands(box: bytes) -> Announced | None:
    """Tell a film from its ``ftyp`` box: its own brand, and those that it is compatible with."""
    brands = {box[at : at + 4] for at in range(16, len(box) - 3, 4)} - {bytes(4)}
    major = box[8:12]
    if len(major) < 4:
        return None
    if major in _PICTURES:
        return Announced(None, "a HEIC, AVIF or raw picture")
    if major in _AUDIO or (brands and brands <= _AUDIO):
        return Announced(None, "audio without a picture")
    return Announced("mov" if major == b"qt  " else "mp4")
