"""When to look next: a pure function of what is known, with the numbers in one place."""

from __future__ import annotations

from dataclasses import dataclass

# Without eta and without a poke_interval of the author's, the interval is a tenth of the time
# waited: a picture of two seconds and a video of half an hour are both served by the same rule.
SHORTEST = 2.0  # seconds
LONGEST = 30.0  # seconds
SHARE_OF_ELAPSED = 0.1

# An eta of 605 s has been seen for jobs of seconds, so it is believed no longer than the wait has
# already lasted, and never for more than a minute at a time. The next answer brings a new one.
ETA_TRUST_FIRST = 10.0  # seconds
ETA_TRUST_LONGEST = 60.0  # seconds

JITTER = 0.1  # share of a pause by which looks are spread, so that a thousand waits do not poll in step

# Trouble that passes is met with pauses of its own: 2, 4, 8, 16, 30, 30 … seconds.
TROUBLE_FIRST = 2.0  # seconds
TROUBLE_LONGEST = 30.0  # seconds
TOLERANCE = 8  # looks in a row that may fail; the pauses between them add up to two minutes

# An event that comes within a second or two of the deferral can overtake it in the executor and fail
# the task (apache/airflow #66374), so a trigger's first look is never at once.
AFTER_DEFERRAL = 1.0  # seconds, and up to as much again

SLOW_DOWN_DEFAULT = 30.0  # seconds, where the API asks to slow down without saying for how long
SLOW_DOWN_LONGEST = 900.0  # seconds; beyond this the API is asked again anyway


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


def pause_while_waiting(pace: Pace, *, elapsed: float, looks: int, eta: float | None, spread: float) -> float:
    """Return the seconds until the next look at a job that is queued or running.

    :param pace: what the author set
    :param elapsed: seconds since the wait began
    :param looks: how many looks there have been
    :param eta: seconds that the API thinks remain, where it says so
    :param spread: a random number from 0 to 1
    """
    interval = _interval(pace, elapsed, looks, spread)
    if eta:
        trusted = min(eta, max(ETA_TRUST_FIRST, min(elapsed, ETA_TRUST_LONGEST)))
        interval = trusted if pace.poke_interval is None else min(interval, max(trusted, SHORTEST))
    if pace.max_wait is not None:
        interval = min(interval, pace.max_wait)
    return max(interval, SHORTEST if pace.poke_interval is None else 0.0) * (1 + JITTER * spread)


def _interval(pace: Pace, elapsed: float, looks: int, spread: float) -> float:
    if pace.exponential_backoff:
        # As Airflow does it: half the interval first, doubled each time, spread over once its own length.
        low = max((pace.poke_interval or SHORTEST) * 2.0 ** min(looks - 2, 60), 1.0)
        return low * (1 + spread)
    if pace.poke_interval is not None:
        return pace.poke_interval
    return min(max(SHORTEST, elapsed * SHARE_OF_ELAPSED), LONGEST)


def looks_so_far(pace: Pace, elapsed: float) -> int:
    """Estimate how many looks fit into the time waited, for a process that cannot remember them."""
    looks, at = 1, 0.0
    while looks < 64:
        at += _interval(pace, at, looks, 0.5) or SHORTEST
        if at > elapsed:
            break
        looks += 1
    return looks


def pause_after_deferral(spread: float) -> float:
    """Return the seconds that a trigger lets pass before its first look.

    :param spread: a random number from 0 to 1
    """
    return AFTER_DEFERRAL * (1 + spread)


def pause_in_trouble(failures: int, spread: float) -> float:
    """Return the seconds until the next look after looks that failed in a row.

    :param failures: how many, at least one
    :param spread: a random number from 0 to 1
    """
    pause = min(TROUBLE_FIRST * 2.0 ** min(failures - 1, 10), TROUBLE_LONGEST)
    return pause * (1 + JITTER * spread)


def pause_when_asked(retry_after: float | None, spread: float) -> float:
    """Return the seconds to keep away after the API asked to slow down.

    :param retry_after: what the API said, in seconds
    :param spread: a random number from 0 to 1
    """
    pause = SLOW_DOWN_DEFAULT if retry_after is None else retry_after
    return min(max(pause, 1.0), SLOW_DOWN_LONGEST) * (1 + JITTER * spread)
