"""Object stores that the tests start, each once for the session; and short pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.saving.buckets import Bucket
    from tests.saving.servers import Maker


@pytest.fixture(autouse=True)
def always_short_pauses(short_pauses: None) -> None:
    """For every test of saving."""


@pytest.fixture
def fewer_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a file up after two beginnings."""

    from airflow_provider_modelslab.saving import save_file

    monkeypatch.setattr(save_file, "STARTS", 2)


@pytest.fixture(scope="session")
def azure_server() -> Iterator[Maker]:
    from tests.saving import servers

    with servers.azure() as maker:
        yield maker


@pytest.fixture(scope="session")
def gcs_server() -> Iterator[Maker]:
    from tests.saving import servers

    with servers.gcs() as maker:
        yield maker


@pytest.fixture(params=["s3", "azure", "gcs"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    """An empty bucket of each store in turn."""
    from tests.saving.servers import unique_name

    maker: Maker = request.getfixturevalue(f"{request.param}_server")
    return maker(unique_name())
