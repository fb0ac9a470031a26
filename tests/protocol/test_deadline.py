"""Which of a task's limits ends a wait, and how."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.deadline import Deadline
from airflow_provider_modelslab.protocol.outcome import InProgress
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, PollState


@pytest.mark.parametrize(
    ("limit", "execution", "at", "kind"),
    [
        (100.0, None, 100.0, EndingKind.TIMEOUT),
        (100.0, 200.0, 100.0, EndingKind.TIMEOUT),
        (100.0, 50.0, 50.0, EndingKind.EXECUTION_TIMEOUT),
        (100.0, -1.0, -1.0, EndingKind.EXECUTION_TIMEOUT),
    ],
)
def test_the_sooner_one_ends_it_in_its_way(
    limit: float, execution: float | None, at: float, kind: EndingKind
) -> None:
    deadline = Deadline.earliest(limit, execution)
    assert (deadline.at, deadline.kind) == (at, kind)
    wait = PollState(0.0, deadline.at, deadline_kind=deadline.kind)
    assert wait.after(InProgress("processing"), at + 1, 0.5) == Ending(kind, "processing")
