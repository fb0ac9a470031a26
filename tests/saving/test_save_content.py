"""What is saved follows from the bytes that come, and its name from the URL, never beyond the folder."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import InvalidContentError
from tests.saving.helpers import content, result_of, save, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"body": "<html>Sign in</html>"}, "an HTML page"),
        ({"body": {"status": "error"}}, "JSON"),
        ({"body": b""}, "empty"),
        ({"body": b"Not found"}, "text"),
        ({"body": b"PK\x03\x04\0\0\0"}, "unknown kind"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    standin: StandIn, tmp_path: Path, fault: dict[str, Any], word: str
) -> None:
    job = standin.add_job()
    standin.fault("download", status=200, times="always", **fault)
    with pytest.raises(InvalidContentError, match=rf"Request {job}, file 1 of 1: .*{word}"):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"content_type": "text/plain"},
        {"encoding": "gzip"},
        {"encoding": "base64"},
        {"encoding": "base64", "content_type": "text/plain"},
        {"chunked": True},
    ],
)
def test_a_picture_that_is_sent_oddly_is_saved_as_it_is(
    standin: StandIn, tmp_path: Path, fault: dict[str, Any]
) -> None:
    job = standin.add_job(files=["mp4:300000"])
    standin.fault("file", **fault)
    saved = save(result_of(standin, job), tmp_path)
    assert (tmp_path / f"{job}/{job}-0.mp4").read_bytes() == content(standin, job)
    assert saved["files"][0]["content_type"] == "video/mp4"


def test_a_data_uri_is_saved(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["png", "jpg"])
    data = content(standin, job)
    uri = "data:image/jpeg;base64," + base64.b64encode(data).decode()  # the type is wrong
    result = result_of(standin, job, output=(uri, standin.urls(job)[1]), proxy_links=())
    saved = save(result, tmp_path)
    assert (tmp_path / str(job) / "output-1.png").read_bytes() == data
    assert saved["files"][0]["content_type"] == "image/png"


def test_a_data_uri_with_percent_escapes_is_saved(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["mp4:150000"])
    data = content(standin, job)
    escaped = "%" + base64.b64encode(data).hex("%").upper()  # no piece of any size ends well
    inline = "data:image/png,%" + data.hex("%")
    uris = (f"data:video/mp4;base64,{escaped}", inline)
    save(result_of(standin, job, output=uris, proxy_links=()), tmp_path)
    assert [(tmp_path / str(job) / f"output-{n}.mp4").read_bytes() for n in (1, 2)] == [data, data]


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ("..%2F..%2Fescape.jpg", "escape.jpg"),
        ("no-extension", "no-extension.jpg"),
        ("wrong.mp4", "wrong.jpg"),
        ("%E6%8D%A2.jpg", "output-1.jpg"),
        ("x" * 300, "x" * 100 + ".jpg"),
        ("manifest.json", "manifest.jpg"),
        ("%2e%2e", "output-1.jpg"),
        ("%252e%252e%252fx", "2e_2e_2fx.jpg"),
        ("..%5C..%5Cescape.jpg", "escape.jpg"),
    ],
)
def test_names_are_safe_and_fit_the_content(standin: StandIn, tmp_path: Path, given: str, saved: str) -> None:
    job = standin.add_job(files=[{"kind": "jpg", "name": given}])
    save(result_of(standin, job, proxy_links=()), tmp_path / "deep" / "er")
    assert tree(tmp_path) == sorted([f"deep/er/{job}/{saved}", f"deep/er/{job}/manifest.json"])


def test_a_double_slash_and_a_signed_url_are_fetched_as_they_are(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(shape=["double_slash", "signed"])
    save(result_of(standin, job), tmp_path)
    assert "X-Amz-Signature" in standin.requests("file")[0]["path"]
    assert "Signature" not in (tmp_path / str(job) / "manifest.json").read_text()
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg", f"{job}/manifest.json"]


def test_equal_names_stay_apart(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    save(result_of(standin, job, output=tuple(standin.urls(job)) * 3), tmp_path)
    names = [f"{job}-0-2.jpg", f"{job}-0-3.jpg", f"{job}-0.jpg", "manifest.json"]
    assert tree(tmp_path) == [f"{job}/{name}" for name in names]
