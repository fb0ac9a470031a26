"""Pictures and films as browsers ask for them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.plugins.byte_range import PIECE
from tests.plugins.airflow_rows import add_run, add_task
from tests.plugins.saved import picture, save
from tests.support.standin.media import Media

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from requests import Response

_runs = itertools.count()
Show = "Callable[..., Response]"


@pytest.fixture
def show(pages: Any, root: Path) -> Callable[..., Response]:
    """Save files, and ask for one of them: `show({"a.jpg": b"…"}, at=0, Range="bytes=0-")`."""

    def show(files: dict[str, bytes], path: str = "files/0", edit: Any = None, **headers: str) -> Response:
        run_id = f"media-{next(_runs)}"
        add_run("faces", run_id)
        more = headers.pop("more", {})
        value = save(root, "1", files, **more)
        if edit:
            edit(root / "1")
        add_task("faces", run_id, "save", return_value=value)
        page = f"/modelslab/dags/faces/runs/{run_id}/tasks/save/-1/results/0"
        return pages.get(f"{page}/{path}", **headers)

    return show


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif", "mp4"])
def test_a_file_is_sent_whole_with_its_type_by_its_bytes(show: Any, kind: str) -> None:
    content = picture(kind)
    answer = show({f"a.{kind}": content})

    assert answer.content == content
    assert answer.headers["Content-Type"] == Media(kind).content_type
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; media-src 'self'; style-src 'unsafe-inline';")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_name_that_lies_about_the_type_changes_nothing(show: Any) -> None:
    assert show({"a.jpg": picture("png")}).headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"<html><p>hello</p></html>",
     b"GI", b"", b"%PDF-1.4", b"root:x:0:0:root:/root:/bin/sh\n", b"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBD" * 9],
    ids=["svg", "html", "two letters", "empty", "pdf", "text", "base64"],
)  # fmt: skip
def test_what_is_no_picture_by_its_bytes_is_not_sent(show: Any, content: bytes) -> None:
    for headers in ({}, {"Range": "bytes=0-"}, {"Range": "bytes=1-2"}):
        answer = show({"a.jpg": content}, **headers)
        assert answer.status_code in (404, 416)
        assert content[:40] == b"" or content[:40] not in answer.content
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-", 0, PIECE), ("bytes=5-9", 5, 10), ("bytes=4999990-", 4999990, 5000000),
     ("bytes=-7", 4999993, 5000000), ("bytes=1000000-9999999", 1000000, 1000000 + PIECE),
     ("bytes=4999999-4999999", 4999999, 5000000),
     ("BYTES=0-0", 0, 1)],
)  # fmt: skip
def test_a_part_is_a_206_and_small_even_with_compression(show: Any, asked: str, start: int, end: int) -> None:
    film = picture("mp4", 5_000_000)
    answer = show({"a.mp4": film}, Range=asked, **{"Accept-Encoding": "gzip, br"})

    assert answer.status_code == 206
    assert answer.content == film[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/5000000"
    assert answer.headers["Content-Length"] == str(end - start)
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers.get("Content-Encoding", "identity") == "identity"


@pytest.mark.parametrize("asked", ["bytes=5000000-", "bytes=-0", "bytes=9999999-99999999"])
def test_a_part_that_is_not_there_is_a_416(show: Any, asked: str) -> None:
    answer = show({"a.mp4": picture("mp4", 5_000_000)}, Range=asked)

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */5000000"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "bytes=a-b", "lines=1-2", ""])
def test_what_is_not_understood_is_answered_with_all(show: Any, asked: str) -> None:
    content = picture()
    answer = show({"a.jpg": content}, Range=asked)

    assert (answer.status_code, answer.content) == (200, content)


def test_a_large_picture_is_sent_in_pieces(show: Any) -> None:
    content = picture("jpg", 2 * PIECE + 17)
    answer = show({"a.jpg": content})

    assert answer.content == content
    assert answer.headers["Content-Length"] == str(len(content))


def test_what_a_browser_has_is_not_sent_again(show: Any) -> None:
    etag = show({"a.jpg": picture()}).headers["ETag"]
    answer = show({"a.jpg": picture()}, **{"If-None-Match": etag})

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_part_of_another_version_is_answered_with_all(show: Any) -> None:
    content = picture()
    answer = show({"a.jpg": content}, Range="bytes=5-9", **{"If-Range": '"another"'})

    assert (answer.status_code, answer.content) == (200, content)


@pytest.mark.parametrize(
    "change", [b"", picture(seed="another"), picture()[:-20], picture() + b"more", b"<html>"]
)
def test_a_picture_that_was_changed_since_is_not_shown(show: Any, change: bytes) -> None:
    answer = show({"a.jpg": picture()}, edit=lambda folder: (folder / "a.jpg").write_bytes(change))

    assert answer.status_code == 404
    assert "changed" in answer.text or "no picture" in answer.text


def test_a_film_that_was_cut_since_breaks_off_and_is_not_filled_up(show: Any) -> None:
    film = picture("mp4", 5_000_000)
    cut = lambda folder: (folder / "a.mp4").write_bytes(film[:3_000_000])  # noqa: E731
    answer = show({"a.mp4": film}, edit=cut, Range="bytes=2500000-")

    assert answer.status_code == 404


def test_a_thumbnail_is_sent_where_there_is_one_else_the_picture(show: Any) -> None:
    small, large = picture(seed="small"), picture(seed="large")
    extras = {"more": {"extras": [{"thumbnail": "a.thumbnail.jpg"}]}}
    write = lambda folder: (folder / "a.thumbnail.jpg").write_bytes(small)  # noqa: E731

    assert show({"a.jpg": large}, "files/0/thumbnail", write, **extras).content == small
    gone = lambda folder: (folder / "a.thumbnail.jpg").unlink()  # noqa: E731
    assert show({"a.jpg": large}, "files/0/thumbnail", gone, **extras).content == large
    assert show({"a.jpg": large}, "files/0/thumbnail").content == large
    assert show({"a.mp4": picture("mp4")}, "files/0/thumbnail").status_code == 404


def test_pictures_that_were_submitted_are_shown_where_they_lie_below_a_root(show: Any, root: Path) -> None:
    face, elsewhere = root / "people" / "anna.jpg", root.parent / "private.jpg"
    face.parent.mkdir()
    for path in (face, elsewhere):
        path.write_bytes(picture(seed=path.name))
    inputs = {"face": face.as_uri(), "image": elsewhere.as_uri(), "video": "https://example.com/x.mp4"}
    more = {"more": {"inputs": inputs}}

    assert show({"a.jpg": picture()}, "inputs/face", **more).content == face.read_bytes()
    for name in ("image", "video", "reference_image", "evil", "manifest"):
        assert show({"a.jpg": picture()}, f"inputs/{name}", **more).status_code == 404
