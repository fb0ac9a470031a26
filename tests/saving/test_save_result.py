"""The whole of saving, to a local folder, from the stand-in."""

from __future__ import annotations

import hashlib
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import (
    DownloadError,
    ExpiredUrlError,
    FileTooLargeError,
    InvalidRequestIdError,
    ModelsLabError,
    UnsafeUrlError,
)
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from tests.saving.helpers import content, result_of, save, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

KINDS = ["jpg", "png", "webp", "gif", "mp4:300000"]


pytestmark = pytest.mark.usefixtures("fewer_starts")


def test_every_file_stands_byte_for_byte_with_a_manifest_that_says_so(
    standin: StandIn, tmp_path: Path
) -> None:
    job = standin.add_job(files=KINDS)
    saved = save(result_of(standin, job), tmp_path)
    names = [f"{job}-{at}.{kind.partition(':')[0]}" for at, kind in enumerate(KINDS)]
    assert tree(tmp_path) == sorted([f"{job}/{name}" for name in names] + [f"{job}/manifest.json"])
    for index, (name, file) in enumerate(zip(names, saved["files"], strict=True)):
        data = (tmp_path / str(job) / name).read_bytes()
        assert data == content(standin, job, index)
        assert file == {
            "uri": f"file://{tmp_path}/{job}/{name}",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "content_type": standin.world.jobs.get(job).media(index).content_type,  # type: ignore[union-attr]
        }
    manifest = json.loads((tmp_path / str(job) / "manifest.json").read_text())
    assert saved["manifest"] == f"file://{tmp_path}/{job}/manifest.json"
    assert [{key: each[key] for key in saved["files"][0]} for each in manifest["files"]] == saved["files"]
    assert (manifest["id"], manifest["generationTime"], manifest["meta"]) == (str(job), 2.71, {"seed": 123})


def test_a_cut_transfer_leaves_nothing_and_a_second_run_leaves_the_whole(
    standin: StandIn, tmp_path: Path
) -> None:
    job = standin.add_job(files=["mp4:3000000"])
    number = standin.fault("download", cut_after=2_000_000, no_range=True, times="always")
    with pytest.raises(DownloadError, match=rf"Request {job}, file 1 of 1: .*cut"):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == []
    standin.remove_fault(number)
    save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == [f"{job}/{job}-0.mp4", f"{job}/manifest.json"]
    assert (tmp_path / f"{job}/{job}-0.mp4").read_bytes() == content(standin, job)


def test_a_cut_transfer_that_can_be_resumed_is_not_even_noticed(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["mp4:3000000"])
    standin.fault("file", cut_after=1_000_000, times=2)
    save(result_of(standin, job), tmp_path)
    assert (tmp_path / f"{job}/{job}-0.mp4").read_bytes() == content(standin, job)
    assert standin.stats()["bytes_sent"] < 3_500_000


def test_a_cut_transfer_that_cannot_be_resumed_is_begun_again(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["mp4:3000000"])
    standin.fault("file", cut_after=2_000_000, no_range=True)
    standin.fault("file", no_range=True)
    save(result_of(standin, job), tmp_path)
    assert (tmp_path / f"{job}/{job}-0.mp4").read_bytes() == content(standin, job)


def test_one_failure_leaves_the_other_files_and_no_manifest(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["jpg", "png"])
    standin.fault("download", name=f"{job}-1.png", status=410, delay=0.15, times="always")
    with pytest.raises(ExpiredUrlError, match="file 2 of 2"):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg"]


def test_one_failure_ends_the_other_transfers(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["mp4:5000000", "png", *["jpg"] * 20])
    standin.fault("file", name=f"{job}-0.mp4", drip=1000, times="always")
    standin.fault("download", name=f"{job}-1.png", status=410, times="always")
    before = set(threading.enumerate())  # some are of other tests
    with pytest.raises(ExpiredUrlError, match="file 2 of 22"):
        save(result_of(standin, job), tmp_path, parallel=2, timeout=20)
    assert f"{job}/{job}-0.mp4" not in tree(tmp_path)
    assert len(set(threading.enumerate()) - before) < 10


@pytest.mark.parametrize("status", [404, 403, 410, 500])
def test_the_proxy_link_stands_in_for_its_own_file(standin: StandIn, tmp_path: Path, status: int) -> None:
    job = standin.add_job(files=["jpg", "png"])
    standin.fault("file", name=f"{job}-1.png", status=status, times="always")
    save(result_of(standin, job), tmp_path)
    assert (tmp_path / f"{job}/{job}-1.png").read_bytes() == content(standin, job, 1)
    assert standin.stats()["proxy"] == 1


def test_a_page_in_place_of_a_picture_leads_to_the_proxy_link(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    standin.fault("file", body="<!DOCTYPE html><title>Blocked</title>")
    save(result_of(standin, job), tmp_path)
    assert (tmp_path / f"{job}/{job}-0.jpg").read_bytes() == content(standin, job)


def test_an_expired_link_and_its_proxy_link_are_a_clear_error(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(shape="signed")
    standin.fault("download", status=403, times="always")
    with pytest.raises(ExpiredUrlError) as caught:
        save(result_of(standin, job), tmp_path)
    text = str(caught.value)
    assert all(part in text for part in (f"Request {job}", "answered 403", "its proxy link", "limited time"))
    assert "Signature" not in text


def test_a_404_just_after_success_is_waited_out(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files_late=0.1)
    save(result_of(standin, job), tmp_path, url_patience=10)
    assert standin.stats()["proxy"] == 0


@pytest.mark.parametrize("fault", [{}, {"chunked": True}, {"encoding": "gzip"}])
def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(
    standin: StandIn, tmp_path: Path, fault: dict[str, Any]
) -> None:
    job = standin.add_job(files=["mp4:3000000"])
    if fault:
        standin.fault("file", **fault)
    with pytest.raises(FileTooLargeError, match=r"976\.6 KiB.*max_file_size"):
        save(result_of(standin, job), tmp_path, max_file_size=1_000_000)
    assert tree(tmp_path) == []
    assert standin.stats()["proxy"] == 0


def test_a_file_of_just_the_allowed_size_is_saved_also_as_base64(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["mp4:1000000"])
    standin.fault("file", encoding="base64")
    assert save(result_of(standin, job), tmp_path, max_file_size=1_000_000)["files"][0]["size"] == 1_000_000


def test_where_both_urls_are_unsafe_nothing_is_requested(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(shape="signed")
    with pytest.raises(UnsafeUrlError, match=r"allow_private_downloads.*Nothing was requested") as caught:
        save(result_of(standin, job), tmp_path, allow_private=False)
    assert "Signature" not in str(caught.value)
    assert standin.stats()["requests"] == 0


@pytest.mark.parametrize("request_id", ["../x", "a/b", ""])
def test_an_id_that_leads_elsewhere_is_refused(tmp_path: Path, request_id: str) -> None:
    with pytest.raises(InvalidRequestIdError):
        save(FaceSwapResult(request_id, ("https://h/x.jpg",)), tmp_path)


def test_a_result_without_files_has_a_manifest_only(tmp_path: Path) -> None:
    assert save(FaceSwapResult("7", ()), tmp_path)["files"] == []
    assert save(FaceSwapResult("7", ()), tmp_path)["files"] == []
    assert tree(tmp_path) == ["7/manifest.json"]


def test_a_store_that_fails_is_named_and_leaves_nothing(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.saving.writers import RenamingWriter

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RenamingWriter, "write", full)
    job = standin.add_job()
    with pytest.raises(ModelsLabError, match=rf"Request {job}: file://.*No space left"):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == []
