"""Which evidence counts before which, where an answer has several kinds of it that differ."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from tests.protocol import read


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500, 503])
def test_a_known_code_outweighs_the_http_status_and_words(status: int) -> None:
    body = {"status": "error", "message": "Invalid API key"}
    assert read(status, {**body, "code": "provider_error"}) == JobFailed("Invalid API key")
    assert read(status, {**body, "error_code": "no_subscription"}) == Refused(Refusal.PLAN, "Invalid API key")
    assert read(status, {**body, "code": 402}) == Refused(Refusal.CREDITS, "Invalid API key")
    both = {**body, "code": "E17", "error_code": "rate_limited"}
    assert read(status, both) == RateLimited("Invalid API key")


def test_a_number_as_code_that_says_less_than_http_does_not_outweigh_it() -> None:
    assert read(401, {"code": 400, "message": "odd"}) == Refused(Refusal.KEY, "odd")
    assert read(503, {"code": 422, "message": "odd"}) == TransientFailure("odd")
    assert read(200, {"status": "error", "code": 422, "message": "odd"}) == Refused(Refusal.INVALID, "odd")
    assert read(200, {"status": "error", "code": 503, "message": "Invalid API key"}) == TransientFailure(
        "Invalid API key"
    )


@pytest.mark.parametrize("code", ["unheard_of", "", None, True, 1020, ["rate_limited"]])
def test_a_code_that_is_not_known_decides_nothing(code: object) -> None:
    body = {"status": "error", "message": "Invalid API key", "code": code}
    assert read(200, body) == Refused(Refusal.KEY, "Invalid API key")
    assert read(503, body) == TransientFailure("Invalid API key")


SENTENCES = [
    "Load balancer: no healthy upstream",
    "The premium servers are away",
    "Invalid api key cache",
    "No face detected in the image",
    "Request not found",
    "Too many requests",
    "Insufficient credits",
    "The id must be a number",
]


@pytest.mark.parametrize("status", [500, 502, 503, 520, 530])
@pytest.mark.parametrize("words", SENTENCES)
def test_a_fault_of_the_server_passes_whatever_it_says(status: int, words: str) -> None:
    for word in ("error", "failed", "processing", None):
        assert read(status, {"status": word, "message": words}) == TransientFailure(words)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, lambda text: Refused(Refusal.KEY, text)),
        (402, lambda text: Refused(Refusal.CREDITS, text)),
        (404, lambda text: TransientFailure(text, unknown_id=True)),
        (408, TransientFailure),
        (425, TransientFailure),
        (429, RateLimited),
    ],
)
@pytest.mark.parametrize("words", SENTENCES)
def test_an_http_status_that_decides_outweighs_words(status: int, expected: Any, words: str) -> None:
    assert read(status, {"status": "error", "message": words}) == expected(words)
    assert read(status, {"status": "failed", "message": words}) == expected(words)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Invalid API key", Refusal.KEY),
        ("Your API key has been revoked", Refusal.KEY),
        ("Insufficient credits", Refusal.CREDITS),
        ("No subscription for this API key", Refusal.PLAN),
        ("Too many requests", Refusal.PLAN),
        ("odd", Refusal.PLAN),
    ],
)
def test_403_is_a_refusal_whose_kind_may_be_told(words: str, reason: Refusal) -> None:
    assert read(403, {"status": "error", "message": words}) == Refused(reason, words)


@pytest.mark.parametrize(
    "words",
    [
        "Failed to load balancer config",
        "Load-balance worker lost",
        "White balance could not be computed",
        "The generation broke down. Your credits have been refunded.",
        "An error occurred, no credits were deducted",
        "You were not charged: your balance is the same",
        "Failed at unsubscription hook",
        "The validations cache was invalidated",
    ],
)
def test_a_word_counts_as_a_word_and_credits_that_are_given_back_are_not_lacking(words: str) -> None:
    assert read(200, {"status": "error", "message": words}) == TransientFailure(words)


@pytest.mark.parametrize("status", [200, 400, 422])
@pytest.mark.parametrize(
    "words",
    [
        "No face detected in the image",
        "no faces found",
        "No human face was detected in target_image. Please try again",
        "No face could be found",
        "Image has no face",
        "There are no faces in image",
        "The picture does not contain a face",
        "Failed to decode image",
        "cannot identify image file",
        "Invalid base64",
        "NSFW content detected",
        "The image contains NSFW",
        "Face not found",
        "Face not detected in init_image",
        "The face could not be recognized",
        "Faces cannot be detected",
        "Unable to detect a face in the reference image",
        "Failed to find any face",
        "Couldn't locate face",
        "Unable to fetch image from provided URL",
        "Processing failed: Invalid input dimensions",
        "No face detected. Your credits have been refunded.",
    ],
)
def test_a_fault_of_the_pictures_is_the_job_s_and_lasts(status: int, words: str) -> None:
    assert read(status, {"status": "error", "message": words}) == JobFailed(words)


def test_a_success_without_files_that_finds_fault_with_the_pictures_has_failed() -> None:
    body = {"status": "success", "output": [], "message": "No face detected"}
    assert read(200, body) == JobFailed("No face detected")
    assert isinstance(read(200, {**body, "message": "Done"}), TransientFailure)


@pytest.mark.parametrize(
    "words",
    ["Failed to load face model", "The face swap could not be completed", "The interface was not found out"],
)
def test_a_face_in_a_sentence_is_no_fault_of_the_pictures(words: str) -> None:
    assert not isinstance(read(200, {"status": "error", "message": words}), JobFailed)


@pytest.mark.parametrize("status", [200, 400, 422])
@pytest.mark.parametrize(
    "words",
    [
        "Insufficient credits",
        "No face detected. Your credits have been refunded.",
        "Request not found",
        "odd",
    ],
)
def test_a_job_whose_own_word_is_that_it_failed_has_failed_whatever_else_is_said(
    status: int, words: str
) -> None:
    assert read(status, {"status": "failed", "message": words}) == JobFailed(words)
    assert read(status, {"status": "failed", "message": words, "retry_after": 5}) == JobFailed(words)


@pytest.mark.parametrize("field", ["tip", "tips"])
@pytest.mark.parametrize(
    "words", ["Invalid API key", "No credits left", "Request timed out", "No face found"]
)
def test_a_tip_is_shown_and_decides_nothing(field: str, words: str) -> None:
    assert read(200, {"status": "error", "message": "odd", field: words}) == TransientFailure(f"odd {words}")
    assert read(200, {"status": "failed", "message": "odd", field: words}) == JobFailed(f"odd {words}")


def test_a_tip_or_a_reset_tells_how_long_to_wait_only_where_waiting_is_asked_for() -> None:
    tip, reset = {"tips": "wait for 30 seconds"}, {"x-ratelimit-reset": "9"}
    slow = {"status": "error", "message": "Rate limit exceeded"}
    assert read(200, {**slow, **tip}) == RateLimited("Rate limit exceeded wait for 30 seconds", 30)
    assert read(200, slow, reset) == RateLimited("Rate limit exceeded", 9)
    words = "You have to wait 20 seconds"
    assert read(200, {"status": "error", "message": words}) == RateLimited(words, 20)
    odd = {"status": "error", "message": "odd"}
    assert read(200, {**odd, **tip}) == TransientFailure("odd wait for 30 seconds")
    assert read(200, odd, reset) == TransientFailure("odd")
    assert read(400, odd, reset) == Refused(Refusal.INVALID, "odd")


def test_the_fields_at_fault_are_named() -> None:
    errors = {"init_image": ["The init image could not be found."], "track_id": ["It must be an integer."]}
    text = "Bad data. init_image: The init image could not be found. track_id: It must be an integer."
    body = {"message": "Bad data.", "errors": errors}
    assert read(422, body) == Refused(Refusal.INVALID, text)
    assert read(200, {"status": "error", **body}) == Refused(Refusal.INVALID, text)
    assert read(422, {"message": "odd"}) == Refused(Refusal.INVALID, "odd")


def test_an_unknown_word_for_the_job_passes_and_is_named() -> None:
    body = {"status": "Starting", "message": "GPU"}
    assert read(200, body) == TransientFailure("GPU (its status is 'starting')")
    assert read(200, {"status": "starting"}) == TransientFailure(
        "HTTP 200 with status 'starting' and no message"
    )
    outcome = read(200, {"status": "x" * 5000, "message": "y" * 5000})
    assert isinstance(outcome, TransientFailure)
    assert len(outcome.message) < 400
