"""Result files: real pictures and films, each one distinct, of any size, made while they are sent.

A file is the real sample of its kind with a comment in it (so that no two files are equal) and, if a
size is asked for, deterministic filler behind it. The filler is never held as a whole: 2 GB cost one
mebibyte of memory and no disk. In place of the sample it may be a picture or film that is drawn when it is
asked for.
"""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tests.support.standin.faces import DRAWN, drawn, figures
from tests.support.standin.samples import SAMPLES

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "mp4": "video/mp4",
}
CHUNK = 256 * 1024
#: A prime, so that a transfer resumed at a wrong offset meets wrong bytes instead of the next period.
FILLER_PERIOD = 1_048_573


@lru_cache(maxsize=1)
def filler_block() -> bytes:
    """Return one period of filler; pseudo-random, so that nothing on the way can compress it."""
    return random.Random("modelslab stand-in").randbytes(FILLER_PERIOD)


def box(kind: bytes, body_length: int) -> bytes:
    """Return the header of an MP4 box, with the 64-bit length where the short one does not reach."""
    if body_length + 8 < 2**32:
        return struct.pack(">I4s", body_length + 8, kind)
    return struct.pack(">I4sQ", 1, kind, body_length + 16)


def _comment_jpg(sample: bytes, text: bytes) -> bytes:
    return sample[:2] + struct.pack(">2sH", b"\xff\xfe", len(text) + 2) + text + sample[2:]


def _comment_png(sample: bytes, text: bytes) -> bytes:
    chunk = b"tEXtComment\0" + text
    packed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return sample[:33] + packed + sample[33:]  # behind the header chunk, which must be first


def _comment_webp(sample: bytes, text: bytes) -> bytes:
    text += b" " * (len(text) % 2)  # chunks have an even length
    body = sample[8:] + struct.pack("<4sI", b"NOTE", len(text)) + text
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _comment_gif(sample: bytes, text: bytes) -> bytes:
    extension = b"\x21\xfe" + bytes([len(text)]) + text + b"\0"
    return b"GIF89a" + sample[6:-1] + extension + sample[-1:]


def _comment_mp4(sample: bytes, text: bytes) -> bytes:
    return sample + box(b"free", len(text)) + text


_COMMENTS = {
    "jpg": _comment_jpg,
    "png": _comment_png,
    "webp": _comment_webp,
    "gif": _comment_gif,
    "mp4": _comment_mp4,
}


@lru_cache(maxsize=16384)
def head(kind: str, seed: str, size: int | None) -> bytes:
    """Return the bytes in front of the filler: a whole, valid file, and for MP4 the filler's box header."""
    return _with_comment(SAMPLES[kind], kind, seed, size)


@lru_cache(maxsize=16)  # of the few that are asked for at the same time; what is drawn is cached, too
def drawn_head(kind: str, seed: str, size: int | None, draws: str) -> bytes:
    """Return the same of a file that is drawn, or of the sample where nothing can be drawn."""
    return _with_comment(drawn(kind, draws) or SAMPLES[kind], kind, seed, size)


def _with_comment(file: bytes, kind: str, seed: str, size: int | None) -> bytes:
    whole = _COMMENTS[kind](file, seed.encode()[:200])
    if kind == "mp4" and size is not None:
        whole += box(b"free", size - len(whole) - (8 if size - len(whole) < 2**32 else 16))
    return whole


@lru_cache(maxsize=1024)
def _sha256(media: Media) -> str:
    digest = hashlib.sha256()
    for chunk in media.read():
        digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class Media:
    """One result file.

    :param kind: ``jpg``, ``png``, ``webp``, ``gif`` or ``mp4``
    :param size: bytes in all; none means the smallest valid file
    :param seed: files of another seed differ in their bytes
    :param draws: the persons that it shows, such as ``anna+ben``; see :func:`faces.drawn`
    """

    kind: str = "jpg"
    size: int | None = None
    seed: str = ""
    draws: str = ""

    def __post_init__(self) -> None:
        if self.kind not in CONTENT_TYPES:
            raise ValueError(f"kind must be one of {', '.join(CONTENT_TYPES)}, not {self.kind!r}")
        if self.draws:
            self._check_drawing()
        if self.size is not None and self.size < self.smallest:
            raise ValueError(f"a {self.kind} file has at least {self.smallest} bytes, not {self.size}")

    def _check_drawing(self) -> None:
        figures(self.draws)
        if self.kind not in DRAWN:
            raise ValueError(f"only {', '.join(DRAWN)} are drawn, not {self.kind}")

    @property
    def smallest(self) -> int:
        """The least size that may be asked for."""
        return len(self._start(None)) + (8 if self.kind == "mp4" else 0)

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.kind]

    def __len__(self) -> int:
        return len(self._head) if self.size is None else self.size

    @property
    def _head(self) -> bytes:
        return self._start(self.size)

    def _start(self, size: int | None) -> bytes:
        if self.draws:
            return drawn_head(self.kind, self.seed, size, self.draws)
        return head(self.kind, self.seed, size)

    @property
    def etag(self) -> str:
        """The entity tag, quotes included; it changes with the content."""
        return f'"{zlib.crc32(repr(self).encode()):08x}"'

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[memoryview]:
        """Yield the bytes from ``start`` up to ``stop`` in pieces, without copying the filler."""
        stop = len(self) if stop is None else min(stop, len(self))
        while start < stop:
            piece = self._piece(start)[: min(stop - start, CHUNK)]
            yield piece
            start += len(piece)

    def _piece(self, offset: int) -> memoryview:
        first = self._head
        if offset < len(first):
            return memoryview(first)[offset:]
        # Each seed begins at another place of the one block, so that big files differ all the way.
        phase = zlib.crc32(self.seed.encode())
        return memoryview(filler_block())[(offset - len(first) + phase) % FILLER_PERIOD :]

    def whole(self) -> bytes:
        """Return the whole file; for small ones."""
        return b"".join(self.read())

    def sha256(self) -> str:
        """Return the checksum in hex, computed piece by piece."""
        return _sha256(self)
