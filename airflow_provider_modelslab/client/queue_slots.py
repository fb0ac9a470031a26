"""Room in the account's queue: who waits for it goes on one by one, the longest waiting first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from contextlib import suppress

from airflow_provider_modelslab.protocol.poll_intervals import pause_between_turns, pause_when_asked


class QueueSlots:
    """What the waits for room of one event loop and connection share.

    The API tells of room only to who submits. So one wait goes on whenever a face swap has ended, and else
    one after each pause: at first as long as the API asked for, and shorter the longer nobody is refused. So
    short jobs, whose end nobody here sees, are followed as fast as they run, and a full queue is left alone.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._asked = self._pause = pause_when_asked(None, 0.0)
        self._first_turn: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def refused(self, retry_after: float | None) -> None:
        """Take note that there was no room: the pause begins anew.

        :param retry_after: what the API said, in seconds
        """
        self.close()
        self._asked = self._pause = pause_when_asked(retry_after, random.random())
        self._first_turn = None
        self._set_timer()

    async def wait(self, since: float, seconds: float) -> bool:
        """Wait until there may be room; say whether that is so, or the time is over.

        :param since: when the task began to wait; who was refused again keeps the place in the line
        :param seconds: how long to wait
        """
        turn = asyncio.get_running_loop().create_future()
        place = (since, next(self._numbers), turn)
        heapq.heappush(self._waiting, place)
        self._set_timer()
        try:
            await asyncio.wait((turn,), timeout=max(0.0, seconds))
        except asyncio.CancelledError:
            if turn.done():
                self.release_next()
            raise
        finally:
            self._leave(place)
        return turn.done()

    def release_next(self) -> None:
        """Let the longest wait go on."""
        if self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            turn.set_result(None)

    def close(self) -> None:
        """Stop letting in."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _leave(self, place: tuple[float, int, asyncio.Future[None]]) -> None:
        with suppress(ValueError):  # it was let in
            self._waiting.remove(place)
            heapq.heapify(self._waiting)

    def _set_timer(self) -> None:
        if self._timer is None and self._waiting:
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._on_time)

    def _on_time(self) -> None:
        self._timer, now = None, asyncio.get_running_loop().time()
        self._first_turn = now if self._first_turn is None else self._first_turn
        self._pause = pause_between_turns(self._pause, self._asked, now - self._first_turn)
        self.release_next()
        self._set_timer()
