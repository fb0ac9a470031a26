"""When to look next: a pure function of what is known, with the numbers in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Without an eta the interval grows with the logarithm of the time waited: 2 s for ten seconds, 4.9 s after a
# minute, 10.3 s after half an hour. Faster growth saves more looks than it is worth in delay.
SHORTEST = 2.0  # seconds
GROWTH = 1.6  # seconds for each e-fold of the time waited
GROWTH_AFTER = 10.0  # seconds

# Nobody knows how right an eta is. The first one leads to a look after the end that it promises where that is
# near, since a look costs more than a second does, and else before it. A job that is done by then took one
# look; of others the next eta has run down faster or slower than the time, which says when the end will come.
# Where etas are right to 30 %, this is half the looks and half the delay of an interval of 5 s. A larger
# share gives fewer looks and more delay.
ETA_SHARE = 0.75  # of the eta and ETA_MORE
ETA_MORE = 3.0  # seconds
ETA_WRONG = 1.5  # the factor by which it may be wrong, or run down too fast or too slowly
ETA_SHORTEST = 1.0  # seconds
ETA_NEAR = 10.0  # seconds; where more remain, the look is to come before the end, whatever the jitter
# An eta of 605 s has been seen for jobs of seconds, so one of minutes is believed no longer than the wait has
# already lasted. One that does not run down while time passes is not believed at all.
ETA_PLAUSIBLE = 90.0  # seconds
ETA_TRUST_FIRST = 10.0  # seconds
ETA_TRUST_LONGEST = 300.0  # seconds
ETA_RUNS_DOWN = 0.5  # share of the time passed by which it must have run down
ETA_ROUNDING = 1.0  # seconds

JITTER = 0.1  # share of a pause by which looks are spread, so that a thousand waits do not poll in step

# Trouble that passes is met with pauses of its own: 2, 4, 8, 16, 30, 30 … seconds.
TROUBLE_FIRST = 2.0  # seconds
TROUBLE_LONGEST = 30.0  # seconds
MAX_FAILURES = 8  # looks in a row that may fail; the pauses between them add up to two minutes

# A task that is taken up again while its first process is still ending is failed by the scheduler, which
# takes that process's end for the new one's (apache/airflow #66374, #71580). On a busy machine that
# ending takes seconds. So neither a trigger's first look or event nor a rescheduled look comes sooner than
# this.
AFTER_DEFERRAL = 8.0  # seconds
AFTER_RESCHEDULE = 10.0  # seconds
# A worker that could defer makes the looks that fall into this time itself. A trigger would make none before
# AFTER_DEFERRAL, and its event costs another start of the task.
LINGER = 12.0  # seconds

# Where one task saves many results, a result that is there waits at most this long for the others: its links
# expire. Each time costs the start of a worker.
COLLECT_AFTER = 180.0  # seconds

SLOW_DOWN_DEFAULT = 30.0  # seconds, where the API asks to slow down without saying for how long
SLOW_DOWN_LONGEST = 900.0  # seconds; beyond this the API is asked again anyway
ROOM_SHORTEST = 2.0  # seconds, from one task that is let in to the next
ROOM_REFUSED_AFTER = 10.0  # seconds, from a task that is let in until it is known to be refused
ROOM_GROWTH = 1.5  # from one refusal for want of room to the next, where a task waits by itself


@dataclass(frozen=True)
class Pace:
    """How often the DAG author wants to look; the meanings are those of Airflow's sensors.

    :param poke_interval: seconds between two looks; None leaves the choice to this module
    :param exponential_backoff: double the interval after each look
    :param max_wait: the longest interval, in seconds
    """

    poke_interval: float | None = None
    exponential_backoff: bool = False
    max_wait: float | None = None


ADAPTIVE = Pace()


def pause_while_waiting(
    pace: Pace,
    *,
    elapsed: float,
    looks: int,
    eta: float | None,
    jitter: float,
    speed: float | None = None,
) -> float:
    """Return the seconds until the next look at a job that is queued or running.

    :param pace: what the author set
    :param elapsed: seconds since the wait began
    :param looks: how many looks there have been
    :param eta: seconds that the API thinks remain, where it says so
    :param jitter: a random number from 0 to 1
    :param speed: by how much the eta has run down in each second so far; None where it is the first
    """
    shortest = SHORTEST if eta is None else ETA_SHORTEST
    interval = _interval(pace, elapsed, looks, jitter)
    if eta is not None:
        by_eta = _pause_by_eta(eta, speed, elapsed)
        interval = by_eta if pace.poke_interval is None else min(interval, max(by_eta, SHORTEST))
    if pace.max_wait is not None:
        interval = min(interval, pace.max_wait)
    return max(interval, shortest if pace.poke_interval is None else 0.0) * (1 + JITTER * jitter)


def _pause_by_eta(eta: float, speed: float | None, elapsed: float) -> float:
    if speed is None:
        pause = min(ETA_SHARE * (eta + ETA_MORE), ETA_WRONG * eta)
        if eta <= ETA_PLAUSIBLE:
            return pause
    else:
        left = eta / min(max(speed, 1 / ETA_WRONG), ETA_WRONG)
        pause = left if left <= ETA_NEAR else left / (1 + JITTER)
    return min(pause, max(ETA_TRUST_FIRST, min(elapsed, ETA_TRUST_LONGEST)))


def is_running_down(eta: float, before: float, seconds: float) -> bool:
    """Tell whether an eta behaves like one: it runs down while time passes.

    :param eta: what the API says now, in seconds
    :param before: what it said at first
    :param seconds: the time between the two
    """
    return before - eta >= ETA_RUNS_DOWN * seconds - ETA_ROUNDING


def _interval(pace: Pace, elapsed: float, looks: int, jitter: float) -> float:
    if pace.exponential_backoff:
        # As Airflow does it: half the interval first, doubled each time, spread over once its own length.
        low = max((pace.poke_interval or SHORTEST) * 2.0 ** min(looks - 2, 60), 1.0)
        return low * (1 + jitter)
    if pace.poke_interval is not None:
        return pace.poke_interval
    return SHORTEST + GROWTH * math.log(max(1.0, elapsed / GROWTH_AFTER))


def polls_so_far(pace: Pace, elapsed: float) -> int:
    """Estimate how many looks fit into the time waited, for a process that cannot remember them."""
    looks, at = 1, 0.0
    while looks < 64:
        at += _interval(pace, at, looks, 0.5) or SHORTEST
        if at > elapsed:
            break
        looks += 1
    return looks


def pause_after_deferral(jitter: float) -> float:
    """Return the seconds that a trigger lets pass before its first look, and before its event.

    :param jitter: a random number from 0 to 1
    """
    return AFTER_DEFERRAL * (1 + JITTER * jitter)


def pause_in_trouble(failures: int, jitter: float) -> float:
    """Return the seconds until the next look after looks that failed in a row.

    :param failures: how many, at least one
    :param jitter: a random number from 0 to 1
    """
    pause = min(TROUBLE_FIRST * 2.0 ** min(failures - 1, 10), TROUBLE_LONGEST)
    return pause * (1 + JITTER * jitter)


def pause_when_asked(retry_after: float | None, jitter: float) -> float:
    """Return the seconds to keep away after the API asked to slow down.

    :param retry_after: what the API said, in seconds
    :param jitter: a random number from 0 to 1
    """
    pause = SLOW_DOWN_DEFAULT if retry_after is None else retry_after
    return min(max(pause, 1.0), SLOW_DOWN_LONGEST) * (1 + JITTER * jitter)


def pause_without_room(retry_after: float | None, refusals: int, jitter: float) -> float:
    """Return the seconds until the next try after the account's queue was full.

    :param retry_after: what the API said, in seconds
    :param refusals: how often it was full before
    :param jitter: a random number from 0 to 1
    """
    return min(pause_when_asked(retry_after, jitter) * ROOM_GROWTH ** min(refusals, 20), SLOW_DOWN_LONGEST)


def pause_between_turns(before: float, asked: float, unrefused: float) -> float:
    """Return the seconds until the next task is let into the account's queue, as long as none is refused.

    :param before: how long the pause before was
    :param asked: how long the API asked to keep away
    :param unrefused: seconds since a task was let in that could have been refused by now
    """
    shortest = ROOM_SHORTEST if unrefused >= ROOM_REFUSED_AFTER else min(asked, ROOM_REFUSED_AFTER)
    return max(before / 2, shortest, ROOM_SHORTEST)
