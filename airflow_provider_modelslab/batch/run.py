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
from airflow_provider_modelslab.batch.report import Report, read_lines
from airflow_provider_modelslab.batch.sources import Sources
from airflow_provider_modelslab.exceptions import FaceSwapExecutionTimeoutError

_SAVERS = 4  # threads
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

    :param ledger: what stands and is on its way
    :param limit: how many requests there are at a time
    :param report: takes what became of each item
    :param log: for the log
    :param parks: whether to stop where all that is left is a long wait
    :param until: when the task's time is over, in seconds since the epoch
    :param is_over: tells whether so many have failed that no more are to be submitted
    """

    def __init__(
        self,
        ledger: Ledger,
        limit: InFlightLimit,
        report: Report,
        log: Any,
        *,
        parks: bool = False,
        until: float | None = None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self.ledger, self.limit, self.report, self.until = ledger, limit, report, until
        self.outcomes = ItemOutcomes(ledger, report, log)
        self.times = {kind: LookTimes() for kind in KINDS}
        self.began = time.time()
        self.error: Exception | None = None
        self.waiting: dict[str, Waiting] = {}
        self.parked = threading.Event()
        self.is_parked = False
        self._stopped = threading.Event()
        self._parks, self._is_over = parks, is_over
        self._progress = Progress(log)
        self._sources = Sources()
        self._again: deque[Item] = deque()
        self._busy = self._saving = self._done = 0
        self._lock = threading.Lock()
        self._savers = ThreadPoolExecutor(_SAVERS, thread_name_prefix="saving")

    def run(self, items: Sources, work: Callable[[Item], bool]) -> None:
        """Do what is left to do of the items; returns when all have ended, or all that is left is waiting.

        :param items: all of them
        :param work: does one, in a thread; says whether a request of its has left the account's queue
        """
        with self._savers:
            pool = ThreadPoolExecutor(self.limit.threads, thread_name_prefix="swapping")
            try:
                for item in self._left(items):
                    self._dispatch(item, work, pool)
                    if self.is_parked:
                        break
            finally:  # also where the task is ended from outside: what is on its way is on record
                self._stopped.set()
                self.parked.set()
                pool.shutdown(wait=True, cancel_futures=True)

    def halt(self, error: Exception) -> None:
        """Submit nothing any more, since that would meet the same; what is in flight is still collected."""
        with self._lock:
            self.error = self.error or error
        self._stopped.set()

    def retry_later(self, item: Item) -> None:
        """Take an item that found no room again, before new ones."""
        self._again.append(item)

    def save(self, item: Item, act: Callable[[], None]) -> None:
        """Have the files of an item saved, so that its place is free for another meanwhile."""
        with self._lock:
            self._saving += 1

        def saved() -> None:
            try:
                act()
            except Exception as error:
                self.outcomes.in_trouble(item, error)
            finally:
                with self._lock:
                    self._saving -= 1
                    self._done += 1
                self._stop_if_over()

        self._savers.submit(copy_context().run, saved)

    def pause(self, seconds: float) -> None:
        """Pass some time.

        :raises EndedError: if the batch ends meanwhile
        """
        if self.parked.wait(seconds):
            raise EndedError

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is submitted any more."""
        return self._stopped.is_set()

    def _left(self, items: Sources) -> Iterator[Item]:
        """Yield what is not done, refused ones first."""
        lines, self._sources = read_lines(self.ledger.read_report()), items
        untold: list[Item] = []
        for item in items:
            self.report.expect(item)
            if self.ledger.is_done(item):
                self.report.add_line(item, "saved", lines.get(item.name, b""))
                if item.name not in lines:  # an earlier run was killed before its report
                    untold.append(item)
                continue
            while self._again:
                yield self._again.popleft()
            yield item
        self._tell_of(untold)
        while self._again or (self._busy and not self.parked.is_set()):
            if self._again:
                yield self._again.popleft()
            else:
                time.sleep(_TICK)
                self._tick()

    def _tell_of(self, items: list[Item]) -> None:
        lines = self.ledger.settled_lines(items)
        for item in items:
            if line := lines.get(item.name):
                self.report.add_line(item, "saved", line)
            else:
                self.report.add(item, "saved")

    def _dispatch(self, item: Item, work: Callable[[Item], bool], pool: ThreadPoolExecutor) -> None:
        while not self.parked.is_set():
            if self.is_stopped and not self.ledger.has_record(item):
                break
            if self.limit.acquire(_TICK):
                with self._lock:
                    self._busy += 1
                pool.submit(copy_context().run, self._guarded, item, work)  # for spans: below the task's
                return
            self._tick()
        self.outcomes.not_submitted(item)

    def _guarded(self, item: Item, work: Callable[[Item], bool]) -> None:
        has_ended = False
        try:
            has_ended = work(item)
        except EndedError:
            self.outcomes.not_submitted(item)
        except Exception as error:
            self.outcomes.in_trouble(item, error)
        finally:
            self.limit.release(has_ended=has_ended)
            with self._lock:
                self._busy -= 1
            self._stop_if_over()

    def _stop_if_over(self) -> None:
        if self._is_over():
            self._stopped.set()

    def _tick(self) -> None:
        """Say how far it has come, and see whether it is to end, or to sleep."""
        most = self._sources.most
        left = None if most is None else most - self._sources.duplicates - self.report.ended()
        self._progress.tell(self._done, len(self.waiting), self.report.not_saved(), left)
        if self.until is not None and time.time() >= self.until:
            self.halt(_out_of_time())
            self.parked.set()
        elif self._parks and not self.is_stopped and self._is_worth_parking():
            self.is_parked = True
            self.parked.set()

    def _is_worth_parking(self) -> bool:
        """Tell whether all that is left is a long wait: for the first to end, or for room."""
        in_flight, now = list(self.waiting.values()), time.time()
        if self._saving or len(in_flight) < self._busy:
            return False
        if not in_flight:
            return self.limit.quiet_for >= PARK_WORTH
        return min(each.remaining(now) for each in in_flight) >= PARK_WORTH


def _out_of_time() -> Exception:
    return FaceSwapExecutionTimeoutError(
        "The batch was not done when the task's execution_timeout was over. What stands stays, and what is "
        "on its way is on record: run it again to go on, or give the task a longer execution_timeout."
    )
