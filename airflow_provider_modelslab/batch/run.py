"""Doing what a batch has left to do: submitting, waiting and saving at the same time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from airflow_provider_modelslab.batch.in_flight import InFlightLimit
from airflow_provider_modelslab.batch.item import KINDS, Item
from airflow_provider_modelslab.batch.item_outcomes import ItemOutcomes
from airflow_provider_modelslab.batch.ledger import Ledger
from airflow_provider_modelslab.batch.look_times import LookTimes
from airflow_provider_modelslab.batch.progress import Progress
from airflow_provider_modelslab.batch.savers import Savers
from airflow_provider_modelslab.batch.to_do import ToDo
from airflow_provider_modelslab.exceptions import FaceSwapExecutionTimeoutError

_TICK = 0.25  # seconds
#: Shorter waits are not worth the start of a task, which takes seconds of CPU and some more of patience.
PARK_WORTH = 30.0  # seconds


class EndedError(Exception):
    """The batch ends here, and this item with it."""


@dataclass(frozen=True)
class Waiting:
    """A request in the account's queue.

    :param submitted: when, in seconds since the epoch
    :param eta: what the API said last that remains, in seconds
    :param times: how long others of its kind take
    """

    request_id: str
    submitted: float
    eta: float | None
    times: LookTimes

    def remaining(self, now: float) -> float:
        """Return how many seconds it is likely to take still."""
        return self.times.remaining(now - self.submitted, self.eta)


class BatchRun:
    """One try of a batch on a worker.

    :param to_do: the items, and what stands of them
    :param limit: how many requests there are at a time
    :param log: for the log
    :param sleeps: whether to stop where all that is left is a long wait
    :param until: when the task's time is over, in seconds since the epoch
    :param is_over: tells whether so many have failed that no more are to be submitted
    """

    def __init__(
        self,
        to_do: ToDo,
        limit: InFlightLimit,
        log: Any,
        *,
        sleeps: bool = False,
        until: float | None = None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self.ledger: Ledger = to_do.ledger
        self.limit, self.until = limit, until
        self.outcomes = ItemOutcomes(to_do.ledger, to_do.report, log)
        self.times = {kind: LookTimes() for kind in KINDS}
        self.began = time.time()
        self.error: Exception | None = None
        self.waiting: dict[str, Waiting] = {}
        self.ending = threading.Event()  # all waits end now
        self.is_asleep = False
        self._submits_no_more = threading.Event()
        self._to_do, self._sleeps, self._is_over, self._log = to_do, sleeps, is_over, log
        self._savers = Savers(self.outcomes)
        self._progress = Progress(log)
        self._again: deque[Item] = deque()
        self._begun: dict[str, Item] = {}

        self._busy = 0
        self._looked_at = time.monotonic()
        self._lock = threading.Lock()

    def run(self, work: Callable[[Item], bool]) -> None:
        """Do what is left to do of the items; returns when all have ended, or all that is left is waiting.

        :param work: does one, in a thread; says whether a request of its has left the account's queue
        """
        pool = ThreadPoolExecutor(self.limit.threads, thread_name_prefix="swapping")
        try:
            for item in self._left():
                self._dispatch(item, work, pool)
                if self.is_asleep:
                    break
            self._savers.finish(self.ending if self.error else None)
        finally:  # also where the task is ended from outside: what is on its way is on record
            self._submits_no_more.set()
            self.ending.set()
            pool.shutdown(wait=True, cancel_futures=True)
            self._savers.close()
        if self.is_asleep:
            self._to_do.keep_report()
        else:
            for item in list(self._begun.values()):  # refused, or not come to, when all ended
                self.outcomes.left(item, is_queued=self.ledger.has_record(item))
            self._to_do.finish()

    def halt(self, error: Exception) -> None:
        """Submit nothing any more, since that would meet the same; what is in flight is still collected."""
        with self._lock:
            self.error = self.error or error
        self._submits_no_more.set()

    def retry_later(self, item: Item, pause: float) -> None:
        """Take an item that found no room again, before new ones.

        :param pause: seconds until the queue is asked again, unless one ends before
        """
        self._log.info(
            "The account's queue is full, with %d of this batch in it; the next goes in when one ends, or in "
            "%.0f s.",
            len(self.waiting),
            pause,
        )
        self._again.append(item)

    def save(self, item: Item, act: Callable[[], None]) -> None:
        """Have the files of an item saved, so that its place is free for another meanwhile."""
        self._savers.save(item, act, lambda: self._forget(item))

    def note_saving(self, act: Callable[[], None]) -> None:
        """Note what became of an item's files, unless the run is over."""
        self._savers.note(act)

    def pause(self, seconds: float) -> None:
        """Pass some time.

        :raises EndedError: if the batch ends meanwhile
        """
        if self.ending.wait(seconds):
            raise EndedError

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is submitted any more."""
        return self._submits_no_more.is_set()

    def _left(self) -> Iterator[Item]:
        """Yield what is not done, what found no room first."""
        try:
            for item in self._to_do.items():
                while self._again:
                    yield self._again.popleft()
                yield item
        except Exception as error:  # of the sources, or the store; what is in flight is collected
            self.halt(error)
        while True:
            is_busy = self._busy > 0  # first, since a busy thread may leave its item for another time
            if self._again:
                yield self._again.popleft()
            elif is_busy and not self.ending.is_set():
                time.sleep(_TICK)
                self._tick()
            else:
                return

    def _dispatch(self, item: Item, work: Callable[[Item], bool], pool: ThreadPoolExecutor) -> None:
        is_queued = self.ledger.has_record(item)
        while not self.ending.is_set():
            self._tick()
            if not is_queued and (self.is_stopped or self.limit.is_lost):
                break
            if not self._savers.are_behind and self.limit.acquire(_TICK, is_queued=is_queued):
                with self._lock:
                    self._busy += 1
                    self._begun[item.name] = item
                pool.submit(copy_context().run, self._guarded, item, work)  # for spans: below the task's
                return
            if self._savers.are_behind:
                time.sleep(_TICK)
        self.outcomes.left(item, is_queued=is_queued)

    def _guarded(self, item: Item, work: Callable[[Item], bool]) -> None:
        has_ended = False
        try:
            has_ended = work(item)
        except EndedError:
            self.outcomes.left(item, is_queued=False)
        except Exception as error:
            self.outcomes.in_trouble(item, error)
        finally:
            self.limit.release(has_ended=has_ended)
            with self._lock:
                self._busy -= 1
            self._forget(item)

    def _forget(self, item: Item) -> None:
        """Let go of an item of which it is known what became of it."""
        if self._to_do.report.has_ended(item):
            self._begun.pop(item.name, None)
        self._stop_if_over()

    def _stop_if_over(self) -> None:
        if self._is_over() or self.outcomes.are_in_vain:
            self._submits_no_more.set()

    def _tick(self) -> None:
        """Say how far it has come, and see whether it is to end, or to sleep; a few times a second."""
        if time.monotonic() - self._looked_at < _TICK:
            return
        self._looked_at = time.monotonic()
        self._progress.tell(self._savers.done, len(self.waiting), self._to_do)
        if self.until is not None and time.time() >= self.until:
            self.halt(_out_of_time())
            self.ending.set()
        elif self._sleeps and not self.is_stopped and self._is_worth_sleeping():
            self.is_asleep = True
            self.ending.set()

    def _is_worth_sleeping(self) -> bool:
        """Tell whether all that is left is a long wait: for the first to end, or for room."""
        in_flight, now = list(self.waiting.values()), time.time()
        if self._savers.are_busy or len(in_flight) < self._busy:
            return False
        if not in_flight:
            return self.limit.quiet_for >= PARK_WORTH
        return min(each.remaining(now) for each in in_flight) >= PARK_WORTH


def _out_of_time() -> Exception:
    return FaceSwapExecutionTimeoutError(
        "The batch was not done when the task's execution_timeout was over. What stands stays, and what is "
        "on its way is on record: run it again to go on, or give the task a longer execution_timeout."
    )
