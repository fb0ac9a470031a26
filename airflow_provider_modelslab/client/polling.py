"""Waiting for several requests in this process, each by its own schedule, and fetching what is complete."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from airflow_provider_modelslab.metrics import count_ended_wait
from airflow_provider_modelslab.protocol.outcome import Outcome, RateLimited
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, PollState

_AT_ONCE = 8  # results fetched in parallel, where there are several
_FETCH_TIMEOUT = 600.0  # seconds; longer than trouble is tolerated, so that trouble is what is told

Told = Callable[[str, Outcome, float], None]


def wait_for_each(
    fetch: Callable[[str], Outcome], request_ids: Iterable[str], wait: PollState, tell: Told | None
) -> Iterator[tuple[str, Ending]]:
    """Look at each request when it is due, and yield how its wait ended as soon as it has.

    What the caller does with one of them delays the looks at the others, and loses none.

    :param fetch: looks at one request
    :param request_ids: the requests
    :param wait: where the wait for each of them stands
    :param tell: takes each look: the request, what the look meant, and when it was; None where the waits have
        been told of, and counted, already
    """
    due = [
        (wait.next_poll, number, request, wait) for number, request in enumerate(dict.fromkeys(request_ids))
    ]
    quiet_until = 0.0
    while due:
        look_at, number, request, wait = heapq.heappop(due)
        time.sleep(max(0.0, max(look_at, min(quiet_until, wait.deadline)) - time.time()))
        outcome, now = fetch(request), time.time()
        step = wait.after(outcome, now, random.random())
        if tell:
            tell(request, outcome, now)
        if isinstance(step, Ending):
            if tell:
                count_ended_wait(step.kind, now - wait.started)
            yield request, step
            continue
        if isinstance(outcome, RateLimited):
            quiet_until = step.next_poll  # the limit is the account's, not the request's
        heapq.heappush(due, (step.next_poll, number, request, step))


def fetch_results(
    fetch: Callable[[str], Outcome], request_ids: Iterable[str], known: Mapping[str, Ending]
) -> dict[str, Ending]:
    """Fetch what a trigger saw complete, of which its event carried ids only; return how each wait ended.

    :param fetch: looks at one request, from any thread
    :param request_ids: the requests
    :param known: how the waits for others ended
    """
    endings = dict(known)

    def fetch_one(request_id: str) -> tuple[str, Ending]:
        down = any(ending.kind is EndingKind.UNAVAILABLE for ending in list(endings.values()))
        now = time.time()  # that the API is down need not be learnt again for each
        wait = PollState(now, now + _FETCH_TIMEOUT, max_failures=1 if down else MAX_FAILURES)
        _, endings[request_id] = found = next(wait_for_each(fetch, [request_id], wait, None))
        return found

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(pool.map(fetch_one, request_ids))
