"""What may be shown in Airflow's UI, and what may not."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.preview_roots import is_below, parse_roots

ROOTS = parse_roots("s3://aws_default@bucket/face-swaps, file:///data/faces/")


def test_the_setting_names_roots_separated_by_commas() -> None:
    assert ROOTS == ("s3://aws_default@bucket/face-swaps/", "file:///data/faces/")
    assert parse_roots("") == parse_roots(" , ") == ()


@pytest.mark.parametrize(
    "uri", ["s3://aws_default@bucket/face-swaps/7/manifest.json", "file:///data/faces/a.jpg"]
)
def test_what_lies_below_a_root_is_below(uri: str) -> None:
    assert is_below(uri, ROOTS)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://aws_default@bucket/face-swaps/",
        "s3://aws_default@bucket/face-swaps-secret/7/manifest.json",
        "s3://other@bucket/face-swaps/7/manifest.json",
        "s3://aws_default@bucket2/face-swaps/7/manifest.json",
        "gs://aws_default@bucket/face-swaps/7/manifest.json",
        "file:///data/faces/../secret.jpg",
        "file:///data/faces/./a.jpg",
        "file:///data/faces//a.jpg",
        "file:///data/faces/%2e%2e/a.jpg",
        "file:///data/faces/a\\b.jpg",
        "file:///data/faces/a\nb.jpg",
        "None",
    ],
)
def test_nothing_else_is(uri: str) -> None:
    assert not is_below(uri, ROOTS)
