from __future__ import annotations

import time

import pytest

from airflow_provider_modelslab.exceptions import DownloadError
from airflow_provider_modelslab.saving.retry_budget import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    TRIES,
    RetryBudget,
    StoppedError,
)


def test_tries_are_bounded_in_a_row() -> None:
    budget = RetryBudget(10, 0)
    for _ in range(3):
        for _ in range(TRIES - 1):
            budget.try_again("cut")
        budget.progressed()
    for _ in range(TRIES - 1):
        budget.try_again("cut")
    with pytest.raises(DownloadError, match="cut"):
        budget.try_again("cut")


def test_a_missing_file_is_waited_for_only_as_long_as_the_patience() -> None:
    with pytest.raises(DownloadError, match="404"):
        RetryBudget(10, 0).try_again("404", missing=True)


def test_patience_goes_beyond_the_tries() -> None:
    budget = RetryBudget(10, 5)
    for _ in range(TRIES + 3):
        budget.try_again("404", missing=True)
    budget.not_found_grace = 0
    with pytest.raises(DownloadError, match="404"):
        budget.try_again("404", missing=True)


def test_no_single_wait_goes_beyond_the_end() -> None:
    budget = RetryBudget(5.0, 0)
    connect, read = budget.timeouts()
    assert connect <= 5.0 < CONNECT_TIMEOUT
    assert read <= 5.0 < READ_TIMEOUT


def test_the_end_of_the_time_is_an_error() -> None:
    budget = RetryBudget(0.01, 0)
    time.sleep(0.02)
    with pytest.raises(DownloadError, match=r"not complete after 0\.01 s"):
        budget.check()


def test_a_stop_from_outside_ends_a_wait() -> None:
    budget = RetryBudget(10, 10)
    budget.stop.set()
    with pytest.raises(StoppedError):
        budget.try_again("404", missing=True)
