"""Several waits for one request share each look."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from airflow_provider_modelslab.hooks.news import News
from airflow_provider_modelslab.protocol.outcome import Outcome, Waiting

SEEN = Waiting("processing")


class Looker:
    """Counts looks, which take a moment each."""

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.looks, self.seconds, self.error = 0, seconds, error

    async def look(self) -> Outcome:
        self.looks += 1
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return SEEN


async def test_a_wait_alone_looks_when_its_time_has_come() -> None:
    looker = Looker()
    assert await News().next_outcome("1", 0.01, looker.look) == SEEN
    assert looker.looks == 1


async def test_the_first_to_look_tells_all_others_of_the_same_request() -> None:
    news, looker = News(), Looker()
    outcomes = await asyncio.gather(*(news.next_outcome("1", pause, looker.look) for pause in (60, 0.01, 30)))
    assert outcomes == [SEEN] * 3
    assert looker.looks == 1


async def test_who_comes_while_another_looks_waits_for_that_look() -> None:
    news, looker = News(), Looker(seconds=0.05)
    await asyncio.gather(*(news.next_outcome("1", pause, looker.look) for pause in (0, 0.02)))
    assert looker.looks == 1


async def test_a_look_that_ends_just_when_the_time_of_another_is_up_is_enough() -> None:
    loop, troubles = asyncio.get_running_loop(), list[Any]()
    loop.set_exception_handler(lambda _, context: troubles.append(context))
    news, looker, looked = News(), Looker(), loop.create_future()
    first = asyncio.create_task(news.next_outcome("1", 0, lambda: looked))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(news.next_outcome("1", 0, looker.look))
    await asyncio.sleep(0)  # now it listens, for no longer than a turn of the loop
    looked.set_result(SEEN)
    assert await asyncio.gather(first, second) == [SEEN, SEEN]
    assert looker.looks == 0
    assert troubles == []


async def test_different_requests_are_looked_at_by_themselves() -> None:
    news, looker = News(), Looker()
    await asyncio.gather(*(news.next_outcome(request, 0, looker.look) for request in ("1", "2")))
    assert looker.looks == 2


@pytest.mark.parametrize("way", ["cancelled", "failed"])
async def test_a_look_that_comes_to_nothing_is_made_by_the_next(way: str) -> None:
    news, looker = News(), Looker()
    broken = Looker(seconds=0.05, error=RuntimeError("broken"))
    first = asyncio.create_task(news.next_outcome("1", 0, broken.look))
    second = asyncio.create_task(news.next_outcome("1", 0.02, looker.look))
    await asyncio.sleep(0.03)
    if way == "cancelled":
        first.cancel()
    assert await second == SEEN
    with pytest.raises((asyncio.CancelledError, RuntimeError)):
        await first
    assert looker.looks == 1


async def test_nothing_is_kept_of_waits_that_are_over() -> None:
    news = News()
    await news.next_outcome("1", 0, Looker().look)
    task = asyncio.create_task(news.next_outcome("2", 60, Looker().look))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not news._listeners
    assert not news._looking
