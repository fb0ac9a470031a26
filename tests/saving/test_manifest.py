from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving.manifest import SavedFile, build, read, stands

RESULT = FaceSwapResult(
    "263",
    ("https://h/a.jpg?sig=s3cret", "data:image/png;base64,iVBORw0KGgo="),
    generation_time=2.71,
    meta={"seed": 1, "init_image": "https://u:s3cret@h/in.jpg?token=s3cret", "key": "s3cret"},
)
FILES = [
    SavedFile("a.jpg", "s3://c@b/263/a.jpg", 3, "aa", "image/jpeg"),
    SavedFile("output-2.png", "s3://c@b/263/output-2.png", 4, "bb", "image/png"),
]


def uri_of(name: str) -> str:
    return f"s3://c@b/263/{name}"


def test_a_manifest_says_what_was_saved_and_from_where() -> None:
    assert json.loads(build(RESULT, FILES)) == {
        "version": 1,
        "id": "263",
        "files": [
            {
                "position": 0,
                "name": "a.jpg",
                "uri": "s3://c@b/263/a.jpg",
                "size": 3,
                "sha256": "aa",
                "content_type": "image/jpeg",
                "source": "https://h/a.jpg",
            },
            {
                "position": 1,
                "name": "output-2.png",
                "uri": "s3://c@b/263/output-2.png",
                "size": 4,
                "sha256": "bb",
                "content_type": "image/png",
                "source": "data:image/png;base64,…",
            },
        ],
        "generationTime": 2.71,
        "meta": {"seed": 1, "init_image": "https://h/in.jpg"},
    }


def test_a_manifest_keeps_the_reference_to_consent_as_it_was_given() -> None:
    reference = "https://files.example.com/consents?form=12"
    content = json.loads(build(replace(RESULT, consent_reference=reference), FILES))
    assert content["consent_reference"] == reference


def test_a_manifest_names_what_it_was_made_of_and_the_thumbnails_and_measures() -> None:
    inputs = {"face": "https://h/f.jpg", "video": "https://h/v.mp4"}
    film = {"width": 640, "height": 480, "duration": 9.5, "thumbnail": "a.thumbnail.jpeg"}
    picture = {"width": 16, "height": 16, "thumbnail": "output-2.thumbnail.jpeg"}
    seen = [replace(FILES[0], **film), replace(FILES[1], **picture)]  # type: ignore[arg-type]
    data = build(replace(RESULT, inputs=inputs), seen)
    content, plain = json.loads(data), json.loads(build(RESULT, FILES))
    assert content == {
        **plain,
        "inputs": inputs,
        "files": [{**plain["files"][0], **film}, {**plain["files"][1], **picture}],
    }
    assert list(content["inputs"]) == list(inputs)
    assert read(data, RESULT, uri_of) == FILES
    assert [each.as_xcom() for each in seen] == [each.as_xcom() for each in FILES]


@pytest.mark.parametrize("wrong", [{"thumbnail": "../x"}, {"width": "wide"}, {"duration": None}])
def test_what_is_wrong_about_looking_at_a_file_is_no_reason_to_save_it_again(wrong: dict[str, Any]) -> None:
    content = json.loads(build(RESULT, FILES))
    content["files"][0].update(wrong)
    assert read(json.dumps(content).encode(), RESULT, uri_of) == FILES


def test_a_manifest_holds_no_secret() -> None:
    assert b"s3cret" not in build(RESULT, FILES)


def test_a_manifest_is_read_back() -> None:
    assert read(build(RESULT, FILES), RESULT, uri_of) == FILES


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"id": "264"},
        {"files": []},
        {"files": None},
        {"files": [{"name": "../../etc/passwd", "size": 1, "sha256": "", "content_type": ""}] * 2},
        {"files": [{"name": "a.jpg"}] * 2},
    ],
)
def test_a_manifest_of_anything_else_counts_as_none(change: dict[str, Any]) -> None:
    data = json.dumps({**json.loads(build(RESULT, FILES)), **change}).encode()
    assert read(data, RESULT, uri_of) is None


@pytest.mark.parametrize("data", [None, b"", b"{", b"[]", b"3", b"\xff"])
def test_what_is_no_manifest_counts_as_none(data: bytes | None) -> None:
    assert read(data, RESULT, uri_of) is None


def test_everything_stands_only_where_every_size_is_right() -> None:
    assert stands(FILES, {"a.jpg": 3, "output-2.png": 4}.get)
    assert not stands(FILES, {"a.jpg": 3, "output-2.png": 5}.get)
    assert not stands(FILES, {"a.jpg": 3}.get)
