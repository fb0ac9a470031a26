"""Waiting for an item that is in the account's queue, until it has ended or the batch goes to sleep."""

from __future__ import annotations

import random
import time
from typing import Any

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.item_record import ItemRecord
from airflow_provider_modelslab.batch.run import BatchRun, Waiting
from airflow_provider_modelslab.batch.swap_options import SwapOptions
from airflow_provider_modelslab.metrics import count_ended_wait
from airflow_provider_modelslab.protocol.outcome import InProgress, Outcome, RateLimited, TransientFailure
from airflow_provider_modelslab.protocol.poll_intervals import pause_in_trouble, pause_when_asked
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, ending_of


class WaitForItem:
    """One wait, in a thread of its own.

    :param run: the batch
    :param item: what is waited for
    :param record: of its submission
    :param options: how long to wait, and how many looks may fail
    """

    def __init__(self, run: BatchRun, item: Item, record: ItemRecord, options: SwapOptions) -> None:
        self._run, self._item, self._record, self._options = run, item, record, options
        self._times = run.times[item.kind]
        self._looks = self._failures = 0
        self._not_done_at = 0.0

    def until_ended(self, hook: Any, seen: Outcome | None) -> Ending | None:
        """Look until it has ended; None where the batch goes to sleep meanwhile.

        :param hook: what to look with
        :param seen: what the submission's answer says already
        """
        is_taken_up = seen is None
        try:
            while True:
                if seen is not None:
                    if ending := self._ending(seen):
                        if not (is_taken_up and self._looks == 1):  # then a trigger has counted it
                            count_ended_wait(ending.kind, self._elapsed())
                        return ending
                    if self._run.ending.wait(self._pause(seen)):
                        return None
                seen = hook.fetch(str(self._record.request_id))
                self._looks += 1
        finally:
            if not self._run.ending.is_set():
                self._run.waiting.pop(self._item.name, None)

    def _ending(self, seen: Outcome) -> Ending | None:
        self._failures = self._failures + 1 if isinstance(seen, TransientFailure) else 0
        ending = ending_of(seen, self._failures, self._options.max_failed_looks)
        elapsed = self._elapsed()
        if ending is None:
            if self._looks:
                self._not_done_at = elapsed
            is_over = elapsed > self._options.timeout and not isinstance(seen, TransientFailure)
            return Ending(EndingKind.TIMEOUT, "still processing") if is_over else None
        if ending.result is not None and self._record.submitted >= self._run.began:
            self._times.learn(self._not_done_at, elapsed)  # of others nobody knows when they ended
        return ending

    def _pause(self, seen: Outcome) -> float:
        eta = seen.eta if isinstance(seen, InProgress) else None
        self._run.waiting[self._item.name] = Waiting(
            str(self._record.request_id), self._record.submitted, eta, self._times
        )
        jitter = random.random()
        if isinstance(seen, RateLimited):
            return pause_when_asked(seen.retry_after, jitter)
        if isinstance(seen, TransientFailure):
            return pause_in_trouble(self._failures, jitter)
        return self._times.pause(self._elapsed(), self._looks, eta, jitter)

    def _elapsed(self) -> float:
        return time.time() - self._record.submitted
