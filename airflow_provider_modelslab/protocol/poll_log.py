"""What a wait says in the log: something when the state changes, not at each look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    Outcome,
    RateLimited,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_state import Ending, describe

_AT_MOST_EVERY = 30.0  # seconds, where many requests share a log
_MOST_TOLD_APART = 3  # requests; more are told as counts
_FIRST_REMINDER = 300.0  # seconds without a change; the next follows when the wait has doubled
_DONE, _FAILED = "done", "failed"
_WORDS: dict[type, str] = {
    Done: _DONE,
    JobFailed: _FAILED,
    Refused: "refused",
    RateLimited: "rate limited",
    TransientFailure: "not answered",
}


class PollLog:
    """Tells of one or many waits in few lines.

    :param total: how many requests are waited for
    :param started: when the wait began, in seconds since the epoch
    :param say: takes a line, as ``logging.Logger.info`` does
    :param in_turn: whether the requests are looked at one after the other, up to the first that is not ready
    """

    def __init__(
        self, total: int, started: float, say: Callable[..., None], *, in_turn: bool = False
    ) -> None:
        self._total = total
        self._started = started
        self._say = say
        self._in_turn = in_turn
        self._states: dict[str, str] = {}
        self._counts: Counter[str] = Counter()  # of the states; counting anew at each look would add up
        self._told_at = float("-inf") if in_turn else started
        self._remind_at = started + _FIRST_REMINDER

    def tell(self, request_id: str, seen: Outcome | Ending, now: float) -> None:
        """Take note of a look; say something where it changed the picture, or all was quiet for long.

        :param request_id: the request looked at
        :param seen: what the look meant, or how it ended the wait
        :param now: when it was, in seconds since the epoch
        """
        state = _state_of(seen)
        changed = self._note(request_id, state)
        if (not changed and now < self._remind_at) or not self._is_time(state, now):
            return
        self._say("%s (after %.0f s).", self._line(request_id, seen), now - self._started)
        self._told_at = now
        self._remind_at = now + max(_FIRST_REMINDER, now - self._started)

    def in_turn(self, request_id: str, seen: Outcome | Ending) -> str:
        """Return how things stand: how many are known to have ended, and how the last looked at is.

        :param request_id: the request looked at
        :param seen: what the look meant
        """
        if self._total == 1:
            return f"Request {request_id}: {describe(seen)}"
        done, failed = self._counts[_DONE], self._counts[_FAILED]
        known = [f"{done} of {self._total} complete"] if done else [f"{self._total} requests"]
        counts = ", ".join(known + [f"{failed} failed"] * bool(failed))
        return counts if _state_of(seen) == _DONE else f"{counts}; request {request_id}: {describe(seen)}"

    def _is_time(self, state: str, now: float) -> bool:
        if self._in_turn and state == _DONE:
            return self._is_last()  # else the look goes on to the next, which is told
        told_apart = self._total <= _MOST_TOLD_APART
        return told_apart or now - self._told_at >= _AT_MOST_EVERY or self._is_last()

    def _line(self, request_id: str, seen: Outcome | Ending) -> str:
        if self._in_turn:
            return self.in_turn(request_id, seen)
        if self._total <= _MOST_TOLD_APART:
            return f"Request {request_id}: {describe(seen)}"
        counts = ", ".join(f"{count} {name}" for name, count in (+self._counts).items())
        return f"{self._total} requests: {counts}"

    def _note(self, request_id: str, state: str) -> bool:
        before = self._states.get(request_id)
        if before == state:
            return False
        self._states[request_id] = state
        self._counts[state] += 1
        if before is not None:
            self._counts[before] -= 1
        return True

    def _is_last(self) -> bool:
        return self._counts[_DONE] == self._total


def _state_of(seen: Outcome | Ending) -> str:
    if isinstance(seen, InProgress):
        return seen.status
    if isinstance(seen, Ending):
        return seen.kind.value
    return _WORDS[type(seen)]
