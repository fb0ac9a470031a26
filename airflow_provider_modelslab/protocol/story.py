"""What a wait says in the log: something when the state changes, not at each look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from airflow_provider_modelslab.protocol.outcome import Outcome, Waiting
from airflow_provider_modelslab.protocol.wait import describe

_AT_MOST_EVERY = 30.0  # seconds, where many requests share a log
_MOST_TOLD_APART = 3  # requests; more are told as counts
_FIRST_REMINDER = 300.0  # seconds without a change; the next follows when the wait has doubled


class Story:
    """Tells of one or many waits in few lines.

    :param total: how many requests are waited for
    :param started: when the wait began, in seconds since the epoch
    :param say: takes a line, as ``logging.Logger.info`` does
    """

    def __init__(self, total: int, started: float, say: Callable[..., None]) -> None:
        self._total = total
        self._started = started
        self._say = say
        self._states: dict[str, str] = {}
        self._counts: Counter[str] = Counter()  # of the states; counting anew at each look would add up
        self._told_at = started
        self._remind_at = started + _FIRST_REMINDER

    def tell(self, request_id: str, outcome: Outcome, now: float) -> None:
        """Take note of a look; say something where it changed the picture, or all was quiet for long.

        :param request_id: the request looked at
        :param outcome: what the look meant
        :param now: when it was, in seconds since the epoch
        """
        state = outcome.status if isinstance(outcome, Waiting) else type(outcome).__name__.lower()
        changed = self._note(request_id, state)
        if not changed and now < self._remind_at:
            return
        if self._total <= _MOST_TOLD_APART:
            self._say("Request %s: %s (after %.0f s).", request_id, describe(outcome), now - self._started)
        elif now - self._told_at >= _AT_MOST_EVERY or self._is_last():
            counts = ", ".join(f"{count} {name}" for name, count in (+self._counts).items())
            self._say("%d requests: %s (after %.0f s).", self._total, counts, now - self._started)
        else:
            return
        self._told_at = now
        self._remind_at = now + max(_FIRST_REMINDER, now - self._started)

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
        return self._counts["done"] == self._total
