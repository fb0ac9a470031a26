"""From what came of a submit call to the exception that tells it."""

from __future__ import annotations

from airflow_provider_modelslab.error_messages.advice import ANY_CALLER, NO_ROUTE, REFUSALS, Caller
from airflow_provider_modelslab.exceptions import (
    FaceSwapExecutionTimeoutError,
    FaceSwapFailedError,
    ModelsLabError,
    ModelsLabUnavailableError,
    QueueFullError,
    SubmissionUnknownError,
)
from airflow_provider_modelslab.protocol.fields import sentence
from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.submit_answer import Declined, Unknown

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
        f"Face swap with track_id {track_id}: {what}: {sentence(submission.message)} {caller.advise(advice)}",
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
        + caller.advise(
            "Look for that track_id in the ModelsLab account, or at your webhook. If the swap is there, get "
            "it with FaceSwapResultOperator(request_id=its id). If it is not, {again} to submit it again."
        ),
        track_id=track_id,
        conn_id=caller.conn_id,
    )


def unknown_in_batch(
    track_id: int | str | None, reason: str, record: str, caller: Caller = ANY_CALLER
) -> SubmissionUnknownError:
    """Return the same for one of a batch, which goes on with what a person writes into its record.

    :param track_id: the name that the call gave the face swap
    :param reason: how the answer was lost
    :param record: where its record stands
    :param caller: who asked
    """
    if track_id is None:
        return SubmissionUnknownError(
            f"A face swap may have been queued and paid for: {record}, which tells of it, is damaged. Look "
            "for the swap in the ModelsLab account, remove that file and clear the task to submit it again.",
            conn_id=caller.conn_id,
        )
    return SubmissionUnknownError(
        f"The face swap with track_id {track_id} may have been queued and paid for: {sentence(reason)} Look "
        "for that track_id in the ModelsLab account. If the swap is there, write its id into "
        f'"value" in {record}: "state": "queued", "request_id": "its id". If it is not, remove that '
        "file. Then clear the task. Or have all such submitted again, and maybe paid twice, with "
        'on_unknown="submit".',
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
        cls, advice = REFUSALS[Refusal.PATH]
        return cls, NO_ROUTE, f"Nothing was queued. {advice}"
    if not isinstance(submission, Refused):
        return _SUBMISSIONS[type(submission)]
    cls, advice = REFUSALS[submission.reason]
    if submission.reason is Refusal.INVALID:
        advice = (
            "Correct what it names: pictures that it cannot fetch have to be at public URLs, and where it "
            "finds no face, they have to show one."
        )
    return cls, "the API refused the call", f"Nothing was queued. {advice}"
