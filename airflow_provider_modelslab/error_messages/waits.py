"""From the ending of a wait to the exception that tells it."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_modelslab.error_messages.advice import ANY_CALLER, NO_ROUTE, REFUSALS, Caller
from airflow_provider_modelslab.exceptions import (
    FaceSwapExecutionTimeoutError,
    FaceSwapFailedError,
    FaceSwapTimeoutError,
    ModelsLabError,
    ModelsLabUnavailableError,
    RequestNotFoundError,
)
from airflow_provider_modelslab.protocol.fields import sentence
from airflow_provider_modelslab.protocol.outcome import Refusal
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind

_ENDINGS: dict[EndingKind, tuple[type[ModelsLabError], str, str]] = {
    EndingKind.FAILED: (
        FaceSwapFailedError,
        "the job failed",
        "This id stays failed: submit the face swap again, with other pictures if the reason lies in them.",
    ),
    EndingKind.UNAVAILABLE: (
        ModelsLabUnavailableError,
        "the API could not be asked",
        "If it lasts, check the host of {connection} and the way there (proxy, firewall).",
    ),
    EndingKind.NOT_FOUND: (
        RequestNotFoundError,
        "the API does not know the id",
        "Check the id, and that {connection} is of the account and api_path that queued it.",
    ),
    EndingKind.TIMEOUT: (
        FaceSwapTimeoutError,
        "not complete at the deadline",
        "The job may still complete: {again} to wait on, or give it a longer timeout.",
    ),
    EndingKind.EXECUTION_TIMEOUT: (
        FaceSwapExecutionTimeoutError,
        "not complete when the task's execution_timeout was over",
        "The job may still complete: wait for it in another try, or give the task a longer one.",
    ),
}
# With several requests the task can have one exception only: the one that no retry can help goes first.
_MOST_SEVERE_FIRST = (
    EndingKind.REFUSED,
    EndingKind.FAILED,
    EndingKind.TIMEOUT,
    EndingKind.EXECUTION_TIMEOUT,
    EndingKind.NOT_FOUND,
    EndingKind.UNAVAILABLE,
)
_MOST_LISTED = 10


def error_of(request_id: str, ending: Ending, caller: Caller = ANY_CALLER) -> ModelsLabError:
    """Return the exception for a wait that ended without a result.

    :param request_id: the request
    :param ending: how its wait ended
    :param caller: who asked
    """
    cls, what, advice = _explain(ending)
    return cls(
        f"Face swap request {request_id}: {what}: {sentence(ending.message)} {caller.advise(advice)}",
        request_id=request_id,
        conn_id=caller.conn_id,
        api_message=ending.api_message,
        http_status=ending.http_status,
    )


def error_of_many(endings: Mapping[str, Ending], total: int, caller: Caller = ANY_CALLER) -> ModelsLabError:
    """Return the one exception for waits of which some ended without a result.

    :param endings: the bad endings by request id
    :param total: how many requests there were
    :param caller: who asked
    """
    if total == 1:
        return error_of(*next(iter(endings.items())), caller)
    most_severe_id = min(endings, key=lambda request_id: _MOST_SEVERE_FIRST.index(endings[request_id].kind))
    most_severe = error_of(most_severe_id, endings[most_severe_id], caller)
    advice = caller.advise(_explain(endings[most_severe_id])[2])
    listed = [
        f"{request_id} ({_explain(ending)[1]}: {ending.message or 'no message'})"
        for request_id, ending in list(endings.items())[:_MOST_LISTED]
    ]
    more = f" and {len(endings) - _MOST_LISTED} more" if len(endings) > _MOST_LISTED else ""
    return most_severe.with_text(
        f"{len(endings)} of {total} face swap requests have no result: {', '.join(listed)}{more}. {advice}"
    )


def _explain(ending: Ending) -> tuple[type[ModelsLabError], str, str]:
    if ending.kind is EndingKind.REFUSED:
        refusal = ending.refusal or Refusal.INVALID
        cls, advice = REFUSALS[refusal]
        return cls, NO_ROUTE if refusal is Refusal.PATH else "the API refused the call", advice
    return _ENDINGS[ending.kind]
