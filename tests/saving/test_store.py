from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.saving.destination import as_path
from airflow_provider_modelslab.saving.store import Store
from tests.saving.servers import unique_name

if TYPE_CHECKING:
    from pathlib import Path

    from tests.saving.buckets import Bucket


@pytest.fixture(params=["local", "s3", "azure", "gcs"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return Store(as_path(tmp_path))
    bucket: Bucket = request.getfixturevalue(f"{request.param}_server")(unique_name())
    request.node.bucket = bucket
    return Store(as_path(f"{bucket.uri}/prefix/"))


def test_what_was_written_is_read_back(store: Store) -> None:
    store.write("a.json", b"{}")
    assert (store.read("a.json"), store.size("a.json")) == (b"{}", 2)


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.read("a.json") is None
    assert store.size("a.json") is None
    store.remove("a.json")


def test_what_another_process_removed_is_seen_at_once(store: Store, request: pytest.FixtureRequest) -> None:
    store.write("a.json", b"{}")
    assert store.size("a.json") == 2
    if request.node.callspec.params["store"] == "local":
        (request.getfixturevalue("tmp_path") / "a.json").unlink()
    else:
        request.node.bucket.remove("prefix/a.json")
    assert store.size("a.json") is None


def test_a_removed_file_is_gone(store: Store) -> None:
    store.write("a.json", b"{}")
    store.remove("a.json")
    assert store.read("a.json") is None


def test_a_local_uri_is_a_file_uri(tmp_path: Path) -> None:
    assert Store(as_path(tmp_path)).uri("a.jpg") == f"file://{tmp_path}/a.jpg"


def test_a_uri_names_the_connection_and_no_secret(bucket: Bucket) -> None:
    assert Store(as_path(f"{bucket.uri}/p/")).uri("a.jpg") == f"{bucket.uri}/p/a.jpg"
