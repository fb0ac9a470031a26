"""Intervals as a DAG author gives them: as Airflow's sensors take them, in seconds or as a ``timedelta``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow_provider_modelslab.protocol.poll_intervals import Pace


def seconds(name: str, value: timedelta | float) -> float:
    """Return an interval in seconds, as Airflow's sensors take it.

    :param name: the argument, for the error
    :param value: what was given for it
    :raises ValueError: when it is no interval
    """
    number: Any = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not number >= 0:
        raise ValueError(f"{name} is {value!r}; it must be a timedelta or a number of seconds, not negative")
    return float(number)


def pace_of(
    poke_interval: timedelta | float | None,
    exponential_backoff: bool,
    max_wait: timedelta | float | None,
) -> Pace:
    """Return how often to look.

    :param poke_interval: between two looks; None leaves the choice to the provider
    :param exponential_backoff: double the interval after each look
    :param max_wait: the longest interval
    :raises ValueError: when one is no interval
    """
    return Pace(
        poke_interval=None if poke_interval is None else seconds("poke_interval", poke_interval),
        exponential_backoff=exponential_backoff,
        max_wait=None if max_wait is None else seconds("max_wait", max_wait),
    )
