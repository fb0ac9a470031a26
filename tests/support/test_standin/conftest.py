"""The server under test: in a thread, as a process, or either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.standin import Controls, StandIn, StandInProcess
from tests.support.test_standin import KEY


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    with StandIn(key=KEY) as server:
        yield server


@pytest.fixture
def server(running: StandIn) -> StandIn:
    running.reset()
    running.configure(key=KEY, wrong_key="401", queue_limit=None, takes="any", submit={}, draw=False)
    return running


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the server goes by, in the test's hands."""
    clock = Clock()
    monkeypatch.setattr(server.world, "clock", clock)
    return clock


@pytest.fixture(scope="session")
def process() -> Iterator[StandInProcess]:
    with StandInProcess(key=KEY) as server:
        yield server


@pytest.fixture(params=["server", "process"])
def either(request: pytest.FixtureRequest) -> Controls:
    controls: Controls = request.getfixturevalue(request.param)
    controls.reset()
    return controls
