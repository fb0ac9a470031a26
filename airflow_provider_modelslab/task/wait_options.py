"""How a task waits, as its author says."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_modelslab.protocol import poll_intervals
from airflow_provider_modelslab.protocol.deadline import WaitWindow
from airflow_provider_modelslab.protocol.poll_intervals import ADAPTIVE, MAX_FAILURES, Pace
from airflow_provider_modelslab.protocol.poll_state import PollState


@dataclass(frozen=True)
class WaitOptions:
    """How to wait.

    :param timeout: how long, in seconds
    :param pace: how often to look
    :param max_failures: how many looks in a row may fail; None tolerates any number
    :param known: whether the API itself gave the ids to this task
    :param linger: how long a worker makes the looks itself before it defers, in seconds; None leaves that to
        the provider
    :param trusts_eta: whether it believes the API's eta meanwhile
    """

    timeout: float
    pace: Pace = ADAPTIVE
    max_failures: int | None = MAX_FAILURES
    known: bool = False
    linger: float | None = None
    trusts_eta: bool = True

    def before_deferring(self, window: WaitWindow) -> tuple[PollState, float]:
        """Return the wait of a worker that can defer, and until when it makes the looks itself.

        :param window: when the wait begins, and ends
        """
        wait = PollState(
            window.started,
            window.deadline.at,
            self.pace,
            max_failures=None,
            known=self.known,
            trusts_eta=self.trusts_eta,
            deadline_kind=window.deadline.kind,
        )
        return wait, window.started + (poll_intervals.LINGER if self.linger is None else self.linger)
