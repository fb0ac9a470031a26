"""When to look at a face swap of a batch: those before it tell how long one takes."""

from __future__ import annotations

from collections import deque
from statistics import median
from threading import Lock

from airflow_provider_modelslab.protocol.poll_intervals import ADAPTIVE, pause_while_waiting

_REMEMBERED = 31  # durations
_FEW = 3  # durations that say too little
_LONG = 60.0  # seconds: what has taken so long is expected to take as long again
_QUICK = 0.25  # share of the face swaps that are done by the first look
_AGAIN = 0.1  # share of the time waited until the next look
_SHORTEST, _LONGEST = 0.2, 10.0  # seconds between two looks, once it is known how long a swap takes
# One that was done by its first look may have been done long before: so that the first look does not only
# ever come later, it is taken to have been that much quicker; after many such, as when the first few had to
# wait for the model to be loaded, much quicker.
_SOONER, _MUCH_SOONER, _MANY = 0.9, 0.3, 8


class LookTimes:
    """Learns how long the face swaps of a batch take; used by several threads.

    A place in the account's queue is empty from the end of a swap to the look that sees it, so the looks are
    close together around the time when most end: at 2 s, two looks a swap, and 5 % of the time lost.
    """

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)
        self._done_by_first_look = 0  # in a row
        self._lock = Lock()

    def learn(self, not_done: float, done: float) -> None:
        """Take note how long one took, from its submission on.

        :param not_done: when it was last seen not to be done, in seconds; 0 where it never was
        :param done: when it was seen to be done, in seconds
        """
        with self._lock:
            self._done_by_first_look = 0 if not_done else self._done_by_first_look + 1
            sooner = _MUCH_SOONER if self._done_by_first_look > _MANY else _SOONER
            self._seconds.append((not_done + done) / 2 if not_done else done * sooner)

    @property
    def typical(self) -> float | None:
        """How many seconds one takes; None where that is not known yet."""
        with self._lock:
            return median(self._seconds) if len(self._seconds) >= _FEW else None

    @property
    def first_look(self) -> float | None:
        """How many seconds after the submission to look first; None where that is not known yet."""
        with self._lock:
            known = sorted(self._seconds)
        return known[int(_QUICK * len(known))] if len(known) >= _FEW else None

    def pause(self, elapsed: float, looks: int, eta: float | None, jitter: float) -> float:
        """Return the seconds until the next look.

        :param elapsed: seconds since the submission
        :param looks: how many there have been, the submission's answer counting as none
        :param eta: what the API says that remains
        :param jitter: a random number from 0 to 1
        """
        first = self.first_look
        if first is None:
            return pause_while_waiting(ADAPTIVE, elapsed=elapsed, looks=looks, eta=eta, jitter=jitter)
        if elapsed < first:
            return max(first - elapsed, _SHORTEST) * (1 + 0.05 * jitter)
        return min(max(elapsed * _AGAIN, _SHORTEST), _LONGEST) * (1 + 0.1 * jitter)

    def remaining(self, elapsed: float, eta: float | None) -> float:
        """Return how many seconds one is likely to take still, which may be none.

        :param elapsed: seconds since the submission
        :param eta: what the API says that remains
        """
        typical = self.typical
        if typical is not None:
            return abs(typical - elapsed)  # what is overdue may be so as long again
        return max(eta or 0.0, elapsed if elapsed >= _LONG else 0.0)
