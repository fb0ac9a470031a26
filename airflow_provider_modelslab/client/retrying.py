"""Asking again in this process: while trouble passes, and until there is room in the account's queue."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_modelslab.protocol.fields import sentence
from airflow_provider_modelslab.protocol.outcome import Outcome, RateLimited, TransientFailure
from airflow_provider_modelslab.protocol.poll_intervals import (
    MAX_FAILURES,
    pause_in_trouble,
    pause_without_room,
)
from airflow_provider_modelslab.protocol.poll_state import Ending, ending_of

if TYPE_CHECKING:
    from airflow_provider_modelslab.protocol.submit_answer import Submission

_Answer = TypeVar("_Answer")
Say = Callable[..., None]
Sleep = Callable[[float], None]


def retry_transient(
    ask: Callable[[], _Answer],
    what: str,
    *,
    most: int = MAX_FAILURES,
    until: float = float("inf"),
    warn: Say,
    sleep: Sleep = time.sleep,
) -> tuple[_Answer, int]:
    """Ask until the answer is anything but passing trouble, or has been that ``most`` times.

    :param ask: asks once
    :param what: what is asked about, for the log
    :param most: how often to ask
    :param until: when to ask a last time, in seconds since the epoch
    :param warn: takes a line, as ``logging.Logger.warning`` does
    :param sleep: how to pass the seconds in between
    :return: the last answer, and how often was asked
    """
    asked = 1
    while isinstance(answer := ask(), TransientFailure) and asked < most:
        left = until - time.time()
        if left <= 0:
            break
        pause = min(pause_in_trouble(asked, random.random()), left)
        warn("%s: %s Trying again in %.0f s.", what, sentence(answer.message), pause)
        sleep(pause)
        asked += 1
    return answer, asked


def fetch_with_retries(
    fetch: Callable[[], Outcome],
    what: str,
    *,
    max_failures: int | None = MAX_FAILURES,
    until: float = float("inf"),
    warn: Say,
    sleep: Sleep = time.sleep,
) -> Outcome | Ending:
    """Ask until the answer is anything but passing trouble, or trouble has lasted too long.

    :param fetch: asks once
    :param what: what is asked about, for the log
    :param max_failures: how many looks in a row may fail; None never gives up, it comes back with
        ``TransientFailure`` instead
    :param until: when to look a last time, in seconds since the epoch, and come back with that
    :param warn: takes a line, as ``logging.Logger.warning`` does
    :param sleep: how to pass the seconds in between
    :return: the ending, or ``InProgress``, ``RateLimited`` or ``TransientFailure``
    """
    most = min(max_failures or MAX_FAILURES, MAX_FAILURES)
    outcome, looks = retry_transient(fetch, what, most=most, until=until, warn=warn, sleep=sleep)
    return ending_of(outcome, looks, max_failures) or outcome


def submit_with_retries(
    submit: Callable[[], Submission],
    what: str,
    *,
    room_until: float,
    warn: Say,
) -> Submission:
    """Submit until it is anything but passing trouble or a full queue.

    :param submit: submits once
    :param what: what is submitted, for the log
    :param room_until: how long to wait for room, in seconds since the epoch; there is a last try then
    :param warn: takes a line, as ``logging.Logger.warning`` does
    """
    refusals = 0
    while True:
        submission, _ = retry_transient(submit, what, warn=warn)
        left = room_until - time.time()
        if not isinstance(submission, RateLimited) or left <= 0:
            return submission
        pause = min(pause_without_room(submission.retry_after, refusals, random.random()), left)
        warn("%s: %s Trying again in %.0f s.", what, sentence(submission.message), pause)
        time.sleep(pause)
        refusals += 1
