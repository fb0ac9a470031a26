"""Waiting for several requests in one process, against a real server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.client.polling import wait_for_each
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.outcome import RateLimited
from airflow_provider_modelslab.protocol.poll_intervals import Pace
from airflow_provider_modelslab.protocol.poll_state import EndingKind, PollState

if TYPE_CHECKING:
    from tests.support.standin import StandIn


def wait_for(ids: list[Any], timeout: float = 20, tell: Any = lambda *_: None) -> Any:
    now = time.time()
    wait = PollState(now, now + timeout, Pace(0.05))
    return wait_for_each(ModelsLabHook().fetch, map(str, ids), wait, tell)


def test_each_comes_as_soon_as_it_has_ended(connected: StandIn) -> None:
    slow, late = connected.add_job(duration=600), connected.add_job(duration=600)
    failed = connected.add_job(ending="failed")
    endings = wait_for([slow, failed, late, late])
    assert next(endings)[0] == str(failed)
    for job in (late, slow):
        connected.finish(job)
        request, ending = next(endings)
        assert (request, ending.kind) == (str(job), EndingKind.DONE)
    assert list(endings) == []


def test_each_has_its_last_look_at_the_deadline(connected: StandIn) -> None:
    jobs = connected.add_jobs(3, duration=600)
    assert [ending.kind for _, ending in wait_for(jobs, timeout=0)] == [EndingKind.TIMEOUT] * 3
    assert [connected.looks(job) for job in jobs] == [1, 1, 1]


@pytest.mark.thorough
def test_a_rate_limit_holds_back_the_looks_at_all_of_them(connected: StandIn) -> None:
    jobs = connected.add_jobs(3)
    connected.configure(retry_after=1)
    connected.fault("fetch", payload="rate_limit", times=1)
    looks: list[tuple[Any, float]] = []
    list(wait_for(jobs, timeout=1.5, tell=lambda _, seen, now: looks.append((seen, now))))
    (first, at), (_, next_at), *_ = looks
    assert isinstance(first, RateLimited)
    assert next_at - at >= 1
