"""A stand-in with the proxy before it, the connection that leads there, and short pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stress.faults.faults import SLOW
from tests.stress.faults.proxy import Proxy
from tests.support.connections import connection_json
from tests.support.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENT = 10.0  # seconds that a call may take, and a step of a download
IMPATIENT = 0.15  # where that is what it will take, because of the fault


@pytest.fixture(autouse=True)
def hasty(prompt_triggers: None, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again after a moment, and wait for no server longer than the test's seconds."""

    from airflow_provider_modelslab.protocol import poll_intervals
    from airflow_provider_modelslab.saving import retry_budget

    monkeypatch.setattr(poll_intervals, "TROUBLE_FIRST", 0.0001)
    monkeypatch.setattr(retry_budget, "FIRST_PAUSE", 0.0005)
    monkeypatch.setattr(retry_budget, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(retry_budget, "READ_TIMEOUT", seconds)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[StandIn, StandIn]]:
    """The stand-in behind the proxy, and another host."""
    with StandIn() as behind, StandIn(key="the key of another host") as other:
        yield behind, other


@pytest.fixture
def behind(servers: tuple[StandIn, StandIn]) -> StandIn:
    """The stand-in behind the proxy, as new."""
    servers[0].reset()
    return servers[0]


@pytest.fixture
def other(servers: tuple[StandIn, StandIn]) -> StandIn:
    """Another host, as new; it remembers what it gets."""
    servers[1].reset()
    return servers[1]


@pytest.fixture
def seconds(request: pytest.FixtureRequest) -> float:
    """How long a call through the proxy may take; it depends on the test's fault."""
    callspec = getattr(request.node, "callspec", None)
    return IMPATIENT if callspec and callspec.params.get("fault") in SLOW else PATIENT


@pytest.fixture
def proxy(behind: StandIn, seconds: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy, the way to it in the connections `modelslab_default`, and the way past it in `direct`."""
    with Proxy(behind.url) as proxy:
        to_proxy = connection_json(proxy.url, behind.key, request_timeout=seconds)
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", to_proxy)
        monkeypatch.setenv("AIRFLOW_CONN_DIRECT", connection_json(behind.url, behind.key))
        yield proxy
    assert proxy.outlasted == 0
