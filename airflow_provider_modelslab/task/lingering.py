"""The looks of a worker before it defers: what is done sooner than a trigger could see it is seen here."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_modelslab.protocol.outcome import Outcome, RateLimited
from airflow_provider_modelslab.protocol.poll_state import Ending, PollState
from airflow_provider_modelslab.traces import span

if TYPE_CHECKING:
    from airflow_provider_modelslab.task.requests import Requests


@dataclass(frozen=True)
class LastLook:
    """The latest look at the first request that has not ended.

    :param seen: what it saw
    :param step: where that leaves the wait; an ending where there is no time left
    """

    seen: Outcome
    step: PollState | Ending


class Lingering:
    """Looks at the requests of a task that can defer.

    :param requests: what is waited for
    :param fetch: looks at one of them
    :param wait: the wait for one of them, before any look
    :param until: how long the worker may wait, in seconds since the epoch
    """

    def __init__(
        self, requests: Requests, fetch: Callable[[str], Outcome], wait: PollState, until: float
    ) -> None:
        self._requests = requests
        self._fetch = fetch
        self._wait = wait
        self._until = until

    def run(self, seen: Outcome | None) -> LastLook | None:
        """Look, and again while the requests may be done in time; return None once all have ended.

        :param seen: a look that was made already
        """
        last = self._look(self._wait, seen)
        return self._linger(last) if self._is_worth_it(last) else last

    @span("wait")
    def _linger(self, last: LastLook | None) -> LastLook | None:
        while last is not None and isinstance(last.step, PollState) and self._is_worth_it(last):
            self._requests.tell(last.seen)
            time.sleep(max(0.0, last.step.next_poll - time.time()))
            last = self._look(last.step)
        return last

    def _look(self, wait: PollState, seen: Outcome | None = None) -> LastLook | None:
        before = self._requests.running
        seen = seen or self._requests.look(self._fetch)
        if seen is None:
            return None
        if self._requests.running != before:
            wait = self._wait  # the look was at another request
        return LastLook(seen, wait.after(seen, time.time(), random.random()))

    def _is_worth_it(self, last: LastLook | None) -> bool:
        if last is None or isinstance(last.step, Ending):
            return False
        # The triggerer keeps all waits from an API that asks to slow down, a worker only its own.
        return not isinstance(last.seen, RateLimited) and last.step.may_end_by(self._until)
