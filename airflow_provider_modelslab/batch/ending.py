"""How a batch ends: its numbers, and the error where too much of it is not done. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from airflow_provider_modelslab.batch.report import Report, State
from airflow_provider_modelslab.exceptions import BatchFailedError, BatchIncompleteError, ModelsLabError


def summary(report: Report, uri: str, sources: Any) -> dict[str, Any]:
    """Return the task's value.

    :param report: what became of each item
    :param uri: of the report
    :param sources: counts what was left out
    """
    counts = dict.fromkeys(get_args(State), 0) | report.counts()
    total = {"total": len(report), **counts}
    return {**total, "left_out": sources.left_out, "duplicates": sources.duplicates, "report": uri}


def allowed_failures(max_failures: float | None, total: int) -> int:
    """Return how many items may fail.

    :param max_failures: a number, or below 1 a share; None allows none
    :param total: how many items there are
    """
    allowed = max_failures or 0
    return int(allowed * total) if allowed < 1 else int(allowed)


def is_over_early(report: Report, max_failures: float | None, most: int | None) -> bool:
    """Tell whether so many have failed for good that the task fails, whatever becomes of the others.

    :param report: what became of each item until now
    :param max_failures: as above; None goes on to the last item
    :param most: how many items there are at most; None where that is not known, and so no share of them
    """
    if max_failures is None or (0 < max_failures < 1 and most is None):
        return False
    return report.failed_for_good() > allowed_failures(max_failures, most or 0)


def error_of_batch(report: Report, allowed: int, value: Mapping[str, Any]) -> ModelsLabError | None:
    """Return the error with which the task ends; None where enough is done.

    :param report: what became of each item
    :param allowed: how many may fail
    :param value: what ``summary`` returned
    """
    failed, for_good = report.not_saved(), report.failed_for_good()
    if for_good > allowed:
        return BatchFailedError(
            f"{failed} of {value['total']} face swaps have no files, {for_good} of them for good; "
            f"{allowed} may fail. {value['report']} says why of each. What is saved stays; after correcting "
            "the pictures clear the task, with retry_failed=True to submit the same ones again."
        )
    if failed > max(for_good, allowed):
        return BatchIncompleteError(
            f"{failed - for_good} of {value['total']} face swaps are not done; {value['report']} says why of "
            "each. What is saved stays, and another try goes on with the rest."
        )
    return None
