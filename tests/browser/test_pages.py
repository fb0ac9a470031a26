"""Seen with a browser: what people find in Airflow's pages of face swaps, and what they can do there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.settings import FIRST_WITH_TABS_OF_OPERATORS, airflow_is
from tests.browser import looks
from tests.browser.answering import approve, choose, reject
from tests.browser.drawn import HEIGHT, SECONDS, WIDTH
from tests.browser.stage import ADMIN, MESSAGE, STRANGER, VIEWER, Task, own_sheet, run_path
from tests.browser.visitor import PHONE, natural_sizes, play
from tests.support.standin.faces import figures, in_file

if TYPE_CHECKING:
    from tests.browser.conftest import Visit
    from tests.browser.stage import Runs, Stage

pytestmark = pytest.mark.browser

PORTRAIT, THUMBNAIL = (640, 640), (480, 480)
PIECE = 2 * 2**20  # of a film, that the server sends at once


def test_the_tab_shows_face_target_and_result_and_needs_no_script(visit: Visit, runs: Runs) -> None:
    task = Task(runs.catalogue, "swap", 0)
    frame = visit(VIEWER).open_tab(task.path, "Face swap")
    assert frame.locator("h1").inner_text() == "swap [0]"
    assert natural_sizes(frame) == [PORTRAIT, PORTRAIT, THUMBNAIL]
    assert frame.locator("figcaption strong").all_inner_texts()[:2] == ["face", "target"]
    assert "consent: form 12" in frame.locator("main").inner_text()

    page = visit(VIEWER, java_script_enabled=False).open(task.own_page)
    assert natural_sizes(page) == [PORTRAIT, PORTRAIT, THUMBNAIL]
    page.locator(".after a").click()
    assert natural_sizes(page) == [PORTRAIT]  # the file itself


def test_a_film_plays_from_any_moment(visit: Visit, runs: Runs) -> None:
    visitor = visit(VIEWER)
    film = visitor.open_tab(Task(runs.explained, "film").path, "Face swap").locator("video")
    played = play(film, share=0.8)
    assert played["error"] is None
    assert played["size"] == [WIDTH, HEIGHT]
    assert played["duration"] == pytest.approx(SECONDS, abs=0.2)
    assert played["from"] == pytest.approx(0.8 * SECONDS, abs=0.2)
    assert played["to"] > played["from"]
    assert max(start for _, start in visitor.parts) > PIECE


@pytest.mark.parametrize("which", ["deferred", "mapped"])
def test_the_extra_link_leads_to_the_tab(visit: Visit, runs: Runs, which: str) -> None:
    task = Task(runs.explained, "waiting") if which == "deferred" else Task(runs.catalogue, "swap", 1)
    visitor = visit(VIEWER)
    frame = visitor.follow_extra_link(task.path, "Face swap")
    assert visitor.page.url == f"{visitor.stage.url}{task.path}/plugin/face-swap"
    assert frame.locator("h1").inner_text() == {"deferred": "waiting", "mapped": "swap [1]"}[which]


def test_the_contact_sheet_leads_to_each_task(visit: Visit, runs: Runs) -> None:
    visitor = visit(VIEWER)
    frame = visitor.open_tab(run_path(runs.catalogue), "Face swaps")
    names = frame.locator("article h2 a").all_inner_texts()
    assert sorted(names) == ["choose", "swap [0]", "swap [1]"]
    assert natural_sizes(frame) == [THUMBNAIL] * 4
    for name in names:
        frame.get_by_role("link", name=name, exact=True).click()
        frame.get_by_role("heading", level=1, name=name, exact=True).wait_for()
        assert (0, 0) not in natural_sizes(frame)
        visitor.page.evaluate("history.back()")  # within the frame


def test_each_page_says_what_is_so_and_what_to_do(visit: Visit, stage: Stage, runs: Runs) -> None:
    visitor = visit(VIEWER)
    said = {
        "waiting": "Waiting for ModelsLab since .*: 2 of 3 face swaps are done; no worker is held",
        "failing": MESSAGE,
        "sensed": "were not saved: the task has no destination",
        "elsewhere": f"preview_roots = …, {stage.folder.as_uri()}/elsewhere/",
        "other": "other is a task of EmptyOperator: it saves no face swaps",
        "reject": "Waiting for a person's answer",
    }
    for task_id, text in said.items():
        note = visitor.open(Task(runs.explained, task_id).own_page).get_by_role("note").first
        assert re.search(text, note.inner_text()), task_id


def test_a_task_of_another_operator_has_the_tab_only_where_airflow_gives_it_to_all(
    visit: Visit, runs: Runs
) -> None:
    page = visit(VIEWER).open(Task(runs.explained, "other").path)
    page.get_by_role("link", name="Details", exact=True).wait_for()
    tab = page.get_by_role("link", name="Face swap", exact=True)
    if airflow_is(FIRST_WITH_TABS_OF_OPERATORS):
        page.wait_for_load_state("networkidle")
        assert tab.count() == 0
    else:
        tab.wait_for()


def test_everybody_can_read_the_pages(visit: Visit, runs: Runs) -> None:
    tasks = ["film", "waiting", "failing", "sensed", "elsewhere", "other"]
    pages = [Task(runs.explained, task_id).own_page for task_id in tasks]
    pages += [Task(runs.catalogue, "swap", 0).own_page, own_sheet(runs.catalogue), own_sheet(runs.explained)]
    for looked_at in ({"color_scheme": "light"}, {"color_scheme": "dark", "size": PHONE}):
        visitor = visit(VIEWER, **looked_at)
        found = {path: looks.faults(visitor.open(path)) for path in pages}
        assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_tab_can_be_read_in_the_dark_theme_of_airflow(visit: Visit, runs: Runs) -> None:
    visitor = visit(VIEWER)
    visitor.open("/").evaluate("localStorage.setItem('theme', 'dark')")
    natural_sizes(visitor.open_tab(Task(runs.catalogue, "swap", 0).path, "Face swap"))
    assert visitor.page.locator("html.dark").count() == 1
    assert looks.faint_texts(visitor.page.frames[-1]) == []


def test_who_may_not_read_xcoms_sees_nothing(visit: Visit, runs: Runs) -> None:
    for user, status in ((None, 401), (STRANGER, 403)):
        visitor = visit(user)
        for path in (own_sheet(runs.catalogue), Task(runs.catalogue, "swap", 0).own_page):
            for address in (path, f"{path}/results/0/files/0", f"{path}/results/0/inputs/face"):
                answer = visitor.page.goto(f"{visitor.stage.url}{address}")
                assert answer is not None
                assert answer.status in (status, 404)
                assert visitor.page.locator("img").count() == 0
        visitor.troubles.clear()  # these refusals


def test_what_a_person_approves_is_published(visit: Visit, stage: Stage, runs: Runs) -> None:
    visitor = visit(ADMIN)
    shown = approve(visitor, Task(runs.example, "approve"))
    assert shown == [THUMBNAIL, PORTRAIT, PORTRAIT]
    stage.wait(runs.example, publish="success")
    assert in_file(stage.published.read_bytes()) == figures("ben+anna")


def test_what_a_person_rejects_goes_no_further(visit: Visit, stage: Stage, runs: Runs) -> None:
    shown = reject(visit(ADMIN), Task(runs.explained, "reject"))
    assert shown == [(WIDTH, HEIGHT)]
    stage.wait(runs.explained, reject="success", after_reject="skipped")


def test_what_a_person_chooses_is_what_goes_on(visit: Visit, stage: Stage, runs: Runs) -> None:
    task = Task(runs.catalogue, "choose")
    shown = choose(visit(ADMIN), task, "hugo.jpg")
    assert shown == [THUMBNAIL, PORTRAIT, PORTRAIT] * 2
    stage.wait(runs.catalogue, choose="success")
    chosen: list[dict[str, Any]] = stage.xcom(task)
    assert [each["inputs"]["image"].rpartition("/")[2] for each in chosen] == ["hugo.jpg"]
