"""The names under which a result tells what it was made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_modelslab.protocol.face_swap import FaceSwap
from airflow_provider_modelslab.protocol.picture_source import shown_uri
from airflow_provider_modelslab.protocol.result import FaceSwapResult

RESULT = FaceSwapResult("263", ("https://h/a.jpg",))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://h.example/a/face.jpg", "https://h.example/a/face.jpg"),
        (" HTTPS://h.example:8443/face.jpg\n", "HTTPS://h.example:8443/face.jpg"),
        ("https://h/f.jpg?X-Amz-Signature=s3cret#s3cret", "https://h/f.jpg"),
        ("https://h/f.jpg#s3cret?s3cret", "https://h/f.jpg"),
        ("https://h?s3cret", "https://h"),
        ("https://user:s3cret@h/f@2x.jpg", "https://h/f@2x.jpg"),
        ("https://s3cret@h/f.jpg", "https://h/f.jpg"),
        ("https://h/schöner Fleck.jpg", "https://h/sch%C3%B6ner%20Fleck.jpg"),
        ("/data/face.jpg", "file:///data/face.jpg"),
        ("//data/../faces/a?b.jpg", "file:///faces/a?b.jpg"),
        ("file:///data/face.jpg", "file:///data/face.jpg"),
        (Path("/data/face.jpg"), "file:///data/face.jpg"),
        ("s3://bucket/face.jpg", "s3://bucket/face.jpg"),
        ("s3://conn_id@bucket/a@b.jpg", "s3://conn_id@bucket/a@b.jpg"),
        ("s3://user:s3cret@bucket/face.jpg", "s3://bucket/face.jpg"),
        ("gs://conn@bucket/face.jpg?token=s3cret", "gs://conn@bucket/face.jpg"),
    ],
)
def test_what_a_swap_is_made_of_is_named_without_what_may_be_a_secret(given: Any, shown: str) -> None:
    assert shown_uri(given) == shown


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "data:image/png;base64,iVBORw0KGgo=",
        "data:text/plain,https://h/f.jpg",
        "/9j/" + "A" * 5000,
        "{{ params.face }}",
        "face.jpg",
        "file://face.jpg",
        "https://[h/f.jpg",
        "/data/\x1b[31m.jpg",
        b"/data/face.jpg",
        object(),
    ],
)
def test_what_names_no_place_is_left_out(given: Any) -> None:
    assert shown_uri(given) is None


def test_a_path_of_object_storage_is_named_with_its_connection() -> None:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    assert shown_uri(ObjectStoragePath("s3://conn_id@bucket/face.jpg")) == "s3://conn_id@bucket/face.jpg"
    assert shown_uri(ObjectStoragePath("file:///data/face.jpg")) == "file:///data/face.jpg"


def test_a_swap_names_what_was_given_in_the_order_of_its_arguments() -> None:
    pictures = {"reference_image": "/r.jpg", "image": "/i.jpg", "face": "/f.jpg"}
    notes = FaceSwap(**pictures, consent_reference="form 12").notes()
    assert list(notes.inputs.items()) == [
        ("face", "file:///f.jpg"),
        ("image", "file:///i.jpg"),
        ("reference_image", "file:///r.jpg"),
    ]
    assert notes.consent_reference == "form 12"
    assert list(FaceSwap(face="https://h/f", video="https://h/v").notes().inputs) == ["face", "video"]


def test_the_inputs_survive_an_xcom_and_are_no_part_of_one_that_has_none() -> None:
    noted = FaceSwap(face="/f.jpg", image="/i.jpg").notes().added_to(RESULT)
    value = json.loads(json.dumps(noted.as_xcom()))
    assert value["inputs"] == {"face": "file:///f.jpg", "image": "file:///i.jpg"}
    assert FaceSwapResult.from_xcom(value) == noted
    assert "inputs" not in RESULT.as_xcom()
