from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import ObjectStoragePath

from airflow_provider_modelslab.exceptions import InvalidDestinationError, ModelsLabError
from airflow_provider_modelslab.saving.destination import check_destination, parse
from airflow_provider_modelslab.saving.store import Store
from tests.saving.helpers import tree

if TYPE_CHECKING:
    from tests.saving.buckets import Bucket


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("/data/out", "file:///data/out"),
        ("/data/out/", "file:///data/out"),
        (" /data/../out ", "file:///out"),
        (Path("/data/out"), "file:///data/out"),
        ("file:///data/my out#1/", "file:///data/my out#1"),
        ("s3://conn@bucket/a/b/", "s3://conn@bucket/a/b/"),
        ("gs://bucket", "gs://bucket"),
        ("abfs://conn@container/x", "abfs://conn@container/x"),
    ],
)
def test_a_destination_is_a_path_or_a_uri(given: Any, uri: str) -> None:
    assert parse(given) == uri


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("None", "None"),
        (None, "NoneType"),
        (3, "int"),
        ("{{ var.value.x }}", "not a plain URI"),
        ("/data\nout", "not a plain URI"),
        ("out", "relative"),
        ("./out", "relative"),
        ("~/out", "relative"),
        ("file://out", "relative"),
        ("s3:/bucket/x", "relative"),
        ("s3://", "no bucket"),
        ("s3://conn@/x", "no bucket"),
        ("s3://b/x?versionId=1", "plain prefix"),
        ("s3://b/x#1", "plain prefix"),
        ("s3://b/../x", "plain prefix"),
    ],
)
def test_anything_else_is_refused_with_an_example(given: Any, word: str) -> None:
    with pytest.raises(InvalidDestinationError, match=word):
        check_destination(given)


def test_credentials_in_a_destination_are_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidDestinationError, match="connection") as caught:
        check_destination("s3://AKIA:s3cret@bucket/x")
    assert "s3cret" not in str(caught.value)
    assert "AKIA" not in str(caught.value)


def test_credentials_in_an_object_storage_path_are_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidDestinationError, match="connection") as caught:
        check_destination(ObjectStoragePath("memory://AKIA:s3cret@bucket/x"))
    assert "s3cret" not in str(caught.value)


def test_a_local_folder_is_proven_writable_and_left_empty(tmp_path: Path) -> None:
    path = check_destination(tmp_path / "new")
    assert isinstance(path, ObjectStoragePath)
    assert str(path) == f"file://{tmp_path}/new"
    assert tree(tmp_path) == []


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_an_object_storage_path_is_taken_as_it_is(tmp_path: Path, form: str) -> None:
    path = check_destination(ObjectStoragePath(form.format(tmp_path)))
    assert str(path) == f"file://{tmp_path}"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidDestinationError, match="cannot be written to"):
        check_destination(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InvalidDestinationError, match="right to write"):
        check_destination(tmp_path)


def test_a_refused_permission_says_whose_right_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Store, "write", refuse)
    with pytest.raises(InvalidDestinationError, match=r"Permission denied.*the right to write"):
        check_destination(tmp_path)


def test_a_store_out_of_reach_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError("the store's own words") from ConnectionRefusedError("endpoint")

    monkeypatch.setattr(Store, "write", refuse)
    with pytest.raises(ModelsLabError, match="own words") as caught:
        check_destination(tmp_path)
    assert not isinstance(caught.value, InvalidDestinationError)


@pytest.mark.parametrize(("scheme", "extra"), [("gs", "gcs"), ("abfs", "abfs")])
def test_a_store_whose_library_is_missing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, scheme: str, extra: str
) -> None:
    def missing(self: Any) -> None:
        raise ImportError("No module named 'thefs'")

    monkeypatch.setattr(ObjectStoragePath, "fs", property(missing))
    with pytest.raises(
        InvalidDestinationError, match=rf"pip install 'airflow-provider-modelslab\[{extra}\]'"
    ):
        check_destination(f"{scheme}://bucket/x")


@pytest.mark.parametrize("destination", ["file:///data", "s3://bucket/x"])
def test_a_path_library_too_new_for_this_airflow_is_not_taken_for_a_wrong_destination(
    monkeypatch: pytest.MonkeyPatch, destination: str
) -> None:
    class IncompatibleProtocolError(TypeError, ValueError):
        """As universal-pathlib 0.3 raises it under Airflow 3.0."""

    def refuse(self: Any) -> None:
        raise IncompatibleProtocolError("detected protocol which is incompatible")

    monkeypatch.setattr(ObjectStoragePath, "fs", property(refuse))
    with pytest.raises(InvalidDestinationError, match="constraints file"):
        check_destination(destination)


@pytest.mark.parametrize("scheme", ["nope", "https"])
def test_an_unknown_scheme_is_named(scheme: str) -> None:
    with pytest.raises(InvalidDestinationError, match=f"'{scheme}' is not known"):
        check_destination(f"{scheme}://bucket/x")


def test_a_bucket_is_proven_writable_and_left_empty(bucket: Bucket) -> None:
    path = check_destination(f"{bucket.uri}/prefix/")
    assert str(path).rstrip("/") == f"{bucket.uri}/prefix"
    assert bucket.keys() == []


def test_a_whole_bucket_may_be_the_destination(bucket: Bucket) -> None:
    check_destination(bucket.uri)
    assert bucket.keys() == []


def test_a_missing_bucket_is_not_made_but_named(bucket: Bucket) -> None:
    with pytest.raises(InvalidDestinationError, match="Create the bucket"):
        check_destination(bucket.uri.replace(bucket.name, "missing-bucket") + "/prefix/")
    assert not bucket.exists("missing-bucket")


def test_a_misspelt_connection_is_refused() -> None:
    with pytest.raises(InvalidDestinationError, match="no_such_connection"):
        check_destination("s3://no_such_connection@bucket/x")


def test_a_probe_that_cannot_be_removed_is_only_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Store, "remove", refuse)
    check_destination(tmp_path)
    assert "was not removed" in caplog.text


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, airflow_provider_modelslab.saving\n"
        "heavy = {'requests', 'fsspec', 'urllib3', 'filetype', 'airflow'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
