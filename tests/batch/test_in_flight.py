"""How many requests of a batch there are at a time."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.batch.in_flight import InFlightLimit


def take_all(limit: InFlightLimit) -> int:
    """Take places until there is none, each with a request that is accepted; return how many."""
    taken = 0
    while limit.acquire(0.0):
        limit.accepted()
        taken += 1
        assert taken <= 64
    return taken


def fill(limit: InFlightLimit, accepted: int, retry_after: float) -> None:
    """Have so many accepted, and the next refused."""
    for _ in range(accepted):
        assert limit.acquire(0.0)
        limit.accepted()
    assert limit.acquire(0.0)
    limit.refused(retry_after)
    limit.release(has_ended=False)


def test_a_number_is_kept_to() -> None:
    limit = InFlightLimit(5)
    assert take_all(limit) == 5
    limit.release(has_ended=True)
    assert take_all(limit) == 1


def test_without_one_it_grows_until_it_is_refused_and_stays_below() -> None:
    limit = InFlightLimit(None)
    accepted = 0
    while accepted < 15 and limit.acquire(0.0):
        limit.accepted()
        accepted += 1
    assert accepted == 15
    assert limit.acquire(0.0)
    limit.refused(None)
    limit.release(has_ended=False)
    assert not limit.acquire(0.0)
    for _ in range(3):
        limit.release(has_ended=True)
    assert take_all(limit) == 3


def test_once_the_queue_was_full_a_place_is_left_to_others_at_times(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_provider_modelslab.batch import in_flight

    now = [100.0]
    monkeypatch.setattr(in_flight.time, "monotonic", lambda: now[0])
    limit = InFlightLimit(None)
    fill(limit, 3, 1)
    limit.release(has_ended=True)
    now[0] = 150.0
    assert not limit.acquire(0.0)
    now[0] = 161.0
    assert limit.acquire(0.0)


def test_after_a_refusal_nobody_submits_until_one_has_ended() -> None:
    limit = InFlightLimit(3)
    fill(limit, 2, 600)
    assert not limit.acquire(0.0)
    limit.release(has_ended=True)
    assert limit.acquire(0.0)


def test_refused_with_nothing_in_flight_it_tries_again_after_the_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from airflow_provider_modelslab.batch import in_flight

    now = [100.0]
    monkeypatch.setattr(in_flight.time, "monotonic", lambda: now[0])
    limit = InFlightLimit(None)
    fill(limit, 0, 20)
    assert not limit.acquire(0.0)
    now[0] += 30
    assert limit.acquire(0.0)
