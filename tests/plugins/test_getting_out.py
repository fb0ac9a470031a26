"""What an XCom, a manifest or a folder may try, to have shown what lies below no root."""

from __future__ import annotations

import itertools
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.airflow_rows import add_run, add_task
from tests.plugins.saved import picture, save, value_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from requests import Response

    from tests.saving.buckets import S3Bucket

_runs = itertools.count()
SECRET = picture(seed="secret")


@pytest.fixture
def private(root: Path) -> Path:
    """A folder beside the root, with a result whose picture nobody may see."""
    folder = root.parent / "private"
    save(folder, "9", {"secret.jpg": SECRET})
    return folder


@pytest.fixture
def ask(pages: Any) -> Callable[..., Response]:
    """Ask for what a task's value names: `ask(value, "files/0")`, or for the page."""
    tasks: dict[str, str] = {}

    def ask(value: Any, path: str = "files/0", **headers: str) -> Response:
        if (key := repr(value)) not in tasks:
            tasks[key] = run_id = f"out-{next(_runs)}"
            add_run("faces", run_id)
            add_task("faces", run_id, "save", return_value=value)
        page = f"/modelslab/dags/faces/runs/{tasks[key]}/tasks/save/-1"
        return pages.get(f"{page}/results/0/{path}" if path else page, **headers)

    return ask


def assert_hidden(ask: Any, value: Any) -> None:
    """Nothing of what the value names comes out, and its page says something and breaks nowhere."""
    for path in ("files/0", "files/0/thumbnail", "inputs/face"):
        answer = ask(value, path)
        assert answer.status_code in (404, 502), (path, answer.status_code)
        assert SECRET not in answer.content
        assert b"root:" not in answer.content
    assert ask(value, "").status_code == 200


def spellings(root: Path, private: Path) -> list[str]:
    inside, outside = root.as_uri(), private.as_uri()
    return [
        f"{outside}/9/manifest.json",
        f"{private}/9/manifest.json",
        f"{inside}/../private/9/manifest.json",
        f"{inside}/%2e%2e/private/9/manifest.json",
        f"{inside}/%252e%252e/private/9/manifest.json",
        f"{inside}/..%2fprivate/9/manifest.json",
        f"{inside}/./../private/9/manifest.json",
        f"{inside}//../private/9/manifest.json",
        f"{inside}\\..\\private\\9\\manifest.json",
        f"{inside}/x/..;/../private/9/manifest.json",
        f"{inside.rstrip('s')}",
        f"{inside}-private/9/manifest.json",
        f"file://localhost{private}/9/manifest.json",
        f"FILE://{private}/9/manifest.json",
        f"local://{private}/9/manifest.json",
        f"simplecache::{outside}/9/manifest.json",
        f"filecache::file://{root}/../private/9/manifest.json",
        f"zip://manifest.json::{outside}/9.zip",
        f"{inside}/9/manifest.json::{outside}/9/manifest.json",
        f"{inside}/1/manifest.json?x=/../../private/9/manifest.json",
        f"{inside}/1/manifest.json#/../../private/9/manifest.json",
        "file:///etc/passwd",
        "/etc/passwd",
        "file:///proc/self/environ",
        "http://127.0.0.1:1/manifest.json",
        "https://169.254.169.254/latest/meta-data/manifest.json",
        "ftp://host/manifest.json",
        "data:application/json,{}",
        "memory://x/manifest.json",
        "s3://bucket/manifest.json",
        "",
        "manifest.json",
        "\x00",
        f"{inside}/1/\nmanifest.json",
    ]


def test_no_spelling_of_a_manifest_leads_out_of_the_roots(ask: Any, root: Path, private: Path) -> None:
    for uri in spellings(root, private):
        assert_hidden(ask, value_of("9", uri))


@pytest.mark.parametrize("value", [None, 7, True, [], {}, ["file:///etc/passwd"], {"manifest": "x"}, 1e308])
def test_a_manifest_that_is_no_text_is_none(ask: Any, root: Path, value: Any) -> None:
    assert_hidden(ask, {**value_of("9", "x"), "manifest": value})


