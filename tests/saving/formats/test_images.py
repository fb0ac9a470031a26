from __future__ import annotations

import struct

import pytest

from airflow_provider_modelslab.saving.formats.images import Gif, Jpeg, Png, WebP
from airflow_provider_modelslab.saving.formats.walker import State, Walker

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SCAN = b"\xff\xda\0\x04\1\1"
GIF = b"GIF89a\1\0\1\0\0\0\0"
IMAGE = b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def state_of(walker: Walker, data: bytes, step: int = 10**9) -> State:
    for at in range(0, len(data), step):
        walker.feed(data[at : at + step])
    return walker.verdict().state


@pytest.mark.parametrize("step", [1, 2, 10**9])
@pytest.mark.parametrize(
    "data",
    [
        SCAN + b"data" + EOI,
        segment(0xE1, SOI + SCAN + EOI) + SCAN + EOI,
        SCAN + b"\xff\0\xff\xd9"[:2] + b"\xff\xd0\xff\xd7" + EOI,
        SCAN + b"data" + segment(0xC4, b"\xff\xd9") + SCAN + b"more\xff\xff\xff\xd9",
        segment(0xFE, b"") + b"between\xff\0segments" + SCAN + EOI,
        b"\xff\xff\xff\xfe\0\x02" + SCAN + segment(0xDC, b"\0\1") + EOI,
        b"\xff\xe0\0\0" + SCAN + EOI,
    ],
)
def test_a_jpeg_ends_at_its_own_end_marker(data: bytes, step: int) -> None:
    assert state_of(Jpeg(), SOI + data, step) is State.COMPLETE
    assert state_of(Jpeg(), SOI + data + EOI + b"behind", step) is State.COMPLETE
    assert state_of(Jpeg(), SOI + data[:-1], step) is State.TRUNCATED


@pytest.mark.parametrize(
    ("data", "only_end_marker"),
    [
        (SCAN + b"data", True),
        (SCAN + b"data\xff", True),
        (SCAN + b"data\xff\0\xff\xd3", True),
        (SCAN[:-1], False),
        (segment(0xE1, SCAN + EOI), False),
        (SCAN + b"data\xff\xc4\0", False),
        (EOI, False),
        (b"", False),
    ],
)
def test_a_jpeg_that_may_lack_its_end_marker_only_is_told_apart(
    data: bytes, *, only_end_marker: bool
) -> None:
    walker = Jpeg()
    walker.feed(SOI + data)
    assert walker.verdict().state is State.TRUNCATED
    assert walker.verdict().only_end_marker == only_end_marker


def test_a_png_ends_with_the_checksum_of_its_last_chunk() -> None:
    data = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\4IDATIEND" + b"\0\0\0\0" + b"\0\0\0\0IEND\xae\x42\x60\x82"
    assert state_of(Png(), data) is state_of(Png(), data, 1) is State.COMPLETE
    assert state_of(Png(), data[:-1]) is state_of(Png(), data[:-1] + b"", 1) is State.TRUNCATED


@pytest.mark.parametrize("step", [1, 3, 10**9])
@pytest.mark.parametrize(
    "data",
    [
        GIF + IMAGE + b"\x3b",
        b"GIF87a\1\0\1\0\x80\0\0" + b"\x3b" * 6 + IMAGE + b"\x3b",  # colors that look like trailers
        GIF + b"\x2c\0\0\0\0\1\0\1\0\x81" + b"\x3b" * 12 + b"\2\1\x3b\0\x3b",
        GIF + b"\x21\xfe\x02\x3b\x3b\1\x3b\0" + IMAGE + b"\0\0" + IMAGE + b"\x3b",
        GIF + b"\x21\xf9\xff" + bytes(255) + b"\xff" + bytes(255) + b"\0" + b"\x3b",
    ],
)
def test_a_gif_ends_with_its_trailer(data: bytes, step: int) -> None:
    assert state_of(Gif(), data, step) is State.COMPLETE
    assert state_of(Gif(), data + b"behind", step) is State.COMPLETE
    assert state_of(Gif(), data[:-1], step) is State.TRUNCATED


@pytest.mark.parametrize("size", [0, 11, 2**32 - 1])
def test_a_webp_without_a_size_does_not_tell(size: int) -> None:
    data = struct.pack("<4sI4s", b"RIFF", size, b"WEBP") + bytes(50)
    assert state_of(WebP(), data) is State.UNKNOWN


@pytest.mark.parametrize("step", [1, 10**9])
def test_a_webp_ends_where_its_size_says(step: int) -> None:
    data = struct.pack("<4sI4s", b"RIFF", 44, b"WEBP") + bytes(40)
    assert state_of(WebP(), data, step) is state_of(WebP(), data + b"behind", step) is State.COMPLETE
    assert state_of(WebP(), data[:-1], step) is State.TRUNCATED
