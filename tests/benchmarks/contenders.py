"""The ways to wait that ``tests.benchmarks.waits`` compares, each in a process of its own.

``python -m tests.benchmarks.contenders NAME`` is not for people: it warms up with one job, says that it
is ready, reads the ids to wait for, and prints what waiting for them took.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tests.benchmarks.meter import Meter
from tests.support.standin.__main__ import raise_file_limit

PATH = "/api/v6/faceswap/fetch/"


@dataclass(frozen=True)
class Target:
    """What all of them are told: the server, its key, and the seconds between two looks; 0: as we like."""

    url: str
    key: str
    interval: float
    limit: float


async def bare(ids: Sequence[str], target: Target) -> None:
    """The floor: one aiohttp session, a plain loop for each job."""
    await _bare(ids, target, apart=0.0)


async def bare_apart(ids: Sequence[str], target: Target) -> None:
    """The same, begun one after the other over an interval: looks seldom share a turn of the loop."""
    await _bare(ids, target, apart=target.interval / len(ids))


async def _bare(ids: Sequence[str], target: Target, apart: float) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as session:

        async def wait(request_id: str, after: float) -> None:
            await asyncio.sleep(after)
            url, body = f"{target.url}{PATH}{request_id}", {"key": target.key}
            while True:
                async with session.post(url, json=body) as response:
                    if (await response.json())["status"] == "success":
                        return
                await asyncio.sleep(target.interval)

        await _all(wait(request_id, apart * index) for index, request_id in enumerate(ids))


async def trigger_each(ids: Sequence[str], target: Target) -> None:
    """The provider's trigger, one for each job, as that many deferred tasks have."""
    await _all(_fire(_our_trigger([request_id], target)) for request_id in ids)


async def trigger_own_pace(ids: Sequence[str], target: Target) -> None:
    """The same, which looks when the provider thinks best."""
    await _all(_fire(_our_trigger([request_id], replace(target, interval=0.0))) for request_id in ids)


async def trigger_for_all(ids: Sequence[str], target: Target) -> None:
    """The provider's trigger, one for all jobs, as a task with a sequence of ids has."""
    await _fire(_our_trigger(ids, target))


def _our_trigger(ids: Sequence[str], target: Target) -> Any:
    from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger

    now = time.time()
    return FaceSwapResultTrigger(
        request_ids=list(ids),
        modelslab_conn_id="modelslab_default",
        started=now,
        deadline=now + target.limit,
        poke_interval=target.interval or None,
    )


async def http_event_trigger(ids: Sequence[str], target: Target) -> None:
    """``HttpEventTrigger`` of apache-airflow-providers-http, one for each job."""
    await _all(_fire(_http_trigger(request_id, target)) for request_id in ids)


def _http_trigger(request_id: str, target: Target) -> Any:
    from airflow.providers.http.triggers.http import HttpEventTrigger

    return HttpEventTrigger(
        response_check_path="tests.benchmarks.http_check.is_done",
        endpoint=PATH + request_id,
        method="POST",
        headers={"Content-Type": "application/json"},
        data=json.dumps({"key": target.key}),
        poll_interval=target.interval,
    )


CONTENDERS: dict[str, Callable[[Sequence[str], Target], Awaitable[None]]] = {
    "bare aiohttp": bare,
    "bare aiohttp, apart": bare_apart,
    "a trigger for each": trigger_each,
    "at its own pace": trigger_own_pace,
    "a trigger for all": trigger_for_all,
    "HttpEventTrigger": http_event_trigger,
}


async def _all(waits: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run them side by side, started one at a time like the triggerer starts triggers."""
    tasks = []
    for wait in waits:
        tasks.append(asyncio.create_task(wait))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)


async def _fire(trigger: Any) -> None:
    """Run it to its end, as the triggerer does."""
    events = [event async for event in trigger.run()]
    assert len(events) == 1, f"the trigger fired {len(events)} events"
    _check(events[0].payload)


def _check(payload: dict[str, Any]) -> None:
    """A wait that ends in another way than with success would make the figures worthless."""
    if payload.get("status") == "error" or payload.get("error"):
        raise AssertionError(f"a wait failed: {payload}")


async def run(name: str, meter: Meter, say: Callable[[Any], None]) -> None:
    """Warm up, then wait for the ids that standard input brings."""
    wait = CONTENDERS[name]
    given = json.loads(sys.stdin.readline())
    warm_up, target = given.pop("warm_up"), Target(**given)
    await wait([warm_up], target)
    say("ready")
    ids = json.loads(sys.stdin.readline())
    async with meter.on() as measured:
        await asyncio.wait_for(wait(ids, target), target.limit)
    say(asdict(measured))


def main() -> None:
    out = sys.stdout
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - logging costs, as it does anywhere
    raise_file_limit()
    meter = Meter()
    loop = asyncio.SelectorEventLoop(meter)
    loop.run_until_complete(
        run(sys.argv[1], meter, lambda what: print(json.dumps(what), file=out, flush=True))
    )
    loop.close()


if __name__ == "__main__":
    main()
