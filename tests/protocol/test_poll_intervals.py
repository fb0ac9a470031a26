"""When to look next."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.protocol.poll_intervals import (
    ADAPTIVE,
    ETA_SHORTEST,
    ETA_TRUST_LONGEST,
    JITTER,
    MAX_FAILURES,
    Pace,
    is_running_down,
    pause_after_deferral,
    pause_between_turns,
    pause_in_trouble,
    pause_when_asked,
    pause_while_waiting,
    polls_so_far,
)


def pause(pace: Pace = ADAPTIVE, **of: Any) -> float:
    defaults = {"elapsed": 0, "looks": 1, "eta": None, "jitter": 0}
    return pause_while_waiting(pace, **{**defaults, **of})


def test_without_eta_the_interval_grows_after_ten_seconds_and_ever_more_slowly() -> None:
    assert [round(pause(elapsed=t), 1) for t in (0, 10, 60, 300, 1800)] == [2, 2, 4.9, 7.4, 10.3]


def test_the_first_eta_leads_to_a_look_after_the_end_that_it_promises_or_before_one_that_is_far() -> None:
    assert [round(pause(eta=eta), 2) for eta in (1, 7, 9, 20, 90)] == [1.5, 7.5, 9, 17.25, 69.75]


def test_how_fast_it_has_run_down_says_when_the_end_comes() -> None:
    assert [round(pause(eta=6, speed=speed), 1) for speed in (0.8, 1, 1.2)] == [7.5, 6, 5]
    assert [round(pause(eta=6, speed=speed), 1) for speed in (0.1, 9)] == [9, 4]  # within reason


def test_of_a_long_rest_the_look_comes_before_the_end_whatever_the_jitter() -> None:
    assert pause(eta=50, speed=1, elapsed=99, jitter=1) == pytest.approx(50)


def test_an_eta_of_nearly_nothing_is_not_a_reason_to_hammer() -> None:
    assert pause(eta=0.01) == pause(eta=0) == pause(eta=0, speed=1) == ETA_SHORTEST


def test_an_eta_of_minutes_is_believed_no_longer_than_the_wait_has_lasted() -> None:
    assert [pause(elapsed=t, eta=605) for t in (0, 10, 20, 40, 1000)] == [10, 10, 20, 40, 300]


def test_an_eta_that_does_not_run_down_is_told_apart_from_one_that_is_off() -> None:
    assert is_running_down(eta=40, before=50, seconds=10)
    assert is_running_down(eta=43, before=50, seconds=10)
    assert is_running_down(eta=2, before=2, seconds=2)
    assert not is_running_down(eta=605, before=605, seconds=10)


def test_a_poke_interval_is_kept_unless_the_eta_is_sooner() -> None:
    assert pause(Pace(60)) == 60
    assert pause(Pace(60), elapsed=5000) == 60
    assert pause(Pace(60), eta=7) == 7.5
    assert pause(Pace(5), eta=30) == 5
    assert pause(Pace(0.5)) == 0.5


def test_backoff_doubles_from_half_the_interval_as_airflow_does_and_max_wait_bounds_it() -> None:
    pace = Pace(10, exponential_backoff=True, max_wait=100)
    assert [pause(pace, looks=n) for n in (1, 2, 3, 4, 5, 6, 7)] == [5, 10, 20, 40, 80, 100, 100]
    assert pause(pace, looks=10_000) == 100
    assert [pause(Pace(1, exponential_backoff=True), looks=n) for n in (1, 2, 3)] == [1, 1, 2]


def test_backoff_spreads_a_pause_over_once_its_own_length_as_airflow_does() -> None:
    pace = Pace(10, exponential_backoff=True)
    assert pause(pace, looks=2, jitter=0.5) == pytest.approx(15 * 1.05)
    assert pause(pace, looks=2, jitter=1) == pytest.approx(20 * 1.1)


def test_max_wait_also_bounds_the_provider_s_own_choice() -> None:
    assert pause(Pace(max_wait=5), elapsed=1000) == 5


@given(st.floats(0, 1e6), st.integers(1, 10_000), st.none() | st.floats(0, 1e6), st.floats(0, 1))
def test_the_provider_s_own_pauses_stay_within_bounds(
    elapsed: float, looks: int, eta: float | None, jitter: float
) -> None:
    seconds = pause(elapsed=elapsed, looks=looks, eta=eta, jitter=jitter)
    assert ETA_SHORTEST <= seconds <= ETA_TRUST_LONGEST * (1 + JITTER)


def test_jitter_spreads_looks_forward_only() -> None:
    assert pause(jitter=0) == 2
    assert pause(jitter=1) == pytest.approx(2.2)
    assert pause_in_trouble(1, 1) == pytest.approx(2.2)
    assert pause_when_asked(30, 1) == pytest.approx(33)  # never sooner than the API asked


def test_a_trigger_lets_the_task_s_first_process_end_before_it_looks() -> None:
    assert [pause_after_deferral(jitter) for jitter in (0, 1)] == [8, pytest.approx(8.8)]


def test_trouble_is_met_with_growing_pauses_that_outlast_a_minute_of_outage() -> None:
    pauses = [pause_in_trouble(n, 0) for n in range(1, MAX_FAILURES)]
    assert pauses[:6] == [2, 4, 8, 16, 30, 30]
    assert sum(pauses) >= 60


def test_the_api_s_wish_is_kept_within_reason() -> None:
    assert pause_when_asked(30, 0) == 30
    assert pause_when_asked(None, 0) == 30
    assert pause_when_asked(0, 0) == 1
    assert pause_when_asked(1e9, 0) == 900


def test_a_process_that_cannot_remember_estimates_its_looks_from_the_time_waited() -> None:
    assert [polls_so_far(Pace(10), t) for t in (0, 9, 10, 25, 100)] == [1, 1, 2, 3, 11]
    backoff = Pace(10, exponential_backoff=True)  # 7.5, 15 and 30 s on average
    assert [polls_so_far(backoff, t) for t in (0, 7, 8, 22, 23, 52, 53)] == [1, 1, 2, 2, 3, 3, 4]
    assert [polls_so_far(ADAPTIVE, t) for t in (0, 3, 60)] == [1, 2, 20]
    assert polls_so_far(Pace(0), 1e9) <= 64


def test_who_waits_for_room_goes_on_ever_sooner_once_somebody_was_not_refused() -> None:
    assert pause_between_turns(30, 30, unrefused=0) == 15
    assert pause_between_turns(15, 30, unrefused=5) == 10
    assert pause_between_turns(15, 30, unrefused=20) == 7.5
    assert pause_between_turns(3, 3, unrefused=0) == 3
    assert pause_between_turns(3, 3, unrefused=20) == 2
