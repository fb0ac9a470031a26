"""The calls: which of them a look makes of a server, and what their answers mean together."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.client.calls import NoAnswer, ServerVariant, fetch
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.outcome import (
    InProgress,
    JobFailed,
    Outcome,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from tests.protocol import KEY, answer_with

V6, ENTERPRISE = "/api/v6/faceswap", "/api/v1/enterprise/faceswap"
IN_PATH = (f"{ENTERPRISE}/fetch/263", {})
IN_BODY = (f"{ENTERPRISE}/fetch", {"id": "263"})
RUNS = answer_with(200, {"status": "processing"})
MISSING = answer_with(404, {"status": "error", "message": "Request not found"})
EMPTY, PAGE = answer_with(404, b""), answer_with(404, b"<html>")
UNKNOWN = TransientFailure("Request not found", unknown_id=True)


def look(
    server: ServerVariant, *answers: Answer | NoAnswer, path: str = ENTERPRISE
) -> tuple[Outcome, list[Any]]:
    """Make a look whose calls are answered in that order; return what it saw, and its calls."""
    made, left, one = [], list(answers), fetch(server, path, "263")
    call = next(one)
    while True:
        made.append((call.path, call.parameters))
        try:
            call = one.send(call.meaning_of(left.pop(0), KEY))
        except StopIteration as end:
            assert not left
            return end.value, made


@pytest.mark.parametrize("answer", [RUNS, MISSING, EMPTY, PAGE, NoAnswer("reset")])
def test_elsewhere_than_on_a_dedicated_server_a_look_is_one_call(answer: Answer | NoAnswer) -> None:
    _, made = look(ServerVariant(), answer, path=V6)
    assert made == [(f"{V6}/fetch/263", {})]


@pytest.mark.parametrize(
    "answer",
    [
        RUNS,
        NoAnswer("reset"),
        answer_with(502, b""),
        answer_with(401, b""),
        answer_with(200, {"status": "error", "message": "Request not found"}),
    ],
)
def test_what_is_no_404_ends_the_look(answer: Answer | NoAnswer) -> None:
    server = ServerVariant()
    _, made = look(server, answer)
    assert made == [IN_PATH]
    assert not server.id_in_body


@pytest.mark.parametrize("missed", [MISSING, EMPTY, PAGE])
def test_a_404_is_tried_in_the_other_form_and_the_form_that_worked_is_kept(missed: Answer) -> None:
    server = ServerVariant()
    assert look(server, missed, RUNS) == (InProgress("processing"), [IN_PATH, IN_BODY])
    assert look(server, RUNS) == (InProgress("processing"), [IN_BODY])
    assert look(server, missed, MISSING) == (UNKNOWN, [IN_BODY, IN_PATH])
    assert look(server, missed, RUNS) == (InProgress("processing"), [IN_BODY, IN_PATH])
    assert look(server, RUNS) == (InProgress("processing"), [IN_PATH])


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (MISSING, EMPTY, TransientFailure("HTTP 404 without a message", unknown_id=True)),
        (MISSING, PAGE, UNKNOWN),
        (PAGE, MISSING, UNKNOWN),
        (MISSING, answer_with(405, {"message": "The method is not supported"}), UNKNOWN),
        (MISSING, answer_with(422, {"errors": {"id": ["odd"]}}), UNKNOWN),
        (EMPTY, answer_with(401, {"message": "No"}), Refused(Refusal.KEY, "No")),
        (EMPTY, answer_with(429, {"message": "No"}), RateLimited("No")),
        (EMPTY, answer_with(503, {"message": "No"}), TransientFailure("No")),
        (EMPTY, NoAnswer("reset"), TransientFailure("reset")),
        (EMPTY, answer_with(200, {"status": "failed", "message": "No"}), JobFailed("No")),
    ],
)
def test_of_two_answers_the_one_that_says_more_of_the_request_counts(
    first: Answer, second: Answer | NoAnswer, outcome: Outcome
) -> None:
    assert look(ServerVariant(), first, second) == (outcome, [IN_PATH, IN_BODY])


def test_two_pages_are_of_a_proxy_whose_server_is_away() -> None:
    outcome, _ = look(ServerVariant(), PAGE, PAGE)
    assert isinstance(outcome, TransientFailure)
    assert not outcome.unknown_id


def test_an_id_that_is_none_is_asked_for_in_neither_form() -> None:
    with pytest.raises(ValueError, match="characters"):
        next(fetch(ServerVariant(), ENTERPRISE, "../x"))
