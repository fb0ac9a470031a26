"""The contact sheet of a run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.plugins.airflow_rows import add_run, add_task
from tests.plugins.saved import picture, save

if TYPE_CHECKING:
    from pathlib import Path


def test_it_shows_all_face_swaps_of_the_run_newest_first(pages: Any, root: Path) -> None:
    add_run("faces", "sheet")
    many = {f"{at}.jpg": picture(seed=str(at)) for at in range(6)}
    add_task("faces", "sheet", "save", later=1, return_value=save(root, "1", many))
    for index in range(2):
        value = save(root, f"2{index}", {"a.jpg": picture(seed=str(index))})
        add_task("faces", "sheet", "mapped", index, later=2 + index, return_value=value)
    film = save(
        root, "3", {"a.mp4": picture("mp4"), "b.mp4": picture("mp4")}, extras=[{"thumbnail": "a.jpg"}]
    )
    add_task("faces", "sheet", "film", later=4, operator="FaceSwapOperator", return_value=film)
    add_task("faces", "sheet", "waiting", later=5, state="deferred")
    add_task("faces", "sheet", "failed", later=6, state="failed", error="Request 9: the job failed.")
    add_task("faces", "sheet", "derived", later=7, operator="OurSwap", _link_modelslab_face_swap="http://x")
    add_task(
        "faces", "sheet", "other", later=8, operator="BashOperator", return_value={"id": "1", "status": "x"}
    )
    add_task("faces", "sheet", "not_begun", state=None, begun=False)
    path = "/modelslab/dags/faces/runs/sheet"
    text = pages.get(path).text

    cards = re.findall(r'<h2><a href="([^"]+)">([^<]+)</a></h2>', text)
    assert [name for _, name in cards] == [
        "derived", "failed", "waiting", "film", "mapped [1]", "mapped [0]", "save", "not_begun",
    ]  # fmt: skip
    assert "8 tasks with face swaps in this run" in text
    for href, _ in cards:
        assert pages.get(pages.links(path, f'href="{href}"')[0]).status_code == 200
    assert text.count("<img") == 4 + 2 + 1
    assert "2 more" in text
    assert "Request 9: the job failed." in text
    assert "Waiting for ModelsLab" in text
    assert "BashOperator" not in text


def test_a_run_without_face_swaps_says_so(pages: Any, root: Path) -> None:
    add_run("faces", "empty-sheet")

    assert (
        "This run has no tasks of FaceSwapOperator"
        in pages.get("/modelslab/dags/faces/runs/empty-sheet").text
    )


def test_many_are_paged(pages: Any, root: Path) -> None:
    add_run("faces", "long-sheet")
    for index in range(50):
        add_task("faces", "long-sheet", "save", index, later=index, return_value=None)
    first, last = (pages.get(f"/modelslab/dags/faces/runs/long-sheet?page={page}").text for page in (1, 3))

    assert re.findall(r">save \[(\d+)\]<", first)[:3] == ["49", "48", "47"]
    assert re.findall(r">save \[(\d+)\]<", last) == ["1", "0"]
    assert "Page 3 of 3" in last
