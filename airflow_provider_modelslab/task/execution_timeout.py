"""The ends that Airflow puts to a deferral, and the ``execution_timeout``, which has to hold meanwhile too.

Airflow 3 does not apply it to a deferral, so the wait in the triggerer carries it as a deadline of its own.
Airflow 2 does, but then ends the resumed task before it can say why, or note what it has paid for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.exceptions import FaceSwapExecutionTimeoutError, FaceSwapTimeoutError

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

_BACKSTOP = 300.0  # seconds after the trigger's own deadline at which Airflow ends a deferral
_TIME_TO_END = timedelta(minutes=1)


def execution_deadline(task: Any, context: Context) -> float | None:
    """Return when the time of this try is over, in seconds since the epoch; None where it is unlimited.

    To be asked as the try begins: some versions of Airflow give a task that resumes a later ``start_date``.

    :param task: the operator
    :param context: the task's context
    """
    limit = _limit_of(task)
    return _start_of(context) + limit if limit else None


def fail_if_overdue(
    task: Any,
    next_method: str,
    next_kwargs: Mapping[str, Any] | None,
    context: Context,
    request_id: Any,
) -> None:
    """Turn Airflow's own end of a deferral into the timeout that it is.

    :param task: the operator that resumes
    :param next_method: what Airflow resumes; ``__fail__`` where the trigger did not fire
    :param next_kwargs: its arguments, with the ``error``
    :param context: the task's context
    :param request_id: what it waits for, as far as is known
    :raises FaceSwapTimeoutError: when the deferral was ended for its time
    :raises FaceSwapExecutionTimeoutError: when that was the task's ``execution_timeout``
    """
    reason = str((next_kwargs or {}).get("error", ""))
    if next_method != "__fail__" or "timeout" not in reason.lower():
        return
    from airflow_provider_modelslab.metrics import count_ended_wait
    from airflow_provider_modelslab.protocol.poll_state import EndingKind

    what = f"Face swap request {request_id or 'of this task'}: still deferred"
    if _is_over(task, context):
        count_ended_wait(EndingKind.EXECUTION_TIMEOUT, None)
        raise FaceSwapExecutionTimeoutError(
            f"{what} when the task's execution_timeout was over. Check that a triggerer is running; try "
            "again, or make it longer."
        )
    count_ended_wait(EndingKind.TIMEOUT, None)
    raise FaceSwapTimeoutError(
        f"{what} {_BACKSTOP:.0f} s after the deadline. Check that a triggerer is running; clear this task to "
        "wait again."
    )


def deferral_timeout(deadline: float) -> timedelta:
    """Return the time after which Airflow is to end a deferral that should have ended by itself.

    :param deadline: when its trigger fires at the latest, in seconds since the epoch
    """
    return timedelta(seconds=max(0.0, deadline - time.time()) + _BACKSTOP)


def extend_execution_timeout(task: Any, context: Context) -> None:
    """Give a task that resumes on Airflow 2 a minute at least, in which to end with what it knows.

    :param task: the operator, the copy that is about to run
    :param context: the task's context
    """
    if task.execution_timeout and getattr(context.get("ti"), "next_method", None):
        task._execution_limit = task.execution_timeout
        passed = timedelta(seconds=time.time() - _start_of(context))
        task.execution_timeout = max(task.execution_timeout, passed + _TIME_TO_END)


def _start_of(context: Context) -> float:
    start = getattr(context.get("ti"), "start_date", None)
    return start.timestamp() if start else time.time()


def _is_over(task: Any, context: Context) -> bool:
    """Tell whether a deferral that Airflow ended for its time had reached the ``execution_timeout``."""
    limit = _limit_of(task)
    return limit > 0 and (limit <= task.timeout or time.time() >= _start_of(context) + limit)


def _limit_of(task: Any) -> float:
    limit: timedelta | None = getattr(task, "_execution_limit", None) or task.execution_timeout
    return limit.total_seconds() if limit else 0.0
