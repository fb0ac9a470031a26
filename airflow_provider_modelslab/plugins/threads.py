"""Threads that read: few for each root, so that a store that hangs takes none of another's, or Airflow's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, fail_after, to_thread

from airflow_provider_modelslab.plugins.places import NotShownError, Reason

T = TypeVar("T")

DATABASE = "Airflow's database"
_AT_ONCE = 8
_PATIENCE = 15.0  # seconds to wait for a thread


class Threads:
    """Runs what blocks, for one event loop."""

    def __init__(self) -> None:
        self._limiters: dict[str, CapacityLimiter] = defaultdict(lambda: CapacityLimiter(_AT_ONCE))

    async def run(self, act: Callable[[], T], of: str = DATABASE) -> T:
        """Return what a function returns, and raise what it raises.

        :param act: the function
        :param of: the root that it reads
        :raises NotShownError: if all threads for it are busy, and stay so
        """
        limiter, borrower = self._limiters[of], object()
        try:
            with fail_after(_PATIENCE):
                await limiter.acquire_on_behalf_of(borrower)
        except TimeoutError:
            raise NotShownError(Reason.STORE_FAILED, "it does not answer") from None
        try:
            return await to_thread.run_sync(act, limiter=CapacityLimiter(1))
        finally:
            limiter.release_on_behalf_of(borrower)
