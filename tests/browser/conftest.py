"""One Airflow and one Chromium for all browser tests; they are skipped, with a word, where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.settings import FIRST_WITH_TABS, airflow_is
from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.stage import Runs, Stage
    from tests.browser.visitor import Visitor

    Visit = Callable[..., Visitor]

TARGETS = ("anna", "hugo")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here."""
    missing = chromium.missing() if airflow_is(FIRST_WITH_TABS) else "Airflow before 3.1.1 has no such tabs"
    for item in items:
        if missing and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium.chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory, migrated_home: Path) -> Iterator[Stage]:
    """An Airflow at the root of its address."""
    from tests.browser.stage import stage

    with stage(tmp_path_factory.mktemp("stage").resolve(), migrated_home, TARGETS) as running:
        yield running


@pytest.fixture(scope="package")
def runs(stage: Stage) -> Iterator[Runs]:
    from tests.browser.stage import runs_on

    with runs_on(stage) as runs:
        yield runs


@pytest.fixture(scope="package")
def sessions() -> dict[tuple[str, str], Any]:
    """The cookies of users that have logged in, by address and name."""
    return {}


@pytest.fixture
def visit(browser: Browser, stage: Stage, sessions: dict[tuple[str, str], Any]) -> Iterator[Visit]:
    """Gives somebody who looks: `visit("viewer", size=PHONE)`; None is nobody that Airflow knows.

    In the end nothing may have failed in their browsers, and all that they asked for be of one server.
    """
    from tests.browser.visitor import Visitor, logged_in

    visitors = []

    def visit(user: str | None, **options: Any) -> Visitor:
        known = (stage.url, user)
        if user and known not in sessions:
            sessions[known] = logged_in(browser, stage, user)
        visitors.append(Visitor(browser, stage, storage_state=sessions.get(known), **options))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.context.close()
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []
    assert {host for visitor in visitors for host in visitor.hosts} <= {stage.netloc}
