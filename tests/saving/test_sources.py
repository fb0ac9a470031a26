"""Which of a file's two sources is saved from, and what is said where one or both cannot be used."""

from __future__ import annotations

import logging
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import (
    DownloadError,
    ExpiredUrlError,
    InvalidContentError,
    UnsafeUrlError,
)
from tests.saving.helpers import content, result_of, save, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

SECRET = "s3cret"
PAGE: dict[str, Any] = {"status": 200, "body": "<!DOCTYPE html><title>Blocked</title>"}
UNUSABLE = [
    "generations/a.jpg",
    "/generations/a.jpg",
    f"//127.0.0.1/a.jpg?sig={SECRET}",
    f"ftp://me:{SECRET}@127.0.0.1/a.jpg",
    "file:///etc/passwd",
    "https://",
    "https://[broken/a.jpg",
    "Try again",
    "http://169.254.169.254/latest/meta-data",  # what the guard refuses
    "data:text/html,<html>",
    "data:image/png;base64,!!!!",
]


@pytest.mark.parametrize("entry", UNUSABLE)
def test_an_entry_that_cannot_be_used_leads_to_its_proxy_link_and_a_line_in_the_log(
    standin: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture, entry: str
) -> None:
    job = standin.add_job(files=["jpg", "png"], shape="signed")
    result = result_of(standin, job, output=(standin.urls(job)[0], entry))
    saved = save(result, tmp_path)
    assert [each["sha256"] for each in saved["files"]] == [standin.sha256(job, 0), standin.sha256(job, 1)]
    assert standin.stats()["proxy"] == 1
    (line,) = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert line.startswith(f"Request {job}, file 2 of 2: ")
    assert f"Its proxy link is tried: {standin.url}/proxy/{job}/" in line
    assert not any(word in line for word in (SECRET, "Signature"))


@pytest.mark.parametrize("entry", [each for each in UNUSABLE if not each.startswith("http://")])
def test_a_file_from_an_entry_that_is_no_url_has_its_position_as_its_name(
    standin: StandIn, tmp_path: Path, entry: str
) -> None:
    job = standin.add_job(files=["jpg", "png"])
    save(result_of(standin, job, output=(standin.urls(job)[0], entry)), tmp_path)
    assert tree(tmp_path / str(job)) == [f"{job}-0.jpg", "manifest.json", "output-2.png"]


def test_a_redirect_to_where_downloads_must_not_go_leads_to_the_proxy_link(
    standin: StandIn, tmp_path: Path
) -> None:
    job = standin.add_job()
    standin.fault("file", redirect="http://169.254.169.254/", times="always")
    save(result_of(standin, job), tmp_path)
    assert standin.stats()["proxy"] == 1


@pytest.mark.parametrize("entry", [each for each in UNUSABLE if not each.startswith("data:")])
def test_only_where_no_source_can_be_used_is_it_an_error(
    standin: StandIn, tmp_path: Path, entry: str
) -> None:
    job = standin.add_job()
    with pytest.raises(UnsafeUrlError, match=f"Request {job}, file 1 of 1: ") as caught:
        save(result_of(standin, job, output=(entry,), proxy_links=()), tmp_path)
    assert SECRET not in str(caught.value)
    assert standin.stats()["requests"] == 0
    assert tree(tmp_path) == []


@pytest.mark.parametrize("kind", ["jpg", "png", "gif", "webp", "mp4:300000"])
def test_bare_base64_text_is_decoded_like_a_data_uri(standin: StandIn, tmp_path: Path, kind: str) -> None:
    job = standin.add_job(files=[kind])
    text = b64encode(content(standin, job)).decode()
    saved = save(result_of(standin, job, output=(text,), proxy_links=()), tmp_path)
    assert saved["files"][0]["sha256"] == standin.sha256(job)
    assert tree(tmp_path / str(job)) == ["manifest.json", f"output-1.{kind.partition(':')[0]}"]
    assert text[:100] not in (tmp_path / str(job) / "manifest.json").read_text()
    assert standin.stats()["requests"] == 0


