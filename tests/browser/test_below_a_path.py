"""An Airflow that is served below a path of its address, as behind a proxy with others, has the same pages.

It takes an Airflow of its own, and so is left out of `.ci/run`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.answering import choose
from tests.browser.stage import ADMIN, ASKING, Task, run_path
from tests.browser.visitor import natural_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Visit
    from tests.browser.stage import Stage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, migrated_home: Path) -> Iterator[Stage]:
    from tests.browser.stage import stage

    with stage(tmp_path_factory.mktemp("below").resolve(), migrated_home, ["anna"], "/airflow") as running:
        yield running


def test_tab_link_sheet_and_form_lead_to_pictures_below_the_path(visit: Visit, stage: Stage) -> None:
    run = stage.begin("catalogue")
    stage.wait(run, swap__0="success", choose=ASKING)
    task, visitor = Task(run, "swap", 0), visit(ADMIN)
    assert len(natural_sizes(visitor.open_tab(task.path, "Face swap"))) == 3
    assert (0, 0) not in natural_sizes(visitor.follow_extra_link(task.path, "Face swap"))
    assert visitor.page.url == f"{stage.url}{task.path}/plugin/face-swap"
    sheet = visitor.open_tab(run_path(run), "Face swaps")
    assert (0, 0) not in natural_sizes(sheet)
    sheet.get_by_role("link", name="swap [0]", exact=True).click()
    sheet.get_by_role("heading", level=1, name="swap [0]", exact=True).wait_for()
    assert (0, 0) not in choose(visitor, Task(run, "choose"), "anna.jpg")
    stage.wait(run, choose="success")
    assert all(url.startswith(f"{stage.url}/") for url in visitor.requested if url.startswith("http"))
