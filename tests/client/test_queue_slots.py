"""Who waits for room in the account's queue goes on in order, and not all at once."""

from __future__ import annotations

import asyncio
import time

import pytest

from airflow_provider_modelslab.client.queue_slots import QueueSlots
from airflow_provider_modelslab.protocol import poll_intervals


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_intervals, "JITTER", 0.0)


def line(room: QueueSlots, waits: int, seconds: float = 60) -> tuple[list[int], list[asyncio.Task[None]]]:
    """Let so many wait, the last come having waited longest; give who went on, in order."""
    gone: list[int] = []

    async def wait(number: int) -> None:
        if await room.wait(since=-number, seconds=seconds):
            gone.append(number)

    return gone, [asyncio.create_task(wait(number)) for number in range(waits)]


async def test_an_end_lets_the_longest_wait_go_on_and_no_other() -> None:
    room = QueueSlots()
    gone, waits = line(room, 3)
    await asyncio.sleep(0)
    room.release_next()
    await asyncio.sleep(0.01)
    assert gone == [2]
    room.release_next()
    room.release_next()
    await asyncio.gather(*waits)
    assert gone == [2, 1, 0]
    room.release_next()  # nobody waits: nothing happens
    room.close()


@pytest.mark.thorough
async def test_without_an_end_one_goes_on_after_the_pause_that_the_api_asked_for() -> None:
    room = QueueSlots()
    room.refused(1)
    began = time.monotonic()
    assert await room.wait(0, 60)
    assert time.monotonic() - began >= 1
    room.close()


async def pauses_of(room: QueueSlots, turns: int) -> list[float]:
    """Let so many go on, one after the other without waiting, and return how long each would have waited."""
    gone, waits = line(room, turns)
    await asyncio.sleep(0)
    pauses = []
    for _ in waits:
        pauses.append(room._pause)
        room.close()
        room._on_time()
    await asyncio.gather(*waits)
    assert gone == list(reversed(range(turns)))
    return pauses


async def test_as_long_as_nobody_is_refused_one_goes_on_ever_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_intervals, "ROOM_REFUSED_AFTER", 0.0)
    room = QueueSlots()
    room.refused(16)
    assert await pauses_of(room, 5) == [16, 8, 4, 2, 2]


async def test_but_not_before_the_first_of_them_could_have_been_refused() -> None:
    room = QueueSlots()
    room.refused(16)
    assert await pauses_of(room, 4) == [16, 10, 10, 10]
    room.refused(5)
    assert await pauses_of(room, 3) == [5, 5, 5]


@pytest.mark.thorough
async def test_a_refusal_begins_the_pause_anew() -> None:
    room = QueueSlots()
    room.refused(0)
    gone, waits = line(room, 2)
    await asyncio.sleep(0.5)
    room.refused(2)  # the turn that was due after half a second is not
    await asyncio.sleep(1)
    assert gone == []
    room.refused(900)
    room.refused(0)  # what the API says now counts
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    assert gone == [1]
    waits[0].cancel()
    room.close()


async def test_without_a_word_of_how_long_it_is_what_is_usual() -> None:
    room = QueueSlots()
    room.refused(17)
    assert room._pause == 17
    room.refused(None)
    assert room._pause == poll_intervals.SLOW_DOWN_DEFAULT


async def test_who_is_out_of_time_or_cancelled_takes_nobody_s_turn() -> None:
    room = QueueSlots()
    gone, (cancelled, waits) = line(room, 2)
    assert not await room.wait(since=-5, seconds=0.01)
    cancelled.cancel()
    await asyncio.sleep(0.01)
    assert len(room._waiting) == 1
    room.release_next()
    await waits
    assert gone == [1]
    room.close()


async def test_who_is_cancelled_with_the_turn_in_hand_passes_it_on() -> None:
    room = QueueSlots()
    gone, (last, first) = line(room, 2)
    await asyncio.sleep(0)
    room.release_next()
    first.cancel()
    await last
    assert gone == [0]
    room.close()
