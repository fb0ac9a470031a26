"""Asking again in this process: while trouble passes, and until there is room in the account's queue."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from airflow_provider_modelslab.protocol.fields import sentence
from airflow_provider_modelslab.protocol.outcome import Outcome, SlowDown, TryAgain
from airflow_provider_modelslab.protocol.schedule import TOLERANCE, pause_in_trouble, pause_without_room
from airflow_provider_modelslab.protocol.submission import Submission
from airflow_provider_modelslab.protocol.wait import Ending, ending_of

_Answer = TypeVar("_Answer")
Say = Callable[..., None]
Sleep = Callable[[float], None]


def ride_out(
    ask: Callable[[], _Answer],
    what: str,
    *,
    most: int = TOLERANCE,
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
    while isinstance(answer := ask(), TryAgain) and asked < most and (left := until - time.time()) > 0:
        pause = min(pause_in_trouble(asked, random.random()), left)
        warn("%s: %s Trying again in %.0f s.", what, sentence(answer.message), pause)
        sleep(pause)
        asked += 1
    return answer, asked


def fetch_through_trouble(
    fetch: Callable[[], Outcome],
    what: str,
    *,
    tolerance: int | None = TOLERANCE,
    until: float = float("inf"),
    warn: Say,
    sleep: Sleep = time.sleep,
) -> Outcome | Ending:
    """Ask until the answer is anything but passing trouble, or trouble has lasted too long.

    :param fetch: asks once
    :param what: what is asked about, for the log
    :param tolerance: how many looks in a row may fail; None never gives up, it comes back with
        ``TryAgain`` instead
    :param until: when to look a last time, in seconds since the epoch, and come back with ``TryAgain``
    :param warn: takes a line, as ``logging.Logger.warning`` does
    :param sleep: how to pass the seconds in between
    :return: the ending, or ``Waiting``, ``SlowDown`` or ``TryAgain``
    """
    most = min(tolerance or TOLERANCE, TOLERANCE)
    outcome, looks = ride_out(fetch, what, most=most, until=until, warn=warn, sleep=sleep)
    return ending_of(outcome, looks, tolerance) or outcome


def submit_patiently(
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
        submission, _ = ride_out(submit, what, warn=warn)
        left = room_until - time.time()
        if not isinstance(submission, SlowDown) or left <= 0:
            return submission
        pause = min(pause_without_room(submission.retry_after, refusals, random.random()), left)
        warn("%s: %s Trying again in %.0f s.", what, sentence(submission.message), pause)
        time.sleep(pause)
        refusals += 1
