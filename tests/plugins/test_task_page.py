"""What a task's page says: its pictures, or why there are none."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.airflow_rows import add_run, add_task
from tests.plugins.saved import picture, save, value_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_runs = itertools.count()
BY = "\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}"  # between width and height
PROCESSING = {"id": "7", "status": "processing", "output": [], "proxy_links": []}


@pytest.fixture
def page(pages: Any) -> Callable[..., str]:
    """The text of the page of a task with these values: `page(state="failed", error="…")`."""

    def page(query: str = "", **task: Any) -> str:
        run_id = f"page-{next(_runs)}"
        add_run("faces", run_id)
        add_task("faces", run_id, "save", **task)
        answer = pages.get(f"/modelslab/dags/faces/runs/{run_id}/tasks/save/-1{query}")
        assert answer.status_code == 200
        return str(answer.text)

    return page


def test_a_result_is_shown_with_all_that_is_known_of_it(page: Any, root: Path) -> None:
    face = root / "anna.jpg"
    face.write_bytes(picture())
    value = save(
        root,
        "101",
        {"a.jpg": picture(), "b.mp4": picture("mp4")},
        inputs={"face": face.as_uri(), "image": "https://example.com/group.jpg?token=secret"},
        consent_reference="contract 7",
        nsfw_content_detected=[True, False],
        extras=[
            {"width": 640, "height": 480},
            {"width": 320, "height": 240, "duration": 4.04, "thumbnail": "b.jpg"},
        ],
    )
    text = page(return_value=value, seconds=200)

    assert "took 3 min 20 s, wait included" in text
    assert "generated in 2.5 s" in text
    assert "consent: contract 7" in text
    assert value["manifest"] in text
    assert f"B · image/jpeg · 640{BY}480 · found not safe for work" in text
    assert f"video/mp4 · 320{BY}240, 4.0\N{NO-BREAK SPACE}s" in text
    assert 'alt="Result of face swap 101: picture 1 of 2, a.jpg"' in text
    film = "./-1/results/0/files/1"
    assert f'<video controls preload="none" src="{film}" poster="{film}/thumbnail"' in text
    assert 'src="./-1/results/0/inputs/face" alt="Submitted for face swap 101: face"' in text
    assert "https://example.com/group.jpg" in text
    assert "secret" not in text
    assert len(re.findall(r">[0-9a-f]{64}<", text)) == 2


def test_several_results_are_shown_in_their_order(page: Any, root: Path) -> None:
    values = [save(root, request_id, {"a.jpg": picture(seed=request_id)}) for request_id in ("3", "1", "2")]

    assert re.findall(r"<h2>Face swap (\d)</h2>", page(return_value=values)) == ["3", "1", "2"]


def test_what_is_done_is_shown_while_the_rest_is_waited_for(page: Any, root: Path) -> None:
    done = [save(root, "1", {"a.jpg": picture()}), save(root, "2", {"a.jpg": picture(seed="2")})]
    text = page(state="deferred", completed=done, rendered={"request_id": ["1", "2", "3"]})

    assert "Waiting for ModelsLab since 2026-03-01 12:00:00 UTC" in text
    assert ": 2 of 3 face swaps are done; no worker is held." in text
    assert text.count("<figure>") == 2


def test_results_that_a_person_is_asked_about_are_shown_beside_what_was_answered(
    page: Any, root: Path
) -> None:
    shown = [save(root, "1", {"a.jpg": picture()}), save(root, "2", {"a.jpg": picture(seed="2")})]
    asked = {"operator": "FaceSwapSelectionOperator", "face_swaps": shown}

    assert "Waiting for a person&#39;s answer since" in page(state="awaiting_input", **asked)
    decision = {"chosen_options": ["2 a.jpg"], "responded_by_user": {"id": "7", "name": "anna"}}
    answered = page(state="success", return_value=shown[1:], decision=decision, **asked)
    assert answered.count("<figure>") == 2
    assert "2 a.jpg, said anna." in answered


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({"state": None}, "This task has not begun."),
        ({"state": "queued"}, "This task has not begun."),
        ({"state": "running"}, "Running since 2026-03-01 12:00:00 UTC"),
        ({"state": "deferred"}, "Waiting for ModelsLab since 2026-03-01 12:00:00 UTC"),
        ({"state": "failed", "error": "Request 7: the job failed: No face."}, "the job failed: No face"),
        ({"state": "failed"}, "This task has failed.</p>\n<p>Its log says why."),
        ({"state": "up_for_retry", "error": "Request 7: no answer."}, "Airflow tries it again"),
        ({"state": "skipped"}, "This task was skipped."),
        ({"state": "upstream_failed"}, "a task before it has failed"),
        ({"state": "success"}, "left no result in XCom that can be read here"),
        ({"state": "success", "return_value": "s3://backend/x"}, "a custom XCom backend keeps its value"),
        ({"state": "success", "return_value": PROCESSING}, "this task does not wait for it"),
        ({"operator": "BashOperator", "return_value": "x"}, "a task of BashOperator: it saves no face swaps"),
    ],
)  # fmt: skip
def test_where_there_is_nothing_to_show_it_says_why(page: Any, root: Path, task: Any, expected: str) -> None:
    text = page(**task)

    assert expected in text
    assert "<figure>" not in text


def test_without_a_destination_it_says_what_to_give(page: Any, root: Path) -> None:
    value = value_of("7", "x") | {"manifest": None, "files": None}
    text = page(return_value=value)

    assert "The files of face swap 7 were not saved: the task has no destination." in text
    assert "Give the operator a destination" in text


def test_a_root_that_is_not_allowed_is_told_with_the_line_to_set(page: Any, root: Path) -> None:
    text = page(return_value=value_of("7", "s3://aws_default@bucket/face-swaps/7/manifest.json"))

    assert "lie below no folder that may be shown" in text
    assert "[modelslab]\npreview_roots = …, s3://aws_default@bucket/face-swaps/</pre>" in text


def test_a_setting_that_cannot_be_read_is_told(
    page: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", "faces/")

    assert "entry 1 of preview_roots is no root" in page(return_value=save(root, "1", {"a.jpg": picture()}))


def test_files_that_were_removed_are_told(page: Any, root: Path) -> None:
    value = save(root, "7", {"a.jpg": picture()})
    (root / "7" / "manifest.json").unlink()

    assert "The files of face swap 7 are not there any more" in page(return_value=value)


def test_a_thousand_files_are_paged(page: Any, root: Path) -> None:
    value = save(root, "7", {f"{at}.jpg": picture(seed=str(at)) for at in range(100)})
    first, last, after = (page(f"?page={number}", return_value=value) for number in (1, 3, 9))

    assert (first.count("<figure>"), last.count("<figure>"), after.count("<figure>")) == (48, 4, 0)
    assert "Page 1 of 3" in first
    assert 'href="?page=2" rel="next"' in first
    assert 'href="?page=2" rel="prev"' in last
    assert first.count('loading="lazy"') == 48
    assert 'src="./-1/results/0/files/96"' in last


def test_results_are_paged_together(page: Any, root: Path) -> None:
    values = [save(root, str(at), {"a.jpg": picture(), "b.jpg": picture()}) for at in range(30)]
    text = page("?page=2", return_value=values)

    assert text.count("<figure>") == 12
    assert re.findall(r"<h2>Face swap (\d+)</h2>", text) == ["24", "25", "26", "27", "28", "29"]


@pytest.mark.parametrize("query", ["?page=0", "?page=-1", "?page=x", "?page=99999999999999999999"])
def test_a_page_that_cannot_be_is_refused(pages: Any, query: str) -> None:
    assert pages.get(f"/modelslab/dags/faces/runs/r/tasks/save/-1{query}").status_code == 422
