"""From the ending of a wait to the exception that tells it: what happened, to which id, what to do.

In what to do, ``{connection}`` is the Airflow connection and ``{again}`` how to try again: by clearing the
task, or by calling the hook again where there is no task that could be cleared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_provider_modelslab.exceptions import (
    FaceSwapExecutionTimeoutError,
    FaceSwapFailedError,
    FaceSwapTimeoutError,
    InsufficientCreditsError,
    InvalidConnectionError,
    InvalidKeyError,
    InvalidRequestError,
    ModelsLabError,
    ModelsLabUnavailableError,
    QueueFullError,
    RequestNotFoundError,
    SubmissionUnknownError,
    SubscriptionRequiredError,
)
from airflow_provider_modelslab.protocol.fields import sentence
from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.submit_answer import Declined, Unknown

_REFUSALS: dict[Refusal, tuple[type[ModelsLabError], str]] = {
    Refusal.KEY: (
        InvalidKeyError,
        "Correct the API key in the password field of {connection}, and test it there.",
    ),
    Refusal.CREDITS: (
        InsufficientCreditsError,
        "Add credits to the ModelsLab account of {connection}, then {again}.",
    ),
    Refusal.PLAN: (
        SubscriptionRequiredError,
        (
            "The account's plan does not include this call: upgrade it, or use another account than that of "
            "{connection}."
        ),
    ),
    Refusal.INVALID: (
        InvalidRequestError,
        "Check that the id came from a face swap, and the api_path of {connection}.",
    ),
    Refusal.PATH: (
        InvalidConnectionError,
        "No retry mends that: check api_path and host of {connection}.",
    ),
}
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
_SUBMISSIONS: dict[type, tuple[type[ModelsLabError], str, str]] = {
    RateLimited: (
        QueueFullError,
        "no room in the account's queue until the deadline",
        "Nothing was queued: {again}, or give it a longer queue_timeout.",
    ),
    TransientFailure: (
        ModelsLabUnavailableError,
        "the API could not be asked",
        "Nothing was queued. If it lasts, check host and api_path of {connection}, and the way there.",
    ),
    Declined: (
        ModelsLabUnavailableError,
        "the API answered each try with an error",
        "Nothing was queued. It may be permanent: check the pictures, and the api_path of {connection}.",
    ),
    JobFailed: (
        FaceSwapFailedError,
        "the job failed",
        "The model may have been warming up: {again} to submit again. Check the pictures first.",
    ),
}
# With several requests the task can have one exception only: the one that no retry can help goes first.
_GRAVEST_FIRST = (
    EndingKind.REFUSED,
    EndingKind.FAILED,
    EndingKind.TIMEOUT,
    EndingKind.EXECUTION_TIMEOUT,
    EndingKind.NOT_FOUND,
    EndingKind.UNAVAILABLE,
)
_MOST_LISTED = 10
_NO_ROUTE = "nothing answers at the api_path"


@dataclass(frozen=True)
class Caller:
    """Who asked the API, and is to be told what to do.

    :param conn_id: id of the Airflow connection
    :param in_task: whether it is a task that can be cleared; else it is code that uses the hook
    """

    conn_id: str | None = None
    in_task: bool = True

    def told(self, advice: str) -> str:
        """Return what to do, with this connection and this way to try again."""
        connection = f"the Airflow connection {self.conn_id!r}" if self.conn_id else "the Airflow connection"
        again = "clear this task" if self.in_task else "call the hook again"
        return advice.format(connection=connection, again=again)


ANY_CALLER = Caller()


def error_of(request_id: str, ending: Ending, caller: Caller = ANY_CALLER) -> ModelsLabError:
    """Return the exception for a wait that ended without a result.

    :param request_id: the request
    :param ending: how its wait ended
    :param caller: who asked
    """
    cls, what, advice = _explain(ending)
    return cls(
        f"Face swap request {request_id}: {what}: {sentence(ending.message)} {caller.told(advice)}",
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
    gravest_id = min(endings, key=lambda request_id: _GRAVEST_FIRST.index(endings[request_id].kind))
    most_severe = error_of(gravest_id, endings[gravest_id], caller)
    advice = caller.told(_explain(endings[gravest_id])[2])
    listed = [
        f"{request_id} ({_explain(ending)[1]}: {ending.message or 'no message'})"
        for request_id, ending in list(endings.items())[:_MOST_LISTED]
    ]
    more = f" and {len(endings) - _MOST_LISTED} more" if len(endings) > _MOST_LISTED else ""
    return most_severe.with_text(
        f"{len(endings)} of {total} face swap requests have no result: {', '.join(listed)}{more}. {advice}"
    )


def error_of_submission(
    submission: RateLimited | TransientFailure | Refused | JobFailed | Unknown,
    track_id: int | str,
    caller: Caller = ANY_CALLER,
) -> ModelsLabError:
    """Return the exception for a face swap that was not queued, or of which nobody knows.

    :param submission: what came of the submit call
    :param track_id: the name that the call gave it
    :param caller: who asked
    """
    if isinstance(submission, Unknown):
        return unknown_submission(track_id, submission.message, caller)
    cls, what, advice = _explain_submission(submission)
    return cls(
        f"Face swap with track_id {track_id}: {what}: {sentence(submission.message)} {caller.told(advice)}",
        track_id=track_id,
        conn_id=caller.conn_id,
        api_message=None if _is_our_word(submission) else submission.message or None,
        http_status=getattr(submission, "http_status", None),
    )


def no_room_in_time(
    caller: Caller = ANY_CALLER, track_id: int | str | None = None, said: str = ""
) -> FaceSwapExecutionTimeoutError:
    """Return the exception for a face swap without room in the queue until the task's time was over.

    :param caller: who asked
    :param track_id: the name that the last call gave it, where this process made one
    :param said: the API's words to that
    """
    return FaceSwapExecutionTimeoutError(
        "There was no room in the account's queue until the task's execution_timeout was over. Nothing was "
        "queued: submit it in another try, give the task a longer execution_timeout, or use a pool.",
        track_id=track_id,
        conn_id=caller.conn_id,
        api_message=said or None,
    )


def unknown_submission(
    track_id: int | str | None, reason: str, caller: Caller = ANY_CALLER
) -> SubmissionUnknownError:
    """Return the exception for a submit call whose answer is lost.

    :param track_id: the name that the call gave the face swap
    :param reason: how the answer was lost
    :param caller: who asked
    """
    return SubmissionUnknownError(
        f"The face swap with track_id {track_id} may have been queued and paid for: {sentence(reason)} "
        + caller.told(
            "Look for that track_id in the ModelsLab account, or at your webhook. If the swap is there, get "
            "it with FaceSwapResultOperator(request_id=its id). If it is not, {again} to submit it again."
        ),
        track_id=track_id,
        conn_id=caller.conn_id,
    )


def _is_our_word(submission: RateLimited | TransientFailure | Refused | JobFailed) -> bool:
    """Tell whether a message is about the way to the API, and not the API's own."""
    return isinstance(submission, TransientFailure) and not isinstance(submission, Declined)


def _explain_submission(
    submission: RateLimited | TransientFailure | Refused | JobFailed,
) -> tuple[type[ModelsLabError], str, str]:
    if isinstance(submission, TransientFailure) and submission.no_route:
        cls, advice = _REFUSALS[Refusal.PATH]
        return cls, _NO_ROUTE, f"Nothing was queued. {advice}"
    if not isinstance(submission, Refused):
        return _SUBMISSIONS[type(submission)]
    cls, advice = _REFUSALS[submission.reason]
    if submission.reason is Refusal.INVALID:
        advice = (
            "Correct what it names: pictures that it cannot fetch have to be at public URLs, and where it "
            "finds no face, they have to show one."
        )
    return cls, "the API refused the call", f"Nothing was queued. {advice}"


def _explain(ending: Ending) -> tuple[type[ModelsLabError], str, str]:
    if ending.kind is EndingKind.REFUSED:
        refusal = ending.refusal or Refusal.INVALID
        cls, advice = _REFUSALS[refusal]
        return cls, _NO_ROUTE if refusal is Refusal.PATH else "the API refused the call", advice
    return _ENDINGS[ending.kind]
