"""Pictures to send, from real files and a real object store."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import ObjectStoragePath

from airflow_provider_modelslab.client import pictures
from airflow_provider_modelslab.client.pictures import read_picture
from airflow_provider_modelslab.exceptions import InvalidSwapError, ModelsLabError
from tests.support.standin import Media

if TYPE_CHECKING:
    from tests.saving.buckets import S3Bucket


TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}


@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_is_read_whole(tmp_path: Path, kind: str) -> None:
    (tmp_path / "face").write_bytes(Media(kind, 100_000).whole())
    assert read_picture("face", str(tmp_path / "face")).content_type == TYPES[kind]
    assert b64decode(read_picture("face", str(tmp_path / "face")).base64) == Media(kind, 100_000).whole()


@pytest.mark.parametrize(
    "form", [str, Path, "file://{}".format, lambda path: ObjectStoragePath(f"file://{path}")]
)
def test_a_path_may_be_given_in_any_form(tmp_path: Path, form: Any) -> None:
    (tmp_path / "face.jpg").write_bytes(Media("jpg").whole())
    assert b64decode(read_picture("face", form(tmp_path / "face.jpg")).base64) == Media("jpg").whole()


def test_a_picture_in_object_storage_is_read_through_its_connection(s3_bucket: S3Bucket) -> None:
    ObjectStoragePath(f"{s3_bucket.uri}/faces/face.jpg").write_bytes(Media("jpg").whole())
    assert b64decode(read_picture("face", f"{s3_bucket.uri}/faces/face.jpg").base64) == Media("jpg").whole()
    with pytest.raises(InvalidSwapError, match="is not there"):
        read_picture("face", f"{s3_bucket.uri}/faces/other.jpg")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty, not a picture"),
        (b"<html>404</html>", "an HTML page, not a picture"),
        (Media("mp4").whole(), "no picture, but video/mp4"),
        (b"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiC", "no picture"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "face.jpg").write_bytes(content)
    with pytest.raises(InvalidSwapError, match=f"face {tmp_path}/face.jpg .*{words}"):
        read_picture("face", str(tmp_path / "face.jpg"))


def test_a_picture_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST", 1_000_000)
    (tmp_path / "face.jpg").write_bytes(Media("jpg", 1_000_001).whole())
    with pytest.raises(InvalidSwapError, match=r"face .* has more than"):
        read_picture("face", str(tmp_path / "face.jpg"))
    (tmp_path / "face.jpg").write_bytes(Media("jpg", 1_000_000).whole())
    assert read_picture("face", str(tmp_path / "face.jpg"))


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("/nowhere/face.jpg", "is not there"),
        ("/tmp", "is a folder: name a picture in it"),
        ("face.jpg", "The face 'face.jpg' is relative"),
        ("nosuch://bucket/face.jpg", "nosuch"),
        ("s3://no_such_connection@bucket/face.jpg", "connection 'no_such_connection', which does not exist"),
        ("s3://AKIA:s3cret@bucket/face.jpg", "Airflow connection"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_argument(where: str, words: str) -> None:
    with pytest.raises(InvalidSwapError, match=words) as caught:
        read_picture("face", where)
    assert "s3cret" not in str(caught.value)


def test_a_store_out_of_reach_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError("the store's own words") from ConnectionRefusedError("endpoint")

    monkeypatch.setattr(ObjectStoragePath, "open", refuse)
    with pytest.raises(ModelsLabError, match="the store's own words") as caught:
        read_picture("face", str(tmp_path / "face.jpg"))
    assert not isinstance(caught.value, InvalidSwapError)
