from __future__ import annotations

import struct

import pytest

from airflow_provider_modelslab.saving.formats.videos import Mp4, WebM
from airflow_provider_modelslab.saving.formats.walker import State, Verdict, Walker
from tests.saving.real_files import LIVE, boundaries, real_file

EACH = pytest.mark.parametrize("each", [pytest.param(1, marks=pytest.mark.thorough), 7])  # place to cut at
FTYP = b"\0\0\0\x10ftypisom\0\0\2\0"


def box(kind: bytes, length: int = 20) -> bytes:
    return struct.pack(">I4s", length + 8, kind) + bytes(length)


def long_box(kind: bytes, length: int = 20) -> bytes:
    return struct.pack(">I4sQ", 1, kind, length + 16) + bytes(length)


def verdict_of(walker: Walker, data: bytes, step: int = 10**9) -> Verdict:
    for at in range(0, len(data), step):
        walker.feed(data[at : at + step])
    return walker.verdict()


@pytest.mark.parametrize("step", [1, 7, 10**9])
@pytest.mark.parametrize(
    "data",
    [
        FTYP + box(b"moov") + box(b"mdat"),
        FTYP + box(b"free") + long_box(b"mdat") + box(b"moov"),
        box(b"wide", 0) + box(b"mdat") + box(b"moov"),
        FTYP + box(b"moov") + (box(b"moof") + box(b"mdat")) * 3 + box(b"mfra"),
        FTYP + box(b"new!") + box(b"moov") + box(b"mdat"),
    ],
)
def test_a_film_is_whole_when_its_boxes_are_there(data: bytes, step: int) -> None:
    assert verdict_of(Mp4(), data, step).state is State.COMPLETE
    for behind in (b"\0", bytes(4), bytes(100), b"\r\n", b"junk", b"trailing text", b"\0\0\0\5free"):
        if b"moof" not in data or len(behind) > 1:
            assert verdict_of(Mp4(), data + behind, step).state is State.COMPLETE
    assert verdict_of(Mp4(), data[:-1], step).state is State.TRUNCATED


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        (FTYP, "has no moov box"),
        (FTYP + box(b"mdat"), "has no moov box"),
        (FTYP + struct.pack(">I4s", 0, b"mdat") + bytes(100), "has no moov box"),
        (FTYP + box(b"moov"), "has no mdat box"),
        (FTYP + box(b"moov") + box(b"free"), "has no mdat box"),
        (FTYP + box(b"moov") + box(b"moof") + box(b"mdat") + box(b"moof"), "has no mdat box"),
        (FTYP + box(b"moov") + box(b"moof") + box(b"mdat") + b"\0\0\1", "within the header"),
        (FTYP + box(b"moov") + box(b"mdat") + box(b"free")[:6], "within the header"),
        (FTYP + box(b"moov") + box(b"mdat") + box(b"udta")[:-1], "within its udta box"),
        (FTYP + box(b"moov") + long_box(b"mdat")[:12], "within its mdat box"),
    ],
)
def test_what_a_film_lacks_is_named(data: bytes, missing: str) -> None:
    for step in (1, 10**9):
        verdict = verdict_of(Mp4(), data, step)
        assert verdict.state is State.TRUNCATED
        assert missing in verdict.missing


def test_a_box_that_goes_on_to_the_end_of_the_file_does_not_tell_where_that_is() -> None:
    data = FTYP + box(b"moov") + struct.pack(">I4s", 0, b"mdat") + bytes(100)
    assert verdict_of(Mp4(), data).state is verdict_of(Mp4(), data[:-50], 1).state is State.UNKNOWN


@EACH
def test_a_real_fragmented_film_is_told_cut_everywhere_but_between_two_fragments(each: int) -> None:
    film = real_file("fragmented.mp4")
    near = {at + by for at in boundaries(film) for by in (-1, 0, 1)} & set(range(1, len(film)))
    cuts = {*range(1, len(film), each), *near}
    told = {cut for cut in cuts if verdict_of(Mp4(), film[:cut]).state is State.TRUNCATED}
    assert cuts - told <= set(boundaries(film))
    assert verdict_of(Mp4(), film).state is State.COMPLETE


@EACH
def test_a_webm_that_was_streamed_tells_whether_its_last_element_is_whole(each: int) -> None:
    film = real_file(LIVE)
    states = [verdict_of(WebM(), film[:cut]).state for cut in range(1, len(film), each)]
    assert verdict_of(WebM(), film).state is State.UNKNOWN
    assert states.count(State.UNKNOWN) < 20
    assert State.COMPLETE not in states
    for behind in (b"\n", b"\r\n", bytes(1), bytes(20), b"trailing bytes"):
        assert verdict_of(WebM(), film + behind).state is State.UNKNOWN
        assert verdict_of(WebM(), film[:357] + behind).state is State.TRUNCATED  # no Cluster yet
