"""The server under test: in a thread, as a process, or either."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standin import Controls, StandIn, StandInProcess
from tests.test_standin import KEY


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    with StandIn(key=KEY) as server:
        yield server


@pytest.fixture
def server(running: StandIn) -> StandIn:
    running.reset()
    running.configure(key=KEY, wrong_key="401", queue_limit=None, submit={})
    return running


@pytest.fixture(scope="session")
def process() -> Iterator[StandInProcess]:
    with StandInProcess(key=KEY) as server:
        yield server


@pytest.fixture(params=["server", "process"])
def either(request: pytest.FixtureRequest) -> Controls:
    controls: Controls = request.getfixturevalue(request.param)
    controls.reset()
    return controls