@pytest.mark.parametrize(
    "name",
    ["../../private/9/secret.jpg", "/etc/passwd", "..", ".", "", "a/b.jpg", "..\\x", "%2e%2e%2fprivate",
     ".hidden", "manifest.json", "x\x00.jpg", None, 7, ["a"], "a" * 300],
)  # fmt: skip
def test_a_forged_manifest_names_files_of_its_own_folder_only(
    ask: Any, root: Path, private: Path, name: Any
) -> None:
    entry = {"name": name, "size": len(SECRET), "sha256": "", "content_type": "image/jpeg", "thumbnail": name}
    folder = root / "1"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"version": 1, "id": "1", "files": [entry]}))

    assert_hidden(ask, value_of("1", f"{folder.as_uri()}/manifest.json"))


def test_a_forged_manifest_names_inputs_below_a_root_only(ask: Any, root: Path, private: Path) -> None:
    pictures = [f"{private.as_uri()}/9/secret.jpg", f"{root.as_uri()}/../private/9/secret.jpg"]
    for uri in [*spellings(root, private), *pictures]:
        value = save(root, "1", {"a.jpg": picture()}, inputs={"face": uri})

        answer = ask(value, "inputs/face")
        assert answer.status_code in (404, 502)
        assert SECRET not in answer.content
        assert ask(value, "").status_code == 200


@pytest.mark.parametrize(
    "target", ["private/9/secret.jpg", "private/9/manifest.json", "/etc/passwd", "/dev/zero"]
)
def test_links_out_of_the_root_are_not_followed(ask: Any, root: Path, private: Path, target: str) -> None:
    value = save(root, "1", {"a.jpg": SECRET})
    (root / "1" / "a.jpg").unlink()
    (root / "1" / "a.jpg").symlink_to(root.parent / target)
    assert ask(value).status_code == 404

    (root / "2").symlink_to(private / "9")
    assert_hidden(ask, value_of("9", f"{root.as_uri()}/2/manifest.json"))


@pytest.mark.timeout(20)
def test_a_pipe_holds_nobody(ask: Any, root: Path) -> None:
    value = save(root, "1", {"a.jpg": SECRET})
    for name in ("a.jpg", "manifest.json"):
        (root / "1" / name).unlink()
        os.mkfifo(root / "1" / name)
        assert_hidden(ask, value)


DEEP = b'{"version": 1, "files": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"7", b"{", b"\xff\xfe", DEEP, b"{}", b'{"version": 2, "id": "1", "files": []}',
     b'{"version": 1, "id": "1", "files": 7}', b'{"version": 1, "id": "1", "files": [7]}',
     b'{"version": 1, "id": "1", "files": [{"name": "a.jpg", "size": 1e400}]}',
     b'{"version": 1, "id": "1", "files": [{"name": "a.jpg", "size": -1}]}',
     b'{"version": 1, "id": "1", "files": [], "inputs": ["x"]}',
     b'{"version": 1, "id": "1", "files": [], "inputs": 7, "nsfw_content_detected": 7}',
     b" " * (5 * 2**20) + b"{}"],
    ids=lambda content: repr(content[:30]),
)  # fmt: skip
def test_what_is_no_manifest_is_told_and_breaks_nothing(ask: Any, root: Path, content: bytes) -> None:
    value = save(root, "1", {"a.jpg": SECRET})
    (root / "1" / "manifest.json").write_bytes(content)

    assert_hidden(ask, value)


