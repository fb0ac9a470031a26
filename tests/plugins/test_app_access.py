"""Who may see the pages, and under which ids."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.plugins.airflow_rows import add_run, add_task
from tests.plugins.saved import picture, save

if TYPE_CHECKING:
    from pathlib import Path

_runs = itertools.count()


@pytest.fixture
def run_id(pages: Any) -> str:
    """A run of its own, of the Dag `faces`."""
    run_id = f"access-{next(_runs)}"
    add_run("faces", run_id)
    return run_id


def every_path(run_id: str) -> list[str]:
    """A path for each route of the application."""
    from airflow_provider_modelslab.plugins.app import make_app

    values = {
        "dag_id": "faces",
        "run_id": run_id,
        "task_id": "save",
        "map_index": "-1",
        "result": "0",
        "at": "0",
    }
    paths = [
        getattr(route, "path_format", None) or str(getattr(route, "path", "")) for route in make_app().routes
    ]
    return [f"/modelslab{path.format(**values, name='face')}" for path in paths]


def test_every_route_asks_who_is_there(pages: Any, root: Path, run_id: str) -> None:
    face = root / "face.jpg"
    face.write_bytes(picture())
    add_task(
        "faces",
        run_id,
        "save",
        return_value=save(root, "1", {"a.jpg": picture()}, inputs={"face": face.as_uri()}),
    )
    paths = every_path(run_id)

    assert len(paths) == 5
    for path in paths:
        assert pages.get(path).status_code == 200, path
        assert pages.get(path, user=None).status_code == 401, path
        assert pages.get(path, user="stranger").status_code == 403, path


def test_an_unknown_path_is_none_of_the_routes(pages: Any) -> None:
    for path in ("/modelslab/", "/modelslab/docs", "/modelslab/openapi.json", "/modelslab/dags/faces"):
        assert pages.get(path, user=None).status_code == 404, path


@pytest.mark.parametrize("more", ["?dag_id=other", "?dag_id=~", "?run_id=x&task_id=y"])
def test_a_query_names_no_other_dag(pages: Any, root: Path, run_id: str, more: str) -> None:
    add_task("faces", run_id, "save", return_value=save(root, "1", {"a.jpg": picture()}))
    path = f"/modelslab/dags/faces/runs/{run_id}/tasks/save/-1"

    assert pages.get(path + more).text.count("Face swap 1") == pages.get(path).text.count("Face swap 1") > 0
    assert pages.get(path + more, user="stranger").status_code == 403


AWKWARD = ["a/b", "what?", "#1", "50%", "a+b", "two words", "%2F", "x;y=z", ". .", "/", "//", "ü&<b>", "a:b"]


@pytest.mark.parametrize("awkward", AWKWARD)
def test_run_ids_with_anything_in_them_work(pages: Any, root: Path, awkward: str) -> None:
    run_id = f"manual__2026-03-01T12:00:00+00:00 {awkward}"
    add_run("faces", run_id)
    add_task("faces", run_id, "save", return_value=save(root, "1", {"a.jpg": picture()}))
    run = f"/modelslab/dags/faces/runs/{quote(run_id, safe='')}"
    page = f"{run}/tasks/save/-1"

    for path in (run, page):
        answer = pages.get(path)
        assert answer.status_code == 200
        links = pages.links(path, answer.text)
        assert links
        for link in links:
            assert pages.get(link).status_code == 200, link


@pytest.mark.parametrize("map_index", ["-1", "{MAP_INDEX}", "%7BMAP_INDEX%7D"])
def test_a_task_that_is_not_mapped_is_found_under_each_way_to_say_so(
    pages: Any, root: Path, run_id: str, map_index: str
) -> None:
    add_task("faces", run_id, "save", return_value=save(root, "1", {"a.jpg": picture()}))
    path = f"/modelslab/dags/faces/runs/{run_id}/tasks/save/{map_index}"
    answer = pages.get(path)

    assert "Face swap 1" in answer.text
    kinds = [pages.get(link).headers["Content-Type"] for link in pages.links(path, answer.text)]
    assert kinds == ["text/html; charset=utf-8", "image/jpeg", "image/jpeg"]


def test_each_mapped_task_shows_its_own(pages: Any, root: Path, run_id: str) -> None:
    for index in range(3):
        value = save(root, f"10{index}", {"a.jpg": picture(seed=str(index))})
        add_task("faces", run_id, "save", index, return_value=value)

    for index in range(3):
        page = pages.get(f"/modelslab/dags/faces/runs/{run_id}/tasks/save/{index}")
        assert f"Face swap 10{index}" in page.text
        assert page.text.count("<figure>") == 1


@pytest.mark.parametrize(
    "path", ["tasks/nope/-1", "tasks/save/7", "tasks/save/x", "tasks/save/-1/results/1/files/0"]
)
def test_what_is_not_there_is_told(pages: Any, root: Path, run_id: str, path: str) -> None:
    add_task("faces", run_id, "save", return_value=save(root, "1", {"a.jpg": picture()}))

    assert pages.get(f"/modelslab/dags/faces/runs/{run_id}/{path}").status_code == 404


def test_pages_run_no_script_and_load_only_from_here(pages: Any, root: Path, run_id: str) -> None:
    add_task("faces", run_id, "save", return_value=save(root, "1", {"a.jpg": picture()}))
    answer = pages.get(f"/modelslab/dags/faces/runs/{run_id}/tasks/save/-1")
    policy = answer.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; img-src 'self'; media-src 'self'; style-src 'nonce-")
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert f'<style nonce="{nonce}">' in answer.text


def test_what_an_xcom_says_is_escaped(pages: Any, root: Path, run_id: str) -> None:
    evil = "<script>alert(1)</script>"
    value = save(root, "1", {"a.jpg": picture()}, consent_reference=evil, id=evil)
    add_task(
        "faces", run_id, "save", return_value=[value, {**value, "id": evil, "manifest": f"s3://x/{evil}"}]
    )
    add_task("faces", run_id, "bad", state="failed", error=evil, _link_modelslab_face_swap="x")

    for task in ("save", "bad"):
        text = pages.get(f"/modelslab/dags/faces/runs/{run_id}/tasks/{task}/-1").text
        assert "&lt;script&gt;" in text
        assert "<script" not in text


def test_what_was_submitted_is_told_by_its_name_and_its_whole_address(
    pages: Any, root: Path, run_id: str
) -> None:
    value = save(root, "1", {"a.jpg": picture()}, inputs={"face": "s3://aws@bucket/faces/ben.jpg"})
    add_task("faces", run_id, "save", return_value=value)
    text = pages.get(f"/modelslab/dags/faces/runs/{run_id}/tasks/save/-1").text

    assert '<span class="facts">ben.jpg</span>' in text
    assert ">s3://aws@bucket/faces/ben.jpg</code>" in text
