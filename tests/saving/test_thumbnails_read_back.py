"""Thumbnails of what is in an object store: read back, but not all of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.saving import thumbnails
from airflow_provider_modelslab.saving.destination import as_path
from airflow_provider_modelslab.saving.manifest import SavedFile
from airflow_provider_modelslab.saving.media_type import identify
from airflow_provider_modelslab.saving.store import Store
from airflow_provider_modelslab.saving.thumbnails import with_thumbnails
from tests.saving.real_files import boundaries, real_file
from tests.saving.test_thumbnails import FILM, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.saving.buckets import Bucket

log = logging.getLogger("tests.saving")


@pytest.fixture(autouse=True)
def no_thumbnails() -> None:
    """Not here."""


def test_files_in_an_object_store_have_their_thumbnails_there(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "_FILM_END", 2**17)
    begin, end = boundaries(FILM)[-2], len(FILM)
    middle = (2**20).to_bytes(4, "big") + b"free" + bytes(2**20 - 8)  # between the frames and their table
    film = FILM[:begin] + middle + FILM[begin:end]
    store, read = Store(as_path(f"{bucket.uri}/7")), []
    files = put(store, {"a.png": real_file("truecolor.png"), "b.mp4": film})

    def pieces(self: Store, name: str, start: int, stop: int) -> Iterator[bytes]:
        read.append((name, stop - start))
        return original(self, name, start, stop)

    original = Store.pieces
    monkeypatch.setattr(Store, "pieces", pieces)
    found = with_thumbnails(files, store, log)
    assert [(each.width, each.height, each.duration) for each in found] == [(64, 64, None), (64, 64, 1.2)]
    assert read == [("a.png", files[0].size), ("b.mp4", 2**17), ("b.mp4", 2**17)]
    for name in ("7/a.thumbnail.jpeg", "7/b.thumbnail.jpeg"):
        assert bucket.content_type(name) == "image/jpeg"
        assert identify(bucket.read(name)).content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("content_type", "size", "parts"),
    [
        ("image/png", 2**25, [(0, 2**25)]),
        ("video/mp4", 2**24, [(0, 2**24)]),
        ("video/webm", 2**31, [(0, 2**23), (2**31 - 2**23, 2**31)]),
    ],
)
def test_of_a_large_film_only_the_ends_are_read_back(
    content_type: str, size: int, parts: list[tuple[int, int]]
) -> None:
    assert thumbnails._wanted_parts(SavedFile("a", "", size, "", content_type)) == parts


def test_a_large_picture_is_not_read_back() -> None:
    with pytest.raises(ValueError, match="32"):
        thumbnails._wanted_parts(SavedFile("a", "", 2**25 + 1, "", "image/png"))