@pytest.mark.parametrize(
    "value",
    [{"id": "1", "proxy_links": [], "files": {"a": 1}}, {"id": "1", "manifest": {}, "files": "x" * 1000},
     [[]], "text", ["text"], [None], {"id": None, "manifest": "x"}, {"id": "1" * 10_000, "manifest": "x"},
     [{"id": "1", "manifest": "x", "files": [None] * 2000}] * 20],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_values_of_any_shape_break_no_page(ask: Any, root: Path, value: Any) -> None:
    assert ask(value, "").status_code == 200


def test_nothing_is_shown_without_roots(ask: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = save(root, "1", {"a.jpg": SECRET})
    for setting in ("", " , ", "file:///", "nonsense", "file:///a, ../b", "http://x/"):
        monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", setting)
        assert_hidden(ask, value)


def test_a_root_shows_what_its_own_connection_reads(
    ask: Any, s3_bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = f"{s3_bucket.uri}/face-swaps/"
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", root)
    entry = {"name": "a.jpg", "size": len(SECRET), "sha256": "", "content_type": "image/jpeg"}
    manifest = json.dumps({"version": 1, "id": "1", "files": [entry]}).encode()
    for folder in ("face-swaps", "private"):
        s3_bucket.client.put_object(Bucket=s3_bucket.name, Key=f"{folder}/1/manifest.json", Body=manifest)
        s3_bucket.client.put_object(Bucket=s3_bucket.name, Key=f"{folder}/1/a.jpg", Body=SECRET)

    shown = ask(value_of("1", f"{root}1/manifest.json"))
    assert shown.content == SECRET
    assert ask(value_of("1", f"{root}1/manifest.json"), Range="bytes=3-7").content == SECRET[3:8]

    conn_id, _, bucket = s3_bucket.uri.removeprefix("s3://").partition("@")
    for uri in (
        f"s3://{bucket}/face-swaps/1/manifest.json",
        f"s3://other@{bucket}/face-swaps/1/manifest.json",
        f"s3a://{conn_id}@{bucket}/face-swaps/1/manifest.json",
        f"s3://{conn_id}:x@{bucket}/face-swaps/1/manifest.json",
        f"s3://{conn_id}@{bucket}/private/1/manifest.json",
        f"s3://{conn_id}@{bucket}/face-swaps/../private/1/manifest.json",
        f"s3://{conn_id}@{bucket}/face-swaps//../private/1/manifest.json",
    ):
        assert_hidden(ask, value_of("1", uri))


def test_a_store_that_fails_is_told_without_its_words(
    ask: Any, s3_bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = f"{s3_bucket.uri}-gone/face-swaps/"
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", root)
    value = value_of("1", f"{root}1/manifest.json")

    assert_hidden(ask, value)
    assert "not there any more" in ask(value, "").text
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", "s3://no_such_connection@bucket/x/")
    value = value_of("1", "s3://no_such_connection@bucket/x/1/manifest.json")
    assert_hidden(ask, value)
    assert "cannot be read (InvalidDestinationError)" in ask(value, "").text


def test_a_link_that_is_swapped_in_while_it_is_read_shows_nothing_else(
    root: Path, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.plugins import places

    save(root, "1", {"a.jpg": picture()})
    place, name = places.place_of(f"{root.as_uri()}/1/a.jpg")
    opened = os.open

    def swapped(path: str, *args: Any) -> int:
        (root / "1" / "a.jpg").unlink()
        (root / "1" / "a.jpg").symlink_to(private / "9" / "secret.jpg")
        return opened(path, *args)

    monkeypatch.setattr(places.os, "open", swapped)
    with pytest.raises(places.NotShownError, match="a link leads out"):
        place.read(name, (0, 10))


def test_a_setting_that_holds_a_key_by_mistake_is_not_quoted(
    ask: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", "file:///x/, s3://AKIAX:SECRETX@bucket/")
    text = ask(save(root, "1", {"a.jpg": SECRET}), "").text

    assert "entry 2 of preview_roots is no root" in text
    assert "SECRETX" not in text


def test_other_roots_are_not_told(ask: Any, root: Path) -> None:
    text = ask(value_of("7", "s3://aws_default@bucket/face-swaps/7/manifest.json"), "").text

    assert "preview_roots = …, s3://aws_default@bucket/face-swaps/" in text
    assert root.name not in text
