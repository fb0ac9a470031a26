"""The threads that save files, so that what is saved holds up neither waiting nor submitting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.item_outcomes import ItemOutcomes

_THREADS = 4
_MOST_BEHIND = 32  # results that wait for a thread; links expire, so no more are submitted then
_TICK = 0.25  # seconds


class Savers:
    """Saves one item's files in each of a few threads.

    :param outcomes: takes what goes wrong
    """

    def __init__(self, outcomes: ItemOutcomes) -> None:
        self.done = 0
        self._outcomes = outcomes
        self._saving = 0
        self._is_closed = False
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="saving")

    @property
    def are_busy(self) -> bool:
        """Whether there is anything to save."""
        return self._saving > 0

    @property
    def are_behind(self) -> bool:
        """Whether there is so much to save that no more should come."""
        return self._saving >= _MOST_BEHIND

    def save(self, item: Item, act: Callable[[], None], then: Callable[[], None]) -> None:
        """Have an item's files saved.

        :param item: the item
        :param act: saves them
        :param then: is called after that
        """
        with self._changed:
            self._saving += 1

        def saved() -> None:
            try:
                act()
            except Exception as error:
                self._outcomes.in_trouble(item, error)
            finally:
                with self._changed:
                    self._saving -= 1
                    self.done += 1
                    self._changed.notify_all()
                then()

        self._pool.submit(copy_context().run, saved)

    def finish(self, ending: threading.Event | None) -> None:
        """Wait until all is saved, or everything ends.

        :param ending: is set where everything ends
        """
        with self._changed:
            while self._saving and not (ending and ending.is_set()):
                self._changed.wait(_TICK)

    def note(self, act: Callable[[], None]) -> None:
        """Let a thread note what became of an item, unless all is over: the next run may be at it by then.

        :param act: notes it
        """
        with self._changed:
            if not self._is_closed:
                act()

    def close(self) -> None:
        """Begin nothing any more. What is being saved is not waited for, nor noted: its records stand."""
        with self._changed:
            self._is_closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
