"""What one wait learns of a request, every wait for the same request on the same event loop learns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from airflow_provider_modelslab.protocol.outcome import Outcome


class News:
    """Lets several waits for one request share each look. Alone, a wait pays little more than a sleep."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[_Listener]] = {}
        self._looking: set[str] = set()

    async def next_outcome(
        self, request_id: str, seconds: float, look: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        """Return what the next look at the request means, whoever makes it.

        :param request_id: the request
        :param seconds: how long to wait for another's look before making one
        :param look: makes one
        """
        outcome = await self._listen(request_id, seconds)
        while outcome is None and request_id in self._looking:
            outcome = await self._listen(request_id, None)
        return outcome or await self._look(request_id, look)

    async def _look(self, request_id: str, look: Callable[[], Awaitable[Outcome]]) -> Outcome:
        outcome = None
        self._looking.add(request_id)
        try:
            outcome = await look()
            return outcome
        finally:  # a look that was cancelled wakes the others as well: one of them makes it
            self._looking.discard(request_id)
            for listener in self._listeners.get(request_id, ()):
                listener.outcome = outcome
                listener.wake()

    async def _listen(self, request_id: str, seconds: float | None) -> Outcome | None:
        loop = asyncio.get_running_loop()
        listener = _Listener(loop.create_future())
        listeners = self._listeners.setdefault(request_id, set())
        listeners.add(listener)
        timer = None if seconds is None else loop.call_later(max(0.0, seconds), listener.wake)
        try:
            await listener.woken
            return listener.outcome
        finally:
            if timer is not None:
                timer.cancel()
            listeners.discard(listener)
            if not listeners and self._listeners.get(request_id) is listeners:
                del self._listeners[request_id]


class _Listener:
    """Its outcome can still come between its time being up and its turn on the loop."""

    def __init__(self, woken: asyncio.Future[None]) -> None:
        self.woken = woken
        self.outcome: Outcome | None = None

    def wake(self) -> None:
        if not self.woken.done():
            self.woken.set_result(None)
