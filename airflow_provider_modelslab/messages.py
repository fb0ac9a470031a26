"""From the ending of a wait to the exception that tells it: what happened, to which id, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_modelslab.exceptions import (
    FaceSwapExecutionTimeoutError,
    FaceSwapFailedError,
    FaceSwapTimeoutError,
    InsufficientCreditsError,
    InvalidKeyError,
    InvalidRequestError,
    ModelsLabError,
    ModelsLabUnavailableError,
    QueueFullError,
    RequestNotFoundError,
    SubmissionUnknownError,
    SubscriptionRequiredError,
)
from airflow_provider_modelslab.protocol.outcome import JobFailed, Refusal, Refused, SlowDown, TryAgain
from airflow_provider_modelslab.protocol.submission import Declined, Unknown
from airflow_provider_modelslab.protocol.wait import Ending, EndingKind

_REFUSALS: dict[Refusal, tuple[type[ModelsLabError], str]] = {
    Refusal.KEY: (
        InvalidKeyError,
        "Correct the API key in the password field of the Airflow connection, and test it there.",
    ),
    Refusal.CREDITS: (
        InsufficientCreditsError,
        "Add credits to the ModelsLab account, then clear this task.",
    ),
    Refusal.PLAN: (
        SubscriptionRequiredError,
        "The account's plan does not include this call: upgrade it, or use another account's connection.",
    ),
    Refusal.INVALID: (
        InvalidRequestError,
        "Check that the id came from a face swap, and the api_path of the Airflow connection.",
    ),
}
_ENDINGS: dict[EndingKind, tuple[type[ModelsLabError], str, str]] = {
    EndingKind.FAILED: (
        FaceSwapFailedError,
        "the job failed",
        "Submit the face swap again; trying this id again gives the same answer.",
    ),
    EndingKind.UNAVAILABLE: (
        ModelsLabUnavailableError,
        "the API could not be asked",
        "If it lasts, check the host of the Airflow connection and the way there (proxy, firewall).",
    ),
    EndingKind.NOT_FOUND: (
        RequestNotFoundError,
        "the API does not know the id",
        "Check the id, and that the Airflow connection is of the account and api_path that queued it.",
    ),
    EndingKind.TIMEOUT: (
        FaceSwapTimeoutError,
        "not complete at the deadline",
        "The job may still complete: clear this task to wait again, or give it a longer timeout.",
    ),
    EndingKind.EXECUTION_TIMEOUT: (
        FaceSwapExecutionTimeoutError,
        "not complete when the task's execution_timeout was over",
        "The job may still complete: wait for it in another try, or give the task a longer one.",
    ),
}
_SUBMISSIONS: dict[type, tuple[type[ModelsLabError], str, str]] = {
    SlowDown: (
        QueueFullError,
        "no room in the account's queue until the deadline",
        "Nothing was queued: clear this task to try again, or give it a longer queue_timeout.",
    ),
    TryAgain: (
        ModelsLabUnavailableError,
        "the API could not be asked",
        "Nothing was queued. If it lasts, check host and api_path of the connection, and the way there.",
    ),
    Declined: (
        ModelsLabUnavailableError,
        "the API answered each try with an error",
        "Nothing was queued. It may be permanent: check what is said, the pictures and the api_path.",
    ),
    JobFailed: (
        FaceSwapFailedError,
        "the job failed",
        "The model may have been warming up: clear this task to submit again. Check the pictures first.",
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


def error_of(request_id: str, ending: Ending) -> ModelsLabError:
    """Return the exception for a wait that ended without a result.

    :param request_id: the request
    :param ending: how its wait ended
    """
    cls, what, advice = _explain(ending)
    return cls(f"Face swap request {request_id}: {what}: {_sentence(ending.message)} {advice}")


def error_of_many(endings: Mapping[str, Ending], total: int) -> ModelsLabError:
    """Return the one exception for waits of which some ended without a result.

    :param endings: the bad endings by request id
    :param total: how many requests there were
    """
    if total == 1:
        return error_of(*next(iter(endings.items())))
    gravest = min(endings.values(), key=lambda ending: _GRAVEST_FIRST.index(ending.kind))
    cls, _, advice = _explain(gravest)
    listed = [
        f"{request_id} ({_explain(ending)[1]}: {ending.message or 'no message'})"
        for request_id, ending in list(endings.items())[:_MOST_LISTED]
    ]
    more = f" and {len(endings) - _MOST_LISTED} more" if len(endings) > _MOST_LISTED else ""
    return cls(
        f"{len(endings)} of {total} face swap requests have no result: {', '.join(listed)}{more}. {advice}"
    )


def error_of_submission(
    submission: SlowDown | TryAgain | Refused | JobFailed | Unknown, track_id: int | str
) -> ModelsLabError:
    """Return the exception for a face swap that was not queued, or of which nobody knows.

    :param submission: what came of the submit call
    :param track_id: the name that the call gave it
    """
    if isinstance(submission, Unknown):
        return unknown_submission(track_id, submission.message)
    cls, what, advice = _explain_submission(submission)
    return cls(f"Face swap with track_id {track_id}: {what}: {_sentence(submission.message)} {advice}")


def no_room_in_time() -> FaceSwapExecutionTimeoutError:
    """Return the exception for a face swap without room in the queue until the task's time was over."""
    return FaceSwapExecutionTimeoutError(
        "There was no room in the account's queue until the task's execution_timeout was over. Nothing was "
        "queued: submit it in another try, give the task a longer execution_timeout, or use a pool."
    )


def unknown_submission(track_id: int | str, reason: str) -> SubmissionUnknownError:
    """Return the exception for a submit call whose answer is lost.

    :param track_id: the name that the call gave the face swap
    :param reason: how the answer was lost
    """
    return SubmissionUnknownError(
        f"The face swap with track_id {track_id} may have been queued and paid for: {_sentence(reason)} "
        "Look for that track_id in the ModelsLab account, or at your webhook. If the swap is there, get it "
        "with FaceSwapResultOperator(request_id=its id). If it is not, clear this task to submit it again."
    )


def _explain_submission(
    submission: SlowDown | TryAgain | Refused | JobFailed,
) -> tuple[type[ModelsLabError], str, str]:
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
        cls, advice = _REFUSALS[ending.refusal or Refusal.INVALID]
        return cls, "the API refused the call", advice
    return _ENDINGS[ending.kind]


def _sentence(text: str) -> str:
    text = text or "no message"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
