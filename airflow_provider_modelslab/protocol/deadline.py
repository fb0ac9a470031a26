"""When a wait ends at the latest, and by which of the task's limits that is."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_modelslab.protocol.poll_state import EndingKind


@dataclass(frozen=True)
class Deadline:
    """The end of a wait: of the wait's own ``timeout`` and the task's ``execution_timeout`` the sooner.

    :param at: when the wait ends, in seconds since the epoch
    :param execution: when the ``execution_timeout`` is over, likewise; None where the task has none
    """

    at: float
    execution: float | None = None

    @classmethod
    def earliest(cls, limit: float, execution: float | None) -> Deadline:
        """Return the deadline of a wait.

        :param limit: when the wait's own time is over, in seconds since the epoch
        :param execution: when the task's is over, likewise
        """
        return cls(limit if execution is None else min(limit, execution), execution)

    @property
    def kind(self) -> EndingKind:
        """How a wait ends that ends then."""
        by_execution = self.execution is not None and self.at >= self.execution
        return EndingKind.EXECUTION_TIMEOUT if by_execution else EndingKind.TIMEOUT


@dataclass(frozen=True)
class WaitWindow:
    """From when to when a task waits, in however many processes.

    :param started: when the wait began, in seconds since the epoch
    :param deadline: when it ends
    """

    started: float
    deadline: Deadline

    @classmethod
    def of(cls, started: float, timeout: float, execution: float | None) -> WaitWindow:
        """Return the window of a wait that ends by its own timeout, or sooner by the task's.

        :param started: when it begins, in seconds since the epoch
        :param timeout: how long it may last, in seconds
        :param execution: when the ``execution_timeout`` is over, in seconds since the epoch
        """
        return cls(started, Deadline.earliest(started + timeout, execution))
