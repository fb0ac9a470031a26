"""Each rule of the answer reader by itself, where nothing else in the answer would decide."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    Outcome,
    Refusal,
    Refused,
    SlowDown,
    TryAgain,
)
from tests.protocol import read


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("invalid_api_key", Refused(Refusal.KEY, "odd")),
        ("unauthenticated", Refused(Refusal.KEY, "odd")),
        ("insufficient_balance", Refused(Refusal.CREDITS, "odd")),
        ("no_subscription", Refused(Refusal.PLAN, "odd")),
        ("forbidden", Refused(Refusal.PLAN, "odd")),
        ("validation_error", Refused(Refusal.INVALID, "odd")),
        ("not_found", TryAgain("odd", unknown_id=True)),
        ("rate_limited", SlowDown("odd")),
        ("provider_error", JobFailed("odd")),
        (" Provider_Error ", JobFailed("odd")),
    ],
)
def test_a_known_code_decides(code: str, expected: Outcome) -> None:
    assert read(200, {"status": "error", "message": "odd", "code": code}) == expected
    assert read(200, {"status": "error", "error": {"message": "odd", "code": code}}) == expected


def test_the_code_of_an_api_whose_provider_is_away_outweighs_a_failed_job() -> None:
    body = {"status": "failed", "message": "odd", "code": "upstream_unavailable"}
    assert read(200, body) == TryAgain("odd")


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500, 503])
def test_a_known_code_outweighs_the_http_status_and_words(status: int) -> None:
    body = {"status": "error", "message": "Invalid API key"}
    assert read(status, {**body, "code": "provider_error"}) == JobFailed("Invalid API key")
    assert read(status, {**body, "error_code": "no_subscription"}) == Refused(Refusal.PLAN, "Invalid API key")
    assert read(status, {**body, "code": 402}) == Refused(Refusal.CREDITS, "Invalid API key")
    both = {**body, "code": "E17", "error_code": "rate_limited"}
    assert read(status, both) == SlowDown("Invalid API key")


def test_a_number_as_code_that_says_less_than_http_does_not_outweigh_it() -> None:
    assert read(401, {"code": 400, "message": "odd"}) == Refused(Refusal.KEY, "odd")
    assert read(503, {"code": 422, "message": "odd"}) == TryAgain("odd")
    assert read(200, {"status": "error", "code": 422, "message": "odd"}) == Refused(Refusal.INVALID, "odd")
    assert read(200, {"status": "error", "code": 503, "message": "Invalid API key"}) == TryAgain(
        "Invalid API key"
    )


@pytest.mark.parametrize("code", ["unheard_of", "", None, True, 1020, ["rate_limited"]])
def test_a_code_that_is_not_known_decides_nothing(code: object) -> None:
    body = {"status": "error", "message": "Invalid API key", "code": code}
    assert read(200, body) == Refused(Refusal.KEY, "Invalid API key")
    assert read(503, body) == TryAgain("Invalid API key")


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
        assert read(status, {"status": word, "message": words}) == TryAgain(words)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, lambda text: Refused(Refusal.KEY, text)),
        (402, lambda text: Refused(Refusal.CREDITS, text)),
        (404, lambda text: TryAgain(text, unknown_id=True)),
        (408, TryAgain),
        (425, TryAgain),
        (429, SlowDown),
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
        "The generation broke down. Your credits have been refunded.",
        "An error occurred, no credits were deducted",
        "You were not charged: your balance is the same",
        "Failed at unsubscription hook",
        "The validations cache was invalidated",
    ],
)
def test_a_word_counts_as_a_word_and_credits_that_are_given_back_are_not_lacking(words: str) -> None:
    assert read(200, {"status": "error", "message": words}) == TryAgain(words)


@pytest.mark.parametrize("status", [200, 400, 422])
@pytest.mark.parametrize(
    "words",
    [
        "No face detected in the image",
        "no faces found",
        "No human face was detected in target_image. Please try again",
        "No face could be found",
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


@pytest.mark.parametrize(
    "words",
    ["Failed to load face model", "The face swap could not be completed", "The interface was not found out"],
)
def test_a_face_in_a_sentence_is_no_fault_of_the_pictures(words: str) -> None:
    assert not isinstance(read(200, {"status": "error", "message": words}), JobFailed)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, Refused(Refusal.KEY, "odd")),
        (402, Refused(Refusal.CREDITS, "odd")),
        (403, Refused(Refusal.PLAN, "odd")),
        (404, TryAgain("odd", unknown_id=True)),
        (408, TryAgain("odd")),
        (425, TryAgain("odd")),
        (429, SlowDown("odd")),
        (418, Refused(Refusal.INVALID, "odd")),
        (501, TryAgain("odd")),
    ],
)
def test_the_http_status_decides_where_words_say_nothing(status: int, expected: Outcome) -> None:
    assert read(status, {"status": "error", "message": "odd"}) == expected


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Bad API key", Refusal.KEY),
        ("bad apikey", Refusal.KEY),
        ("Unauthenticated.", Refusal.KEY),
        ("You are unauthorized", Refusal.KEY),
        ("Out of credits", Refusal.CREDITS),
        ("One credit is missing", Refusal.CREDITS),
        ("Your balance is low", Refusal.CREDITS),
        ("You have no subscription", Refusal.PLAN),
        ("A Premium feature", Refusal.PLAN),
        ("Please upgrade your plan", Refusal.PLAN),
        ("The id is required", Refusal.INVALID),
        ("Validation was not passed", Refusal.INVALID),
        ("The id must be a number", Refusal.INVALID),
        ("An invalid id", Refusal.INVALID),
    ],
)
def test_words_refuse_whatever_the_http_status(status: int, words: str, reason: Refusal) -> None:
    assert read(status, {"status": "error", "message": words}) == Refused(reason, words)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "words",
    [
        "The rate limit is reached",
        "Too many requests",
        "Spam filter is on",
        "Only 5 queued requests allowed",
        "Please wait and repeat",
    ],
)
def test_words_ask_to_slow_down_whatever_the_http_status(status: int, words: str) -> None:
    assert read(status, {"status": "error", "message": words}) == SlowDown(words)


@pytest.mark.parametrize("words", ["Request not found", "The id does not exist", "No such request"])
def test_words_for_an_unknown_id_are_known_whatever_the_http_status(words: str) -> None:
    for status in (200, 400):
        assert read(status, {"status": "error", "message": words}) == TryAgain(words, unknown_id=True)


@pytest.mark.parametrize(
    "words",
    [
        "Please try again",
        "A temporary problem",
        "The service is unavailable",
        "Internal server error",
        "The request timed out",
        "Time out",
        "Gateway timeout",
        "We are overloaded",
        "The server is busy",
    ],
)
def test_words_for_what_passes_are_believed_even_under_400(words: str) -> None:
    assert read(400, {"status": "error", "message": words}) == TryAgain(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Rate limit of your API key", SlowDown("Rate limit of your API key")),
        ("API key without credits", Refused(Refusal.KEY, "API key without credits")),
        (
            "No credits in your plan: subscription",
            Refused(Refusal.CREDITS, "No credits in your plan: subscription"),
        ),
        ("Not found, try again", TryAgain("Not found, try again", unknown_id=True)),
        ("Busy: no invalid id", TryAgain("Busy: no invalid id")),
        ("Invalid id: premium feature", Refused(Refusal.PLAN, "Invalid id: premium feature")),
    ],
)
def test_of_two_rules_the_one_that_is_about_the_caller_or_asks_for_patience_counts(
    words: str, expected: Outcome
) -> None:
    assert read(200, {"status": "error", "message": words}) == expected
