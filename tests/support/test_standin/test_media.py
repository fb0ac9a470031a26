"""Result files: real ones, distinct, of any size."""

from __future__ import annotations

import pytest

from tests.support.standin import Media

SIGNATURES = {
    "jpg": b"\xff\xd8\xff",
    "png": b"\x89PNG",
    "webp": b"RIFF",
    "gif": b"GIF8",
    "mp4": b"\0\0\0\x1cftyp",
}


@pytest.mark.parametrize("kind", SIGNATURES)
@pytest.mark.parametrize("size", [None, 5000, 3_000_000])
def test_a_file_of_each_kind_and_size_begins_like_one_and_has_that_size(kind: str, size: int | None) -> None:
    media = Media(kind, size, "seed")
    whole = media.whole()
    assert whole.startswith(SIGNATURES[kind])
    assert len(whole) == len(media)
    assert len(media) == (size or len(media))


def test_any_part_of_a_file_is_that_part_of_the_whole() -> None:
    media = Media("mp4", 3_000_000, "seed")
    whole = media.whole()
    for start, stop in [(0, 10), (5, 5000), (1_048_000, 2_200_000), (2_999_999, 3_000_000)]:
        assert b"".join(media.read(start, stop)) == whole[start:stop]


def test_files_of_another_seed_differ() -> None:
    assert Media("jpg", None, "a").whole() != Media("jpg", None, "b").whole()
    assert Media("mp4", 90_000, "a").whole()[-1000:] != Media("mp4", 90_000, "b").whole()[-1000:]


def test_the_boxes_of_a_big_film_end_where_the_file_ends() -> None:
    media, offset = Media("mp4", 5_000_000_000, "seed"), 0
    while offset < len(media):
        header = b"".join(media.read(offset, offset + 16))
        short = int.from_bytes(header[:4], "big")
        offset += short if short != 1 else int.from_bytes(header[8:16], "big")
    assert offset == len(media)
