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
    total = {"total": len(report), "new": report.saved_now, **counts}
    return {**total, "left_out": sources.left_out, "duplicates": sources.duplicates, "report": uri}


def allowed_failures(max_failures: float | None, total: int) -> int:
    """Return how many items may fail.

    :param max_failures: a number, or below 1 a share; None allows none
    :param total: how many items there are
    """
    allowed = max_failures or 0
    return int(allowed * total) if allowed < 1 else int(allowed)


def is_over_early(report: Report, max_failures: float | None, most: int | None) -> bool:
    """Tell whether so many have failed for good in this run that no more should be paid for.

    :param report: what became of each item until now
    :param max_failures: as above; None goes on to the last item
    :param most: how many items there are at most; None where that is not known, and so no share of them
    """
    if max_failures is None or (0 < max_failures < 1 and most is None):
        return False
    return report.failed_now > allowed_failures(max_failures, most or 0)


def error_of_batch(report: Report, allowed: int, value: Mapping[str, Any]) -> ModelsLabError | None:
    """Return the error with which the task ends; None where enough is done.

    :param report: what became of each item
    :param allowed: how many may fail
    :param value: what ``summary`` returned
    """
    total = len(report)
    without, for_good = total - value["saved"], report.failed_for_good()
    why = f"{value['report']} says why of each. What is saved stays"
    if for_good > allowed:
        return BatchFailedError(
            f"{without} of {total} face swaps have no files, {for_good} of them for good, where {allowed} "
            f"may fail. {why}. {_what_to_do(value)}"
        )
    if without > for_good:
        return BatchIncompleteError(
            f"{without - for_good} of {total} face swaps are not done. {why}: run the task again, and it "
            "goes on with the rest."
        )
    return None


def _what_to_do(value: Mapping[str, Any]) -> str:
    failed = (
        "Correct the pictures of what failed and clear the task, with retry_failed=True for the same ones."
    )
    unknown = "Look for what is unknown in the ModelsLab account, as the report says, then clear the task."
    return " ".join([failed] * bool(value["failed"]) + [unknown] * bool(value["unknown"]))
