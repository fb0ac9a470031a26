"""When the swaps of a batch are looked at."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from airflow_provider_modelslab.batch.look_times import LookTimes


def looked_at(times: LookTimes, duration: float) -> tuple[int, float]:
    """Look at one that takes so long; return how many looks that took, and when it was seen to be done."""
    elapsed, looks, not_done = 0.0, 0, 0.0
    while True:
        elapsed += times.pause(elapsed, looks, None, random.random())
        looks += 1
        if elapsed >= duration:
            times.learn(not_done, elapsed)
            return looks, elapsed
        not_done = elapsed


@pytest.mark.parametrize(
    ("durations", "most_looks", "most_lost"),
    [
        (lambda: 2.0, 3, 0.10),
        (lambda: 60.0, 3, 0.10),
        (lambda: random.uniform(1, 3), 6, 0.15),
        (lambda: random.lognormvariate(3, 0.5), 8, 0.15),
    ],
)
def test_few_looks_lose_little_time(
    durations: Callable[[], float], most_looks: float, most_lost: float
) -> None:
    random.seed(1)
    times = LookTimes()
    jobs = [durations() for _ in range(1000)]
    found = [looked_at(times, job) for job in jobs][100:]

    assert sum(looks for looks, _ in found) / len(found) <= most_looks
    assert sum(seen for _, seen in found) / sum(jobs[100:]) - 1 <= most_lost


def test_it_follows_jobs_that_become_quicker_and_slower() -> None:
    times = LookTimes()
    for duration in [20.0] * 50 + [2.0] * 100:
        looked_at(times, duration)
    assert times.typical == pytest.approx(2.0, rel=0.2)
    for _ in range(100):
        looked_at(times, 20.0)
    assert times.typical == pytest.approx(20.0, rel=0.2)


def test_what_remains_is_not_known_before_some_have_ended_unless_the_api_says_so() -> None:
    times = LookTimes()
    assert times.remaining(5.0, None) == 0.0
    assert times.remaining(5.0, 100.0) == 100.0
    assert times.remaining(600.0, None) == 600.0
    for _ in range(3):
        times.learn(99.0, 101.0)
    assert times.remaining(30.0, 5.0) == 70.0
