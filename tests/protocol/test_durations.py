"""Intervals as a DAG author gives them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airflow_provider_modelslab.protocol.durations import pace_of, seconds
from airflow_provider_modelslab.protocol.poll_intervals import Pace


@pytest.mark.parametrize(
    ("value", "number"), [(5, 5.0), (0, 0.0), (1.5, 1.5), (timedelta(minutes=1, milliseconds=500), 60.5)]
)
def test_an_interval_is_a_number_of_seconds_or_a_timedelta(value: Any, number: float) -> None:
    assert seconds("timeout", value) == number


@pytest.mark.parametrize("value", [-1, timedelta(seconds=-1), True, "5", None, float("nan")])
def test_what_is_no_interval_is_refused_with_its_argument(value: Any) -> None:
    with pytest.raises(ValueError, match=r"timeout is .* must be a timedelta or a number of seconds"):
        seconds("timeout", value)


def test_a_pace_is_made_of_intervals() -> None:
    assert pace_of(None, False, None) == Pace()
    assert pace_of(timedelta(seconds=5), True, 60) == Pace(5.0, True, 60.0)
    with pytest.raises(ValueError, match="max_wait"):
        pace_of(5, True, "60")  # type: ignore[arg-type]
