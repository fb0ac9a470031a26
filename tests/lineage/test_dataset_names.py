"""The names of files, as OpenLineage's naming specification has them."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.lineage.dataset_names import dataset_name


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("s3://bucket/face-swaps/7/7-0.jpg", ("s3://bucket", "face-swaps/7/7-0.jpg")),
        ("s3://aws_default@bucket/7-0.jpg", ("s3://bucket", "7-0.jpg")),
        ("s3a://bucket/a.jpg", ("s3://bucket", "a.jpg")),
        ("gs://conn@bucket/a.jpg", ("gs://bucket", "a.jpg")),
        ("gcs://bucket/a.jpg", ("gs://bucket", "a.jpg")),
        ("abfs://conn@container/a.jpg", ("abfss://container", "a.jpg")),
        ("file:///data/who?.jpg", ("file", "/data/who?.jpg")),
        ("https://example.com:8080/faces/a%20b.jpg", ("https://example.com:8080", "faces/a%20b.jpg")),
        ("https://example.com", ("https://example.com", "/")),
    ],
)
def test_a_file_has_the_name_that_other_tools_give_it(uri: str, name: tuple[str, str]) -> None:
    assert dataset_name(uri) == name


@pytest.mark.parametrize(
    "uri",
    [
        "https://user:secret@example.com/a.jpg?token=secret#secret",
        "s3://key:secret@bucket/a.jpg?X-Amz-Signature=secret",
    ],
)
def test_a_name_holds_neither_a_user_nor_a_token(uri: str) -> None:
    assert "secret" not in str(dataset_name(uri))


@pytest.mark.parametrize("uri", ["", "a.jpg", "data:image/png;base64,AAAA", "/data/a.jpg"])
def test_what_names_no_place_has_no_name(uri: str) -> None:
    assert dataset_name(uri) is None
