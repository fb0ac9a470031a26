"""How many requests of a batch are in the account's queue at a time: what fits, learned from refusals."""

from __future__ import annotations

import random
import time
from threading import Condition

from airflow_provider_modelslab.protocol.poll_intervals import pause_without_room

_FIRST = 2  # requests
_MOST = 64  # threads, of which each waits for one
# One more than fitted is tried after so long without a refusal, and so many accepted for each that fits: what
# is refused costs a call, and a picture that was sent in vain.
_PROBE_AFTER = 15.0  # seconds
_PROBE_AFTER_TURNS = 4
# A batch refills a place as soon as it is empty, faster than a task beside it can come. So a batch that has
# filled the queue leaves a place to others for the end of each minute.
_MINUTE, _COURTESY = 60.0, 15.0  # seconds


class InFlightLimit:
    """Lets one thread after the other submit, and holds all back where the account's queue is full.

    It begins with two and allows one more for each that is accepted, until one is refused: then as many as
    were accepted fit, and from time to time one more is tried. Others may use the account too; each refusal
    leaves them the room that this batch had tried to take.

    :param most: how many at a time; None leaves that to the account
    """

    def __init__(self, most: int | None) -> None:
        self._most = most or _MOST
        self._allowed = min(_FIRST, self._most)
        self._taken = self._lost = 0
        self._accepted = 0
        self._accepted_since = 0
        self._refusals = 0
        self._quiet_until = 0.0
        self._refused_at: float | None = None
        self._room = Condition()

    @property
    def threads(self) -> int:
        """How many threads can be of use."""
        return self._most

    @property
    def quiet_for(self) -> float:
        """How many seconds nobody submits, since there is no room."""
        return max(0.0, self._quiet_until - time.monotonic())

    @property
    def is_lost(self) -> bool:
        """Whether all places are taken by requests that nobody waits for any more."""
        return self._taken == 0 and self._lost >= self._allowed

    def acquire(self, seconds: float, *, is_queued: bool = False) -> bool:
        """Wait for a place, so long at most; say whether there is one. ``release`` gives it back.

        :param seconds: how long to wait
        :param is_queued: whether it is for a request that is in the account's queue already
        """
        with self._room:
            if not self._is_free(is_queued):
                self._room.wait(seconds)
            if free := self._is_free(is_queued):
                self._taken += 1
            return free

    def release(self, *, has_ended: bool) -> None:
        """Give a place back.

        :param has_ended: whether a request was in the account's queue until now, so that there is room
        """
        with self._room:
            self._taken -= 1
            if has_ended:
                self._accepted -= 1
                self._quiet_until = 0.0
            self._room.notify_all()

    def lose(self) -> None:
        """Take note that a request stays in the account's queue, and nobody waits for it any more."""
        with self._room:
            self._lost += 1

    def accepted(self) -> None:
        """Take note that the account's queue has taken one."""
        with self._room:
            self._accepted += 1
            self._accepted_since += 1
            self._refusals = 0
            if self._accepted >= self._allowed and self._may_grow():
                self._allowed = min(self._allowed + 1, self._most)
                self._room.notify_all()

    def refused(self, retry_after: float | None) -> float:
        """Take note that there was no room: nobody submits until one has ended, or the API is asked again.

        :param retry_after: what the API said, in seconds
        :return: how many seconds that is at most
        """
        with self._room:
            now = time.monotonic()
            self._allowed = max(self._accepted, 1)
            self._refused_at, self._accepted_since = now, 0
            pause = pause_without_room(retry_after, self._refusals, random.random())
            self._quiet_until = now + pause
            self._refusals += 1
            return pause

    def _is_free(self, is_queued: bool) -> bool:
        if is_queued:
            return self._taken < self._most
        now = time.monotonic()
        allowed = self._allowed - self._left_to_others(now)
        return self._taken + self._lost < allowed and now >= self._quiet_until

    def _left_to_others(self, now: float) -> int:
        """Return how many of the places that have fitted are not taken at the moment."""
        if self._refused_at is None or self._allowed == 1:
            return 0
        return int((now - self._refused_at) % _MINUTE >= _MINUTE - _COURTESY)

    def _may_grow(self) -> bool:
        if self._refused_at is None:
            return True
        has_turned = self._accepted_since >= _PROBE_AFTER_TURNS * self._allowed
        return has_turned and time.monotonic() - self._refused_at > _PROBE_AFTER
