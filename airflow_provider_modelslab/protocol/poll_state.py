"""The wait for one request as a state machine: what an outcome does to it, and when to look again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    Outcome,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_intervals import (
    ADAPTIVE,
    MAX_FAILURES,
    Pace,
    is_running_down,
    pause_in_trouble,
    pause_when_asked,
    pause_while_waiting,
)
from airflow_provider_modelslab.protocol.result import FaceSwapResult


class EndingKind(str, Enum):
    """How a wait can end. The values travel in trigger events, so they never change meaning."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    NOT_FOUND = "not_found"
    TIMEOUT = "timeout"
    EXECUTION_TIMEOUT = "execution_timeout"  # older releases read it as unavailable, which is retried too


@dataclass(frozen=True)
class Ending:
    """The end of a wait.

    :param kind: how it ended
    :param message: the API's own words, or what was in the way
    :param refusal: why the call was refused, for that kind only
    :param result: the result, for ``DONE`` where this process has it
    :param http_status: HTTP status of the answer that brought it, where there was one
    :param said: the API's own words, where ``message`` is not just that; empty where it has said nothing
    """

    kind: EndingKind
    message: str = ""
    refusal: Refusal | None = None
    result: FaceSwapResult | None = None
    http_status: int | None = field(default=None, compare=False)
    said: str | None = field(default=None, compare=False)

    @property
    def api_message(self) -> str | None:
        """The API's own words, where there are any."""
        own = self.kind in (EndingKind.FAILED, EndingKind.REFUSED)
        return (self.said if self.said is not None or not own else self.message) or None


@dataclass(frozen=True)
class PollState:
    """Where the wait for one request stands. Times are seconds since the epoch.

    :param started: when the wait began
    :param deadline: when it ends at the latest; there is one last look at it
    :param pace: how often to look
    :param max_failures: how many looks in a row may fail; None tolerates any number
    :param looks: how many looks there have been
    :param failures: how many of the latest looks failed in a row
    :param next_poll: when to look again
    :param first_eta: what the API said first that remains, in seconds, and when it said so
    :param promised: when the job is done by the latest eta that was to be believed
    :param trusts_eta: whether the eta has behaved like one so far
    :param known: whether the API has shown that it knows the request: a 404 will pass then
    :param deadline_kind: how it ends then: which of the task's limits the deadline is
    """

    started: float
    deadline: float
    pace: Pace = ADAPTIVE
    max_failures: int | None = MAX_FAILURES
    looks: int = 0
    failures: int = 0
    next_poll: float = 0.0
    first_eta: tuple[float, float] | None = None
    promised: float = 0.0
    trusts_eta: bool = True
    known: bool = False
    deadline_kind: EndingKind = EndingKind.TIMEOUT

    def after(self, outcome: Outcome, now: float, jitter: float) -> PollState | Ending:
        """Return the wait after one more look, or its ending.

        :param outcome: what the look meant
        :param now: when it was
        :param jitter: a random number from 0 to 1, for the jitter
        """
        failures = self.failures + 1 if isinstance(outcome, TransientFailure) else 0
        ending = ending_of(outcome, failures, self.max_failures)
        if ending:
            return ending
        if now >= self.deadline:
            return self.at_deadline(outcome)
        said = outcome.eta if isinstance(outcome, InProgress) else None
        trusts_eta = self._trusts(said, now)
        eta = said if trusts_eta else None
        pause = self._pause(outcome, failures, eta, now, jitter)
        return replace(
            self,
            looks=self.looks + 1,
            failures=failures,
            next_poll=min(now + pause, self.deadline),
            first_eta=self.first_eta if self.first_eta or said is None else (said, now),
            promised=self.promised if eta is None else now + eta,
            trusts_eta=trusts_eta,
            known=self.known or isinstance(outcome, InProgress),
        )

    def _pause(self, outcome: Outcome, failures: int, eta: float | None, now: float, jitter: float) -> float:
        if isinstance(outcome, TransientFailure):
            return pause_in_trouble(failures, jitter)
        if isinstance(outcome, RateLimited):
            return pause_when_asked(outcome.retry_after, jitter)
        return pause_while_waiting(
            self.pace,
            elapsed=now - self.started,
            looks=self.looks + 1,
            eta=eta,
            jitter=jitter,
            speed=self._speed_of(eta, now),
        )

    def may_end_by(self, moment: float) -> bool:
        """Tell whether the next look is made by then, and the end may have come, as far as is known.

        :param moment: in seconds since the epoch
        """
        return max(self.next_poll, self.promised if self.trusts_eta else 0.0) <= moment

    def at_deadline(self, outcome: Outcome) -> Ending:
        """Return the ending at the deadline: an id that was never known will not complete.

        :param outcome: what the last look meant
        """
        if isinstance(outcome, TransientFailure) and outcome.unknown_id and not self.known:
            text = f"still so at the deadline: {outcome.message}"
            return Ending(EndingKind.NOT_FOUND, text, http_status=outcome.http_status, said=outcome.said)
        return Ending(self.deadline_kind, describe(outcome))

    def _trusts(self, eta: float | None, now: float) -> bool:
        if not self.trusts_eta or self.first_eta is None or eta is None:
            return self.trusts_eta
        before, at = self.first_eta
        return is_running_down(eta, before, now - at)

    def _speed_of(self, eta: float | None, now: float) -> float | None:
        if eta is None or self.first_eta is None or now <= self.first_eta[1]:
            return None
        before, at = self.first_eta
        return (before - eta) / (now - at)


def ending_of(outcome: Outcome, failures: int = 0, max_failures: int | None = None) -> Ending | None:
    """Return the ending that an outcome brings, or None where the wait goes on.

    :param outcome: what the look meant
    :param failures: how many of the latest looks failed in a row, this one included
    :param max_failures: how many may; None tolerates any number
    """
    if isinstance(outcome, Done):
        return Ending(EndingKind.DONE, result=outcome.result)
    if isinstance(outcome, JobFailed):
        return Ending(EndingKind.FAILED, outcome.message, http_status=outcome.http_status)
    if isinstance(outcome, Refused):
        return Ending(EndingKind.REFUSED, outcome.message, outcome.reason, http_status=outcome.http_status)
    if isinstance(outcome, TransientFailure) and max_failures is not None and failures >= max_failures:
        text = f"{failures} looks in a row failed, the last with: {outcome.message}"
        if outcome.no_route:
            status = outcome.http_status
            return Ending(EndingKind.REFUSED, text, Refusal.PATH, http_status=status, said="")
        kind = EndingKind.NOT_FOUND if outcome.unknown_id else EndingKind.UNAVAILABLE
        return Ending(kind, text, http_status=outcome.http_status, said=outcome.said)
    return None


def describe(outcome: Outcome | Ending) -> str:
    """Return in a few words what the last look saw, for a log line or a timeout."""
    if isinstance(outcome, Ending):
        word = outcome.kind.value.replace("_", " ")
        return "complete" if outcome.kind is EndingKind.DONE else f"{word}: {outcome.message}"
    if isinstance(outcome, InProgress):
        return outcome.status + (f", about {outcome.eta:.0f} s to go" if outcome.eta else "")
    if isinstance(outcome, Done):
        return "complete"
    if isinstance(outcome, (JobFailed, Refused)):
        word = "failed" if isinstance(outcome, JobFailed) else "refused"
        return f"{word}: {outcome.message}"
    if isinstance(outcome, RateLimited):
        return f"asked to slow down: {outcome.message}"
    return outcome.message
