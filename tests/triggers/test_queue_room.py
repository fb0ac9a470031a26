"""The wait for room: the trigger, and a fan-out far beyond what the account may queue."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from blockbuster import blockbuster_ctx

from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from airflow_provider_modelslab.protocol import poll_intervals
from airflow_provider_modelslab.triggers.queue_room import QueueRoomTrigger
from tests.support.deferring import run_tasks
from tests.support.standin import BRIEF
from tests.triggers.test_face_swap import fire, make_trigger

if TYPE_CHECKING:
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_triggers")


def waiting(timeout: float = 20, **kwargs: Any) -> QueueRoomTrigger:
    now = time.time()
    arguments = {"since": now, "deadline": now + timeout, "retry_after": 60, **kwargs}
    return QueueRoomTrigger(modelslab_conn_id="modelslab_default", **arguments)


async def status_of(trigger: QueueRoomTrigger) -> str:
    (event,) = [event async for event in trigger.run()]
    status: str = event.payload["status"]
    return status


def test_it_is_made_again_from_what_is_stored_and_that_is_plain_json() -> None:
    path, kwargs = waiting().serialize()
    assert path == "airflow_provider_modelslab.triggers.queue_room.QueueRoomTrigger"
    assert QueueRoomTrigger(**json.loads(json.dumps(kwargs))).serialize() == (path, kwargs)


@pytest.mark.thorough
async def test_it_fires_after_the_pause_that_the_api_asked_for_and_never_submits(connected: StandIn) -> None:
    began = time.monotonic()
    assert await status_of(waiting(retry_after=1)) == "room"
    assert time.monotonic() - began >= 1
    assert connected.stats()["requests"] == 0


async def test_it_fires_at_the_deadline_which_a_restart_keeps(connected: StandIn) -> None:
    assert await status_of(waiting(timeout=0.05)) == "deadline"
    assert await status_of(waiting(timeout=-100)) == "deadline"


@pytest.mark.parametrize("ending", ["success", "failed"])
async def test_the_end_of_a_swap_lets_one_go_on(connected: StandIn, ending: str) -> None:
    tasks = [asyncio.create_task(status_of(waiting(timeout=3))) for _ in range(2)]
    await fire(make_trigger(connected.add_job(**BRIEF, ending=ending)))
    assert await tasks[0] == "room"
    assert not tasks[1].done()
    tasks[1].cancel()


async def test_a_wait_that_ends_without_the_swap_makes_no_room(connected: StandIn) -> None:
    task = asyncio.create_task(status_of(waiting(timeout=0.15)))
    await fire(make_trigger(connected.add_job(duration=60), timeout=0.03))
    assert await task == "deadline"


async def test_it_never_fires_at_once_and_so_cannot_overtake_its_own_deferral(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_intervals, "AFTER_DEFERRAL", 0.05)
    began = time.monotonic()
    await status_of(waiting(timeout=0))
    assert time.monotonic() - began >= 0.05


async def test_it_does_not_block_the_loop(connected: StandIn) -> None:
    trigger = waiting(timeout=0.05)
    with blockbuster_ctx():
        assert await status_of(trigger) == "deadline"


@pytest.mark.parametrize("count", [30, pytest.param(100, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("duration", [0.0, 0.1], ids=["done_at_once", "deferred"])
async def test_many_swaps_on_an_account_of_five_all_succeed_without_hammering(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, duration: float, count: int
) -> None:
    monkeypatch.setattr(poll_intervals, "ROOM_SHORTEST", 0.015)
    for name in ("ROOM_REFUSED_AFTER", "SLOW_DOWN_LONGEST"):
        monkeypatch.setattr(poll_intervals, name, 0.25)
    connected.configure(queue_limit=5, retry_after=1, submit={"duration": duration})
    connected.add_jobs(5, duration=0.2)  # what others have queued
    swaps = [
        FaceSwapOperator(
            task_id=f"swap_{number}",
            face="https://example.com/face.jpg",
            image=f"https://example.com/{number}.jpg",
            track_id=number,
            deferrable=True,
            timeout=100,
            poke_interval=0.05,
        )
        for number in range(count)
    ]
    results = await run_tasks(swaps, workers=8)
    assert len({result["id"] for result in results}) == count
    assert sorted(each["track_id"] for each in connected.submits(accepted=True)) == list(range(count))
    assert len(connected.submits()) <= count * 4


async def test_its_event_carries_what_the_wait_after_it_needs(connected: StandIn) -> None:
    trigger = waiting(timeout=0, execution_deadline=7.0)
    path, kwargs = trigger.serialize()
    assert QueueRoomTrigger(**json.loads(json.dumps(kwargs))).serialize() == (path, kwargs)
    event = await fire(trigger)  # type: ignore[arg-type]
    assert event == {"status": "deadline", **{name: kwargs[name] for name in sorted(kwargs) if name in event}}
    assert event.keys() == {"status", "deadline", "since", "execution_deadline"}
