"""The looks that Airflow's own sensor loop makes: one by one, paced as the trigger would."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowTaskTimeout

from airflow_provider_modelslab.client.retrying import fetch_with_retries
from airflow_provider_modelslab.error_messages.waits import error_of
from airflow_provider_modelslab.metrics import count_ended_wait
from airflow_provider_modelslab.protocol.outcome import InProgress, Outcome
from airflow_provider_modelslab.protocol.poll_intervals import AFTER_RESCHEDULE, polls_so_far
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, PollState

if TYPE_CHECKING:
    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
    from airflow_provider_modelslab.task.requests import Requests
    from airflow_provider_modelslab.task.wait_options import WaitOptions


class Poking:
    """What is known from one look of the loop to the next.

    :param requests: what is waited for
    :param hook: looks at them
    :param options: how to wait
    :param began: when the wait began, in seconds since the epoch
    :param log: for the log
    """

    def __init__(
        self, requests: Requests, hook: ModelsLabHook, options: WaitOptions, began: float, log: Any
    ) -> None:
        self.requests = requests
        self._hook = hook
        self._options = options
        self._began = began
        self._deadline = began + options.timeout
        self._log = log
        self._state: PollState | None = None
        #: What the last look saw; None before the first.
        self.seen: Outcome | None = None

    def poke(self) -> bool:
        """Look once; trouble that passes is ridden out, for up to some minutes.

        :return: whether every request has ended
        """
        running = self.requests.running
        self.seen = self.requests.look(self._fetch)
        if self.requests.running != running:
            self._state = None  # the schedule is about another request now
        if self.seen is not None:
            self.requests.tell(self.seen)
        return self.seen is None

    def _fetch(self, request_id: str) -> Outcome | Ending:
        return fetch_with_retries(
            partial(self._hook.fetch, request_id),
            f"Request {request_id}",
            max_failures=self._options.max_failures,
            until=self._deadline,
            warn=self._log.warning,
        )

    def next_interval(self, elapsed: float, pokes: int, *, reschedule: bool) -> float:
        """Return the seconds until the next look, which is not past the deadline.

        In reschedule mode a pause is never so short that the scheduler could confuse two runs of the
        task, unless the author's own ``poke_interval`` is.

        :param elapsed: how long the wait has lasted, in seconds
        :param pokes: how many looks this process has made
        :param reschedule: whether the next look is another process's
        """
        now, pace = time.time(), self._options.pace
        if self._state is None:
            looks = polls_so_far(pace, elapsed) if reschedule else pokes
            deadline = now - elapsed + self._options.timeout
            self._state = PollState(now - elapsed, deadline, pace, max_failures=None, looks=looks - 1)
        step = self._state.after(self.seen or InProgress("processing"), now, random.random())
        if isinstance(step, Ending):
            return 0.0
        self._state = step
        least = min(AFTER_RESCHEDULE, pace.poke_interval or AFTER_RESCHEDULE) if reschedule else 0.0
        return max(step.next_poll - now, least)

    def as_timeout_error(self, timeout: BaseException) -> BaseException:
        """Return a timeout of Airflow's own as one that says which request it was about.

        :param timeout: Airflow's
        """
        if not self.requests.running:
            return timeout
        request, by_execution = self.requests.running[0], isinstance(timeout, AirflowTaskTimeout)
        kind = EndingKind.EXECUTION_TIMEOUT if by_execution else EndingKind.TIMEOUT
        count_ended_wait(kind, time.time() - self._began)
        if self.seen is None:
            return error_of(request, Ending(kind, "no look succeeded"), self.requests.caller)
        state = replace(self._state or PollState(0.0, 0.0), deadline_kind=kind)
        return error_of(request, state.at_deadline(self.seen), self.requests.caller)
