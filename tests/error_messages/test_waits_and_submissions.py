"""Every error says what happened, to which request and what to do; its class, whether a retry may help."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSensorTimeout

from airflow_provider_modelslab import exceptions
from airflow_provider_modelslab.client.retrying import retry_transient
from airflow_provider_modelslab.error_messages.submissions import error_of_submission
from airflow_provider_modelslab.error_messages.waits import error_of, error_of_many
from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.submit_answer import Declined, Unknown

RETRIED = {
    exceptions.BatchIncompleteError,
    exceptions.ModelsLabError,
    exceptions.ModelsLabUnavailableError,
    exceptions.FaceSwapExecutionTimeoutError,
    exceptions.FaceSwapFailedRetryableError,
    exceptions.RequestNotFoundError,
    exceptions.DownloadError,
    exceptions.InvalidContentError,
}
CLASSES = {
    cls for _, cls in inspect.getmembers(exceptions, inspect.isclass) if cls.__module__ == exceptions.__name__
}
REFUSALS = {
    Refusal.KEY: (exceptions.InvalidKeyError, "password field"),
    Refusal.CREDITS: (exceptions.InsufficientCreditsError, "Add credits"),
    Refusal.PLAN: (exceptions.SubscriptionRequiredError, "upgrade"),
    Refusal.INVALID: (exceptions.InvalidRequestError, "api_path"),
    Refusal.PATH: (exceptions.InvalidConnectionError, "No retry mends that: check api_path"),
}


@pytest.mark.parametrize("cls", sorted(CLASSES, key=lambda cls: cls.__name__))
def test_only_what_may_pass_is_left_to_the_task_s_retries(cls: type[Exception]) -> None:
    assert issubclass(cls, exceptions.ModelsLabError)
    assert issubclass(cls, AirflowException)
    final = issubclass(cls, (AirflowFailException, AirflowSensorTimeout))
    assert final == (cls not in RETRIED)


@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_refusal_has_a_class_of_its_own_and_tells_what_to_do(refusal: Refusal) -> None:
    cls, advice = REFUSALS[refusal]
    error = error_of("263", Ending(EndingKind.REFUSED, "the API's words", refusal))
    assert type(error) is cls
    what = "nothing answers at the api_path" if refusal is Refusal.PATH else "the API refused the call"
    assert str(error).startswith(f"Face swap request 263: {what}: the API's words. ")
    assert advice in str(error)


@pytest.mark.parametrize(
    ("submission", "cls", "advice"),
    [
        (RateLimited("Words."), exceptions.QueueFullError, "queue_timeout"),
        (TransientFailure("Words."), exceptions.ModelsLabUnavailableError, "host and api_path"),
        (Declined("Words."), exceptions.ModelsLabUnavailableError, "It may be permanent"),
        (JobFailed("Words."), exceptions.FaceSwapFailedError, "Check the pictures"),
        (JobFailed("Words."), exceptions.FaceSwapFailedError, "The model may have been warming up: clear"),
        (Unknown("Words."), exceptions.SubmissionUnknownError, "FaceSwapResultOperator(request_id=its id)"),
        (Refused(Refusal.INVALID, "Words."), exceptions.InvalidRequestError, "public URLs"),
        (Refused(Refusal.CREDITS, "Words."), exceptions.InsufficientCreditsError, "Add credits"),
    ],
)
def test_a_submission_that_failed_has_an_error_that_names_its_track_id(
    submission: Any, cls: type[Exception], advice: str
) -> None:
    error = error_of_submission(submission, 7)
    assert type(error) is cls
    assert "track_id 7" in str(error)
    assert "Words. " in str(error)
    assert advice in str(error)


@pytest.mark.parametrize("kind", [kind for kind in EndingKind if kind is not EndingKind.DONE])
def test_every_ending_without_a_result_has_an_error_that_names_the_request(kind: EndingKind) -> None:
    error = error_of("263", Ending(kind, "what was said."))
    assert "request 263: " in str(error)
    assert "what was said. " in str(error)


def test_of_several_the_gravest_gives_the_class_and_every_one_is_named() -> None:
    endings = {
        "1": Ending(EndingKind.UNAVAILABLE, "HTTP 502"),
        "2": Ending(EndingKind.FAILED, "no face"),
        "3": Ending(EndingKind.TIMEOUT, "processing"),
    }
    error = error_of_many(endings, total=5)
    assert type(error) is exceptions.FaceSwapFailedError
    assert str(error).startswith("3 of 5 face swap requests have no result: 1 (the API could not be asked: ")
    assert "2 (the job failed: no face)" in str(error)


def test_a_thousand_failures_do_not_make_a_page() -> None:
    endings = {str(i): Ending(EndingKind.FAILED, "x" * 300) for i in range(1000)}
    text = str(error_of_many(endings, total=1000))
    assert "and 990 more" in text
    assert len(text) < 5000


@pytest.mark.parametrize("message", ["Maximum 0 queued requests allowed.", "Is it there?", "refused"])
def test_what_the_log_says_before_another_try_ends_in_one_full_stop(message: str) -> None:
    said: list[str] = []
    retry_transient(
        lambda: TransientFailure(message),
        "Request 1",
        most=2,
        warn=lambda line, *given: said.append(line % given),
        sleep=lambda _: None,
    )
    assert len(said) == 1
    assert ".." not in said[0]
    assert "?." not in said[0]
    assert re.fullmatch(rf"Request 1: {re.escape(message.rstrip('.'))}[.]? Trying again in \d+ s\.", said[0])
