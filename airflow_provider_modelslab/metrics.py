"""What is counted and timed: the names, and how they reach Airflow's own ``Stats``.

Airflow sends them where its ``[metrics]`` say, from workers and triggerers alike, and nowhere by default.
What goes wrong with that is not the task's. No name and no tag has an id, a path or a text of the API in it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from airflow_provider_modelslab.protocol.outcome import Outcome, RateLimited
from airflow_provider_modelslab.protocol.poll_state import EndingKind
from airflow_provider_modelslab.protocol.submit_answer import Accepted, Submission, Unknown

log = logging.getLogger(__name__)

_FACE_SWAP = "modelslab.face_swap"
SUBMITTED = f"{_FACE_SWAP}.submitted"
QUEUE_FULL = f"{_FACE_SWAP}.queue_full"
SUBMIT_UNKNOWN = f"{_FACE_SWAP}.submit_unknown"
LOOKS = f"{_FACE_SWAP}.looks"
RATE_LIMITED = f"{_FACE_SWAP}.rate_limited"
RESULTS = f"{_FACE_SWAP}.results"
SAVED_FILES = f"{_FACE_SWAP}.saved_files"
SAVED_BYTES = f"{_FACE_SWAP}.saved_bytes"
SAVE_FAILED = f"{_FACE_SWAP}.save_failed"
WAIT_DURATION = f"{_FACE_SWAP}.wait_duration"
SAVE_DURATION = f"{_FACE_SWAP}.save_duration"

#: The values of the tag ``outcome``.
OUTCOMES = tuple(kind.value for kind in EndingKind)
COUNTERS = (
    *(SUBMITTED, QUEUE_FULL, SUBMIT_UNKNOWN, LOOKS, RATE_LIMITED, RESULTS),
    *(f"{RESULTS}.{outcome}" for outcome in OUTCOMES),
    *(SAVED_FILES, SAVED_BYTES, SAVE_FAILED),
)
TIMERS = (WAIT_DURATION, SAVE_DURATION)

_Looked = TypeVar("_Looked", bound=Outcome)
_Submitted = TypeVar("_Submitted", bound=Submission)


def prepare_metrics() -> None:
    """Let Airflow set itself up for this, which reads files and looks up a host: off an event loop."""
    _count(LOOKS, 0)


def count_submission(submission: _Submitted) -> _Submitted:
    """Count a submit call that was queued, found no room, or whose answer was lost; return what came of it.

    :param submission: what came of the call
    """
    if isinstance(submission, Accepted):
        _count(SUBMITTED)
    elif isinstance(submission, RateLimited):
        _count(QUEUE_FULL)
    elif isinstance(submission, Unknown):
        _count(SUBMIT_UNKNOWN)
    return submission


def count_look(outcome: _Looked) -> _Looked:
    """Count a look at a request; return what it saw.

    :param outcome: what the look meant
    """
    _count(LOOKS)
    if isinstance(outcome, RateLimited):
        _count(RATE_LIMITED)
    return outcome


def count_ended_wait(kind: EndingKind, seconds: float | None) -> None:
    """Count a wait that ended.

    Airflow drops tags where its StatsD has none, so that the outcome stands in a name, too.

    :param kind: how it ended
    :param seconds: how long it lasted, where that is known
    """
    _count(RESULTS, tags={"outcome": kind.value})
    _count(f"{RESULTS}.{kind.value}")
    if seconds is not None:
        _time(WAIT_DURATION, seconds)


def count_saved(sizes: Sequence[int], seconds: float) -> None:
    """Count the files of a result that were saved.

    :param sizes: of the files, in bytes
    :param seconds: how long that took
    """
    _count(SAVED_FILES, len(sizes))
    _count(SAVED_BYTES, sum(sizes))
    _time(SAVE_DURATION, seconds)


def count_failed_save() -> None:
    """Count a result whose files could not be saved."""
    _count(SAVE_FAILED)


@cache
def _stats() -> Any:
    from airflow.providers.common.compat.sdk import Stats

    return Stats


def _count(name: str, by: int = 1, tags: dict[str, str] | None = None) -> None:
    try:
        _stats().incr(name, by, tags=tags)
    except Exception:
        log.debug("%s could not be counted.", name, exc_info=True)


def _time(name: str, seconds: float) -> None:
    try:
        _stats().timing(name, seconds * 1000)  # a number is milliseconds to every backend of every Airflow
    except Exception:
        log.debug("%s could not be timed.", name, exc_info=True)
