"""Each rule of the answer reader by itself, where nothing else in the answer would decide."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    Outcome,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
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
        ("not_found", TransientFailure("odd", unknown_id=True)),
        ("rate_limited", RateLimited("odd")),
        ("provider_error", JobFailed("odd")),
        (" Provider_Error ", JobFailed("odd")),
    ],
)
def test_a_known_code_decides(code: str, expected: Outcome) -> None:
    assert read(200, {"status": "error", "message": "odd", "code": code}) == expected
    assert read(200, {"status": "error", "error": {"message": "odd", "code": code}}) == expected


def test_the_code_of_an_api_whose_provider_is_away_outweighs_a_failed_job() -> None:
    body = {"status": "failed", "message": "odd", "code": "upstream_unavailable"}
    assert read(200, body) == TransientFailure("odd")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, Refused(Refusal.KEY, "odd")),
        (402, Refused(Refusal.CREDITS, "odd")),
        (403, Refused(Refusal.PLAN, "odd")),
        (404, TransientFailure("odd", unknown_id=True)),
        (408, TransientFailure("odd")),
        (425, TransientFailure("odd")),
        (429, RateLimited("odd")),
        (418, Refused(Refusal.INVALID, "odd")),
        (501, TransientFailure("odd")),
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
    assert read(status, {"status": "error", "message": words}) == RateLimited(words)


@pytest.mark.parametrize("words", ["Request not found", "The id does not exist", "No such request"])
def test_words_for_an_unknown_id_are_known_whatever_the_http_status(words: str) -> None:
    for status in (200, 400):
        assert read(status, {"status": "error", "message": words}) == TransientFailure(words, unknown_id=True)


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
    assert read(400, {"status": "error", "message": words}) == TransientFailure(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Rate limit of your API key", RateLimited("Rate limit of your API key")),
        ("API key without credits", Refused(Refusal.KEY, "API key without credits")),
        (
            "No credits in your plan: subscription",
            Refused(Refusal.CREDITS, "No credits in your plan: subscription"),
        ),
        ("Not found, try again", TransientFailure("Not found, try again", unknown_id=True)),
        ("Busy: no invalid id", TransientFailure("Busy: no invalid id")),
        ("Invalid id: premium feature", Refused(Refusal.PLAN, "Invalid id: premium feature")),
    ],
)
def test_of_two_rules_the_one_that_is_about_the_caller_or_asks_for_patience_counts(
    words: str, expected: Outcome
) -> None:
    assert read(200, {"status": "error", "message": words}) == expected