@pytest.mark.parametrize(
    ("of_output", "of_proxy", "kind"),
    [
        ({"status": 403}, {"status": 403}, ExpiredUrlError),
        ({"status": 410}, {"status": 403}, ExpiredUrlError),
        ({"status": 410}, {"status": 404}, DownloadError),
        ({"status": 403}, {"status": 503}, DownloadError),
        ({"status": 404}, {"status": 410}, DownloadError),
        ({"status": 530}, {"status": 403}, DownloadError),
        ({"status": 403}, PAGE, InvalidContentError),
        ({"status": 410}, {"reset": True}, DownloadError),
        ({"redirect": "http://169.254.169.254/"}, {"status": 503}, DownloadError),
        ({"status": 410}, {"redirect": "http://169.254.169.254/"}, UnsafeUrlError),
    ],
)
def test_the_error_of_two_sources_is_the_one_that_leaves_most_hope(
    standin: StandIn,
    tmp_path: Path,
    of_output: dict[str, Any],
    of_proxy: dict[str, Any],
    kind: type[Exception],
) -> None:
    job = standin.add_job()
    standin.fault("file", times="always", **of_output)
    standin.fault("proxy", times="always", **of_proxy)
    with pytest.raises(DownloadError, match="; its proxy link: ") as caught:
        save(result_of(standin, job), tmp_path)
    assert type(caught.value) is kind


@pytest.mark.parametrize("fault", [{"status": 200, "body": b""}, PAGE, {"status": 200, "body": {"a": 1}}])
def test_what_is_no_picture_at_first_is_asked_for_again(
    standin: StandIn, tmp_path: Path, fault: dict[str, Any]
) -> None:
    job = standin.add_job()
    standin.fault("file", times=4, **fault)
    save(result_of(standin, job, proxy_links=()), tmp_path)
    assert standin.stats()["file"] == 5


@pytest.mark.parametrize("fault", [{"status": 200, "body": b""}, PAGE])
def test_what_stays_no_picture_is_the_error_of_its_kind_after_five_tries_of_each_source(
    standin: StandIn, tmp_path: Path, fault: dict[str, Any]
) -> None:
    job = standin.add_job()
    standin.fault("download", times="always", **fault)
    with pytest.raises(InvalidContentError, match=r"\(10 tries in "):
        save(result_of(standin, job), tmp_path)
    assert (standin.stats()["file"], standin.stats()["proxy"]) == (5, 5)
    assert tree(tmp_path) == []


@pytest.mark.parametrize("status", [202, 204, 503, 530])
def test_the_proxy_link_has_as_many_tries_as_the_entry_of_output_had(
    standin: StandIn, tmp_path: Path, status: int
) -> None:
    job = standin.add_job()
    standin.fault("file", status=status, times="always")
    standin.fault("proxy", status=status, times=4)
    save(result_of(standin, job), tmp_path)
    assert (standin.stats()["file"], standin.stats()["proxy"]) == (5, 5)


def test_each_failed_try_is_a_line_that_says_what_follows(
    standin: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = standin.add_job(shape="signed")
    standin.fault("file", status=503, times=2)
    standin.fault("file", reset=True)
    save(result_of(standin, job), tmp_path)
    lines = [each.getMessage() for each in caplog.records if "Trying again in" in each.getMessage()]
    url = f"{standin.url}/files/{job}/{job}-0.jpg"
    assert lines[0] == f"{url} answered 503. Trying again in 0.001 s (try 2 of 5)."
    assert lines[1].endswith("(try 3 of 5).")
    assert "reset" in lines[2]
    assert "Signature" not in caplog.text


@pytest.mark.parametrize("status", [403, 404])
def test_waiting_for_a_file_to_appear_is_one_line(
    standin: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    job = standin.add_job()
    standin.fault("file", status=status, times=6)
    save(result_of(standin, job), tmp_path, url_patience=30)
    (line,) = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert line.endswith(f"answered {status}: it may not be there yet. Trying again for up to 30 s.")


def test_a_download_in_endless_trouble_does_not_fill_the_log(
    standin: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = standin.add_job()
    standin.fault("download", status=503, times=25)
    save(result_of(standin, job), tmp_path, url_patience=30)
    assert len([each for each in caplog.records if each.levelno == logging.WARNING]) == 20


def test_the_error_says_how_often_the_file_was_tried_and_for_how_long(
    standin: StandIn, tmp_path: Path
) -> None:
    job = standin.add_job()
    standin.fault("download", status=503, times="always")
    with pytest.raises(DownloadError, match=r"answered 503 \(5 tries in [0-9.]+ s\)\. Run the task again"):
        save(result_of(standin, job, proxy_links=()), tmp_path)
    with pytest.raises(DownloadError, match=r"\(10 tries in [0-9.]+ s\)\. Run the task again"):
        save(result_of(standin, job), tmp_path)
