"""Data of odd sizes and kinds: no page breaks of it, and none holds the server."""

from __future__ import annotations

import itertools
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.airflow_rows import add_run, add_task
from tests.plugins.saved import picture, save, value_of

if TYPE_CHECKING:
    from pathlib import Path

_runs = itertools.count()


def show(pages: Any, path: str = "", **task: Any) -> Any:
    run_id = f"odd-{next(_runs)}"
    add_run("faces", run_id)
    add_task("faces", run_id, "save", **task)
    return pages.get(f"/modelslab/dags/faces/runs/{run_id}/tasks/save/-1{path}")


@pytest.mark.parametrize("map_index", ["9" * 30, "-2", "-" + "9" * 30, "1e3", "٣"])
def test_a_map_index_that_cannot_be_is_not_found(pages: Any, map_index: str) -> None:
    assert pages.get(f"/modelslab/dags/faces/runs/r/tasks/save/{map_index}").status_code == 404


@pytest.mark.parametrize("path", ["results/{}/files/0", "results/0/files/{}", "results/0/files/{}/thumbnail"])
def test_positions_of_thousands_of_digits_are_not_found(pages: Any, path: str) -> None:
    answer = pages.get(f"/modelslab/dags/faces/runs/r/tasks/save/-1/{path.format('9' * 5000)}")
    assert answer.status_code == 404


def test_half_a_character_breaks_no_page(pages: Any, root: Path) -> None:
    half = "\ud800"
    value = save(root, "1", {"a.jpg": picture()}, consent_reference=half, id=half)
    for task in (
        {"return_value": value},
        {"return_value": {**value, "id": half}},
        {"return_value": {**value, "manifest": half}},
        {"state": "failed", "error": half, "_link_modelslab_face_swap": "x"},
    ):
        assert show(pages, **task).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [10**400, 2**63, -1])
def test_a_size_that_cannot_be_makes_no_manifest(pages: Any, root: Path, size: int) -> None:
    folder = root / "1"
    folder.mkdir()
    entry = {"name": "a.jpg", "size": size, "sha256": "", "content_type": "image/jpeg"}
    (folder / "manifest.json").write_text(json.dumps({"version": 1, "id": "1", "files": [entry]}))

    answer = show(pages, return_value=value_of("1", f"{folder.as_uri()}/manifest.json"))
    assert answer.status_code == 200
    assert "is no manifest" in answer.text


@pytest.mark.parametrize("name", ["日本.jpg", "😀.jpg", 'a"; filename="x.html.jpg', "ü ö.jpg", "a;b,c.jpg"])
def test_a_submitted_picture_of_any_name_is_shown_and_named(pages: Any, root: Path, name: str) -> None:
    (root / name).write_bytes(picture())
    value = save(root, "1", {"a.jpg": picture()}, inputs={"face": f"{root.as_uri()}/{name}"})
    answer = show(pages, "/results/0/inputs/face", return_value=value)

    assert answer.content == picture()
    disposition = answer.headers["Content-Disposition"]
    assert disposition.count("filename=") == 1
    assert disposition.isascii()


def test_the_server_answers_while_it_makes_a_page_of_very_much(pages: Any, root: Path) -> None:
    folder = root / "1"
    folder.mkdir()
    inputs = dict.fromkeys(("face", "image", "video", "reference_image"), "file:///" + "a/" * 200_000)
    entry = {"name": "a.jpg", "size": 1, "sha256": "", "content_type": "image/jpeg"}
    (folder / "manifest.json").write_text(
        json.dumps({"version": 1, "id": "1", "files": [entry], "inputs": inputs})
    )
    value = value_of("1", f"{folder.as_uri()}/manifest.json")
    slow = threading.Thread(target=show, args=(pages,), kwargs={"return_value": [value] * 20_000})
    slow.start()
    waits = []
    while slow.is_alive():
        begun = time.monotonic()
        assert pages.get("/modelslab/nothing").status_code == 404
        waits.append(time.monotonic() - begun)
    slow.join()

    assert waits
