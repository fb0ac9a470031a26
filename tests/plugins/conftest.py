"""A server with the plugin's pages as Airflow's API server has them, on a real socket and a real database."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.settings import FIRST_WITH_TABS, airflow_is

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def tables() -> Iterator[None]:
    """The tables of Airflow's database, with run ids that an administrator has allowed to be anything."""
    from tests.plugins.airflow_rows import make_tables

    if not airflow_is(FIRST_WITH_TABS):
        pytest.skip("Airflow before 3.1.1 has no tabs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__SCHEDULER__ALLOWED_RUN_ID_PATTERN", ".*")
        make_tables()
        yield


@pytest.fixture(scope="session")
def pages(tables: None) -> Iterator[Any]:
    """The server, as a client of it: `pages.get(path, user="reader")`."""
    import uvicorn

    from tests.plugins.serving import Pages, make_host

    server = uvicorn.Server(uvicorn.Config(make_host(), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Pages(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may be shown, with a real path, since the pages follow links."""
    folder = tmp_path.resolve() / "faces"
    folder.mkdir()
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", f"{folder.as_uri()}/")
    return folder
