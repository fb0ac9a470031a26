"""Thumbnails beside what was saved, whatever a decoder does."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import PIL.Image
import pytest
from airflow.providers.common.compat.sdk import AirflowTaskTimeout

from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving import thumbnails
from airflow_provider_modelslab.saving.destination import as_path
from airflow_provider_modelslab.saving.manifest import SavedFile
from airflow_provider_modelslab.saving.media_type import HEAD, identify
from airflow_provider_modelslab.saving.store import Store
from airflow_provider_modelslab.saving.thumbnails import Bounds, with_thumbnails
from tests.saving.helpers import save, tree
from tests.saving.real_files import real_file
from tests.saving.test_thumbnail_process import png_of

if TYPE_CHECKING:
    from collections.abc import Iterator


log = logging.getLogger("tests.saving")
JPEG, FILM = real_file("baseline.jpg"), real_file("plain.mp4")


@pytest.fixture(autouse=True)
def no_thumbnails() -> None:
    """Not here."""


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, which every test leaves empty."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert tree(folder) == []


def put(store: Store, files: dict[str, bytes]) -> list[SavedFile]:
    """Write files as saving does, and return what it says of them."""
    for name, data in files.items():
        store.write(name, data)
    return [
        SavedFile(name, store.uri(name), len(data), "0", identify(data[:HEAD]).content_type)
        for name, data in files.items()
    ]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert not any(record.exc_info for record in caplog.records)
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


def inline(data: bytes) -> str:
    return f"data:image/any;base64,{b64encode(data).decode()}"


def test_each_saved_file_has_a_thumbnail_which_the_manifest_names(tmp_path: Path) -> None:
    result = FaceSwapResult("7", (inline(JPEG), inline(FILM)))
    saved = save(result, tmp_path)
    manifest = json.loads((tmp_path / "7/manifest.json").read_text())
    picture, film = manifest["files"]
    assert (picture["width"], picture["height"], picture["thumbnail"]) == (64, 64, "output-1.thumbnail.jpeg")
    assert "duration" not in picture
    assert (film["width"], film["height"], film["duration"]) == (64, 64, pytest.approx(1.2))
    assert film["thumbnail"] == "output-2.thumbnail.jpeg"
    for name in (picture["thumbnail"], film["thumbnail"]):
        with PIL.Image.open(tmp_path / "7" / name) as image:
            assert (image.format, image.size) == ("JPEG", (64, 64))
    assert [list(each) for each in saved["files"]] == [["uri", "size", "sha256", "content_type"]] * 2


def test_what_stands_is_whole_without_its_thumbnail(tmp_path: Path) -> None:
    result = FaceSwapResult("7", (inline(JPEG),))
    first = save(result, tmp_path)
    (tmp_path / "7/output-1.thumbnail.jpeg").unlink()
    assert save(result, tmp_path) == first
    assert tree(tmp_path) == ["7/manifest.json", "7/output-1.jpg"]


def test_what_is_saved_again_has_its_new_thumbnail_and_no_other(tmp_path: Path) -> None:
    save(FaceSwapResult("7", (inline(JPEG),)), tmp_path)
    before = tree(tmp_path)
    another = FaceSwapResult("7", (inline(real_file("moving.gif")),))
    save(FaceSwapResult("7", (inline(real_file("progressive.jpg")),)), tmp_path, if_exists="overwrite")
    assert tree(tmp_path) == before
    save(another, tmp_path, if_exists="overwrite")
    with PIL.Image.open(tmp_path / "7/output-1.thumbnail.jpeg") as image:
        assert image.size == (32, 32)


def test_many_files_have_a_thumbnail_each(tmp_path: Path) -> None:
    store = Store(as_path(tmp_path))
    found = with_thumbnails(put(store, {f"{at}.jpg": JPEG for at in range(10)}), store, log)
    assert [each.thumbnail for each in found] == [f"{at}.thumbnail.jpeg" for at in range(10)]


def test_broken_files_cost_the_others_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(as_path(tmp_path))
    given = {"a.jpg": JPEG, "bomb.png": png_of(40_000, 40_000), "cut.jpg": JPEG[:700], "b.mp4": FILM}
    files = put(store, given)
    found = with_thumbnails(files, store, log)
    assert [each.thumbnail for each in found] == ["a.thumbnail.jpeg", None, None, "b.thumbnail.jpeg"]
    assert found[1:3] == files[1:3]
    (warning,) = warnings(caplog)
    assert "bomb.png: DecompressionBombError" in warning
    assert "cut.jpg: OSError" in warning
    assert "\n" not in warning


def test_a_file_that_the_decoder_dies_of_costs_the_others_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(as_path(tmp_path))
    files = put(store, {"a.jpg": JPEG, "b.jpg": JPEG, "c.jpg": JPEG})
    make_endless(tmp_path / "b.jpg")
    found = with_thumbnails(files, store, log, Bounds(seconds_a_file=3))
    assert [each.thumbnail for each in found] == ["a.thumbnail.jpeg", None, "c.thumbnail.jpeg"]
    assert warnings(caplog) == ["Saved without all thumbnails: b.jpg: its decoder was ended by SIGALRM"]


def make_endless(path: Path) -> None:
    """Put a pipe in a file's place that nobody writes to: to open it takes for ever."""
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "bounds", [Bounds(seconds_a_file=0.001), Bounds(memory=2**24), Bounds(most_seconds=0)]
)
def test_where_no_thumbnail_can_be_made_within_bounds_the_files_are_as_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bounds: Bounds
) -> None:
    store = Store(as_path(tmp_path))
    files = put(store, {f"{at}.jpg": JPEG for at in range(5)})
    assert with_thumbnails(files, store, log, bounds) == files
    assert len(warnings(caplog)) == 1
    assert tree(tmp_path) == [f"{at}.jpg" for at in range(5)]


