"""When a batch has failed."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.batch.ending import allowed_failures, error_of_batch, is_over_early
from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.report import Report
from airflow_provider_modelslab.exceptions import BatchFailedError, BatchIncompleteError
from airflow_provider_modelslab.protocol.face_swap import FaceSwap

STATES = {"saved": 0, "failed": 0, "unknown": 0}


def reported(saved: int = 0, failed: int = 0, not_done: int = 0) -> Report:
    report, states = Report(), [("saved", True)] * saved + [("failed", True)] * failed
    for number, (state, final) in enumerate(states + [("waiting", False)] * not_done):
        item = Item(FaceSwap(face="/f.jpg", image=f"/{number}.jpg"))
        report.expect(item)
        report.add(item, state, final=final)  # type: ignore[arg-type]
    return report


@pytest.mark.parametrize(
    ("max_failures", "allowed"), [(None, 0), (0, 0), (3, 3), (0.1, 2), (0.999, 19), (1, 1), (1.0, 1)]
)
def test_a_number_or_a_share_may_fail(max_failures: float | None, allowed: int) -> None:
    assert allowed_failures(max_failures, 20) == allowed


@pytest.mark.parametrize(
    ("report", "allowed", "error"),
    [
        (reported(saved=3), 0, None),
        (reported(), 0, None),
        (reported(saved=3, failed=1), 0, BatchFailedError),
        (reported(saved=3, failed=1), 1, None),
        (reported(saved=3, not_done=1), 0, BatchIncompleteError),
        (reported(saved=3, failed=1, not_done=1), 1, BatchIncompleteError),
        (reported(saved=3, failed=2, not_done=1), 1, BatchFailedError),
        (reported(saved=3, failed=1, not_done=1), 2, BatchIncompleteError),
    ],
)
def test_the_error_tells_whether_another_try_may_do_better(
    report: Report, allowed: int, error: type[Exception] | None
) -> None:
    found = error_of_batch(
        report,
        allowed,
        {"total": len(report), "report": "file:///out/batch.jsonl", **STATES, **report.counts()},
    )
    assert (type(found) if found else None) is error
    assert found is None or "file:///out/batch.jsonl" in str(found)


def test_it_ends_early_only_where_a_number_or_share_of_a_known_whole_is_exceeded() -> None:
    report = reported(saved=3, failed=2, not_done=5)
    assert not is_over_early(report, None, 100)
    assert is_over_early(report, 1, None)
    assert not is_over_early(report, 2, None)
    assert not is_over_early(report, 0.01, None)
    assert is_over_early(report, 0.01, 100)
    assert not is_over_early(report, 0.02, 100)
