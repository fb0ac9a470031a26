"""The whole of saving, to a local folder, from the stand-in."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import (
    DestinationExistsError,
    DownloadError,
    ExpiredUrlError,
    FileTooLargeError,
    InvalidRequestIdError,
    ModelsLabError,
    UnsafeUrlError,
)
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving import one_file
from tests.saving.helpers import content, result_of, save, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standin import StandIn

KINDS = ["jpg", "png", "webp", "gif", "mp4:300000"]


@pytest.fixture(autouse=True)
def fewer_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_file, "STARTS", 2)


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


def test_saved_again_nothing_is_transferred(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=KINDS)
    first = save(result_of(standin, job), tmp_path)
    before = standin.stats()["requests"]
    assert save(result_of(standin, job), tmp_path) == first
    assert standin.stats()["requests"] == before


@pytest.mark.parametrize("harm", ["removed", "shortened", "manifest broken"])
def test_what_no_longer_stands_whole_is_saved_again(standin: StandIn, tmp_path: Path, harm: str) -> None:
    job = standin.add_job(files=["jpg", "png"])
    first = save(result_of(standin, job), tmp_path)
    file = tmp_path / str(job) / f"{job}-1.png"
    if harm == "removed":
        file.unlink()
    elif harm == "shortened":
        file.write_bytes(b"short")
    else:
        (tmp_path / str(job) / "manifest.json").write_text("{")
    assert save(result_of(standin, job), tmp_path) == first
    assert file.read_bytes() == content(standin, job, 1)


def test_overwrite_transfers_again(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    first = save(result_of(standin, job), tmp_path)
    before = standin.stats()["file"]
    assert save(result_of(standin, job), tmp_path, if_exists="overwrite") == first
    assert standin.stats()["file"] == before + 1


def test_while_a_result_is_saved_again_no_manifest_stands(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    save(result_of(standin, job), tmp_path)
    standin.fault("download", status=410, times="always")
    with pytest.raises(ExpiredUrlError):
        save(result_of(standin, job), tmp_path, if_exists="overwrite")
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg"]


def test_fail_touches_nothing_that_stands(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    assert save(result_of(standin, job), tmp_path, if_exists="fail")
    with pytest.raises(DestinationExistsError, match=rf"Request {job} is saved already.*if_exists"):
        save(result_of(standin, job), tmp_path, if_exists="fail")


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
    standin.fault("download", name=f"{job}-1.png", status=410, delay=0.3, times="always")
    with pytest.raises(ExpiredUrlError, match="file 2 of 2"):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg"]


def test_one_failure_ends_the_other_transfers(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["mp4:5000000", "png", *["jpg"] * 20])
    standin.fault("file", name=f"{job}-0.mp4", drip=1000, times="always")
    standin.fault("download", name=f"{job}-1.png", status=410, times="always")
    with pytest.raises(ExpiredUrlError, match="file 2 of 22"):
        save(result_of(standin, job), tmp_path, parallel=2, timeout=20)
    assert f"{job}/{job}-0.mp4" not in tree(tmp_path)
    assert threading.active_count() < 20


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
    job = standin.add_job(files_late=0.3)
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


def test_an_unsafe_url_is_refused_without_trying_its_proxy_link(standin: StandIn, tmp_path: Path) -> None:
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
    from airflow_provider_modelslab.saving.writers import LocalWriter

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalWriter, "write", full)
    job = standin.add_job()
    with pytest.raises(ModelsLabError, match=rf"Request {job}: file://.*No space left"):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == []


def test_the_task_can_be_ended_from_outside(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.saving import save as module

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    job = standin.add_job(files=["mp4:5000000"])
    standin.fault("file", drip=1000, times="always")
    monkeypatch.setattr(module, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == []


def test_several_files_are_transferred_at_the_same_time(standin: StandIn, tmp_path: Path) -> None:
    import time

    job = standin.add_job(files=["jpg"] * 8)
    standin.fault("file", delay=0.3, times="always")
    begun = time.monotonic()
    save(result_of(standin, job), tmp_path, parallel=4)
    assert time.monotonic() - begun < 8 * 0.3


def test_the_log_has_one_line_a_file_and_no_token(
    standin: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    job = standin.add_job(files=["jpg", "png"], shape="signed")
    save(result_of(standin, job), tmp_path)
    lines = [record.getMessage() for record in caplog.records if record.name == "tests.saving"]
    assert len(lines) == 2
    assert any(f"{tmp_path}/{job}/{job}-1.png" in line and "bytes" in line for line in lines)
    assert "Signature" not in "".join(lines)


def test_two_tasks_that_save_the_same_at_once_leave_one_whole_set(standin: StandIn, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    job = standin.add_job(files=["mp4:2000000", "jpg"])
    result = result_of(standin, job)
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda _: save(result, tmp_path), range(4)))
    assert all(each == saved[0] for each in saved)
    assert tree(tmp_path) == [f"{job}/{job}-0.mp4", f"{job}/{job}-1.jpg", f"{job}/manifest.json"]
    assert (tmp_path / f"{job}/{job}-0.mp4").read_bytes() == content(standin, job)


def test_saved_files_are_reported_as_lineage(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.providers.common.compat.lineage import hook

    reported: list[str] = []

    class Collector:
        def add_output_asset(self, context: Any, uri: str) -> None:
            assert str(context) == uri
            reported.append(uri)

    monkeypatch.setattr(hook, "get_hook_lineage_collector", Collector)
    job = standin.add_job()
    saved = save(result_of(standin, job), tmp_path)
    assert reported == [saved["files"][0]["uri"], saved["manifest"]]


def test_trouble_with_lineage_is_not_the_tasks(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from airflow.providers.common.compat.lineage import hook

    def broken() -> None:
        raise ValueError("on purpose")

    monkeypatch.setattr(hook, "get_hook_lineage_collector", broken)
    assert save(result_of(standin, standin.add_job()), tmp_path)["files"]
    assert "could not be reported as lineage" in caplog.text
