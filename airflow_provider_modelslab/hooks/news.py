"""What one wait learns of a request, every wait for the same request on the same event loop learns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from airflow_provider_modelslab.protocol.outcome import Outcome


class News:
    """Lets several waits for one request share each look. Alone, a wait pays little more than a sleep."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Future[Outcome | None]]] = {}
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
                _wake(listener, outcome)

    async def _listen(self, request_id: str, seconds: float | None) -> Outcome | None:
        loop = asyncio.get_running_loop()
        listener: asyncio.Future[Outcome | None] = loop.create_future()
        listeners = self._listeners.setdefault(request_id, set())
        listeners.add(listener)
        timer = None if seconds is None else loop.call_later(max(0.0, seconds), _wake, listener, None)
        try:
            return await listener
        finally:
            if timer is not None:
                timer.cancel()
            listeners.discard(listener)
            if not listeners and self._listeners.get(request_id) is listeners:
                del self._listeners[request_id]


def _wake(listener: asyncio.Future[Outcome | None], outcome: Outcome | None) -> None:
    if not listener.done():
        listener.set_result(outcome)