def test_a_store_that_takes_no_thumbnail_fails_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "7/output-1.thumbnail.jpeg").mkdir(parents=True)  # a folder of that name
    saved = save(FaceSwapResult("7", (inline(JPEG),)), tmp_path)
    assert len(saved["files"]) == 1
    assert ["output-1.jpg: IsADirectoryError" in each for each in warnings(caplog)] == [True]
    assert tree(tmp_path) == ["7/manifest.json", "7/output-1.jpg"]


def test_a_python_that_cannot_be_started_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(as_path(tmp_path))
    files = put(store, {"a.jpg": JPEG})
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    assert with_thumbnails(files, store, log) == files
    assert len(warnings(caplog)) == 1


def test_the_task_s_timeout_ends_it_and_the_decoder(tmp_path: Path) -> None:
    store = Store(as_path(tmp_path))
    files = put(store, {"a.jpg": JPEG})
    make_endless(tmp_path / "a.jpg")

    def over(*_: Any) -> None:
        os.close(os.open(tmp_path / "a.jpg", os.O_WRONLY | os.O_NONBLOCK))  # fails if nobody reads
        raise AirflowTaskTimeout("over")

    before = signal.signal(signal.SIGALRM, over)
    try:
        signal.setitimer(signal.ITIMER_REAL, 2)
        with pytest.raises(AirflowTaskTimeout):
            with_thumbnails(files, store, log)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with pytest.raises(OSError, match="No such device"):
        os.open(tmp_path / "a.jpg", os.O_WRONLY | os.O_NONBLOCK)


def test_no_secret_of_the_environment_reaches_the_decoder(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("fake")
    (folder / "PIL").mkdir()
    seen = folder / "seen.json"
    (folder / "PIL/__init__.py").write_text(
        f"import json, os, pathlib\npathlib.Path({str(seen)!r}).write_text(json.dumps(dict(os.environ)))"
    )
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", "s3cret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    store = Store(as_path(tmp_path))
    with_thumbnails(put(store, {"a.jpg": JPEG}), store, log)
    environment = json.loads(seen.read_text())
    assert "s3cret" not in environment.values()
    assert set(environment) <= {*thumbnails._ENVIRONMENT, "PYTHONPATH", "LC_CTYPE"}


def test_without_the_extra_nothing_is_made_said_or_started(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.saving.without_pillow", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"said": [], "started": []}
    assert tree(tmp_path) == ["7/manifest.json", "7/output-1.gif"]
