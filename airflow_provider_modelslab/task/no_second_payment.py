"""What a task raises once a face swap may be paid for: errors after which no retry pays again unasked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.providers.common.compat.sdk import AirflowFailException, TaskDeferred

from airflow_provider_modelslab.exceptions import (
    ExpiredUrlError,
    FaceSwapFailedError,
    FaceSwapFailedRetryableError,
    ModelsLabError,
    RequestNotFoundError,
    ResultNotCollectedError,
)
from airflow_provider_modelslab.task.submission_store import SubmissionStore

# After these there is nothing to be had of a request any more: the next try has to submit another.
_GONE = (FaceSwapFailedError, ExpiredUrlError, RequestNotFoundError)


@contextmanager
def no_second_payment(store: SubmissionStore, *, resubmit_failed: bool) -> Iterator[None]:
    """Raise what goes wrong with a face swap as an error after which no retry pays for another unasked.

    :param store: knows the request; forgets it, if there is nothing to be had of it any more
    :param resubmit_failed: whether a retry may pay for another after the job has failed
    """
    try:
        yield
    except (KeyboardInterrupt, TaskDeferred):
        raise
    except BaseException as err:
        if isinstance(err, ModelsLabError) and store.record:
            err.with_facts(request_id=store.request_id, track_id=store.record.track_id)
        error = _settled(err, store, resubmit_failed=resubmit_failed)
        if error is err:
            raise
        raise error from err


def _settled(error: BaseException, store: SubmissionStore, *, resubmit_failed: bool) -> BaseException:
    request_id = store.request_id
    if resubmit_failed and isinstance(error, FaceSwapFailedError):
        store.forget()
        return FaceSwapFailedRetryableError(f"{error} A retry does so (resubmit_failed).", **error.facts)
    if request_id is None:
        return error
    facts = {"request_id": request_id, **(error.facts if isinstance(error, ModelsLabError) else {})}
    if isinstance(error, _GONE):
        store.forget()
        if isinstance(error, AirflowFailException):
            return error
        return ResultNotCollectedError(f"{error} Or clear this task to submit the face swap again.", **facts)
    if store.outlives_the_try:
        return error
    return ResultNotCollectedError(
        f"The result of a face swap was not had: {error} But its id is kept nowhere (as it would be in a "
        "destination, and by Airflow from 3.3 on), so to retry or clear this task is to pay again: "
        f"get it with FaceSwapResultOperator(request_id={request_id!r}).",
        **facts,
    )
