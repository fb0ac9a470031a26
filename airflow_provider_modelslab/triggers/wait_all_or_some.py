"""Waiting for many requests in one event loop: for all of them, or until it is worth starting a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind

Waits = Mapping[str, Callable[[], Coroutine[Any, Any, Ending]]]


async def wait_all_or_some(waits: Waits, collect_after: float | None) -> dict[str, Ending]:
    """Return how the waits ended, by request id: all, or those that have until a result waited so long.

    :param waits: the waits, by request id
    :param collect_after: how long a result may wait for the others, in seconds; none waits for all
    """
    if collect_after is None or len(waits) < 2:
        begun = [wait() for wait in waits.values()]
        ended = await asyncio.gather(*begun) if len(begun) > 1 else [await wait for wait in begun]
        return dict(zip(waits, ended, strict=True))
    return await _until_worth_it(waits, collect_after)


async def _until_worth_it(waits: Waits, collect_after: float) -> dict[str, Ending]:
    ended: dict[str, Ending] = {}
    has_result = asyncio.Event()

    async def note(request_id: str) -> None:
        ended[request_id] = ending = await waits[request_id]()
        if ending.kind is EndingKind.DONE:
            has_result.set()

    async def wait_until_worth_it() -> None:
        await has_result.wait()
        await asyncio.sleep(collect_after)

    everything: asyncio.Future[Any] = asyncio.gather(*map(note, waits))
    enough: asyncio.Future[Any] = asyncio.ensure_future(wait_until_worth_it())
    try:
        await asyncio.wait({everything, enough}, return_when=asyncio.FIRST_COMPLETED)
        if everything.done():
            everything.result()  # raises what a wait has raised
        return {request_id: ended[request_id] for request_id in waits if request_id in ended}
    finally:
        everything.cancel()
        enough.cancel()
        await asyncio.gather(everything, enough, return_exceptions=True)
