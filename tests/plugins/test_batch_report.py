"""The page of a batch: the pictures that its report names, and why others are missing."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.airflow_rows import add_run, add_task
from tests.plugins.saved import picture, save

_runs = itertools.count()


@pytest.fixture
def run(pages: Any) -> Callable[..., Any]:
    """Get a page of a run with a batch: `run("", return_value=…)` is its contact sheet."""

    def run(path: str = "/tasks/batch/-1", **task: Any) -> Any:
        run_id = f"batch-{next(_runs)}"
        add_run("faces", run_id)
        add_task("faces", run_id, "batch", **task)
        return pages.get(f"/modelslab/dags/faces/runs/{run_id}{path}")

    return run


def batch(root: Path, count: int, failed: int = 0, **more: Any) -> dict[str, Any]:
    """Save a batch's pictures and its report below a root; return the task's value."""
    lines = []
    for number in range(count):
        value = save(root, f"{number}", {"a.jpg": picture(seed=str(number))})
        files = [each["uri"] for each in value["files"]]
        lines.append({"state": "saved", "id": value["id"], "files": files, "manifest": value["manifest"]})
    lines += [{"state": "failed", "error": "No face"}] * failed
    (root / "batch.jsonl").write_text("\n".join([*map(json.dumps, lines), "", "no json", "[1]"]))
    return {"total": count + failed, "saved": count, "report": f"{root.as_uri()}/batch.jsonl", **more}


def test_its_pictures_are_shown_page_by_page(run: Any, root: Path) -> None:
    value = batch(root, 50)

    assert len(re.findall("<h2>Face swap", run(return_value=value).text)) == 48
    assert re.findall(
        r"<h2>Face swap (\d+)</h2>", run("/tasks/batch/-1?page=2", return_value=value).text
    ) == [
        "48",
        "49",
    ]
    answer = run("/tasks/batch/-1/results/49/files/0", return_value=value)
    assert answer.content == picture(seed="49")
    assert run("/tasks/batch/-1/results/50/files/0", return_value=value).status_code == 404


def test_the_contact_sheet_has_some_of_them(run: Any, root: Path) -> None:
    text = run("", return_value=batch(root, 9)).text
    assert len(re.findall("/results/[0-9]/files/0", text)) >= 4
    assert "5 more" in text


def test_what_is_missing_is_told_whether_the_task_failed_or_not(run: Any, root: Path) -> None:
    value = batch(root, 2, failed=1)

    assert "2 of 3 face swaps are saved" in run(return_value=value).text
    text = run(state="failed", batch=value, error="1 of 3 face swaps have no files").text
    assert "1 of 3 face swaps have no files" in text
    assert len(re.findall("<h2>Face swap", text)) == 2


def test_a_report_that_may_not_be_shown_or_is_gone_is_explained(run: Any, root: Path, tmp_path: Path) -> None:
    value = batch(root, 1)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(exist_ok=True)

    text = run(return_value={**value, "report": f"{elsewhere.as_uri()}/batch.jsonl"}).text
    assert f"preview_roots = …, {elsewhere.as_uri()}/" in text
    for name, said in {"x/batch.jsonl": "is not there any more", "0/a.jpg": "no manifest of"}.items():
        assert said in run(return_value={**value, "report": f"{root.as_uri()}/{name}"}).text


@pytest.mark.parametrize(
    "line",
    [
        {"state": "saved", "id": "1", "files": ["x"], "manifest": "file:///etc/manifest.json"},
        {"state": "saved", "id": "1", "files": ["x"], "manifest": 7},
        {"state": "saved", "id": "1", "files": 7, "manifest": "x"},
    ],
)
def test_a_line_that_is_not_this_provider_s_shows_nothing(run: Any, root: Path, line: dict[str, Any]) -> None:
    value = batch(root, 0)
    (root / "batch.jsonl").write_text(json.dumps(line))
    assert run(return_value=value).status_code == 200
    assert run("/tasks/batch/-1/results/0/files/0", return_value=value).status_code == 404
