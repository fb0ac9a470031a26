"""Which call checks a key, and what its answer says."""

from __future__ import annotations

import json

import pytest

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.key_check import key_check_path, read_key_check
from tests.protocol import KEY, NOW

CORRECT_IT = "correct the API key in the password field of the Airflow connection."


def check(status: int, body: object) -> tuple[bool, str]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_key_check(Answer(status, {}, data, NOW), KEY)


def test_a_dedicated_server_is_asked_for_its_details_and_modelslab_for_the_balance() -> None:
    assert key_check_path("/api/v6/faceswap") == "/api/wallet_balance"
    assert key_check_path("/api/v1/enterprise/faceswap") == "/api/v1/enterprise/faceswap/system_details"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"data": {"balance": 43.6, "currency": "USD"}}, "The key works; the balance is 43.6 USD."),
        ({"balance": "7"}, "The key works; the balance is 7."),
        ({"data": {"balance": 0, "currency": None}}, "The key works; the balance is 0."),
        ({"data": [], "balance": 5, "currency": "E\nUR"}, "The key works; the balance is 5 E UR."),
        ({"data": {"balance": -3.25, "currency": "USD"}}, "The key works; the balance is -3.25 USD."),
        ({"data": {"balance": "-0.5"}}, "The key works; the balance is -0.5."),
        ({"status": "success", "message": "Operation completed successfully"}, "The key works."),
        ({"status": "Success", "data": []}, "The key works."),
        ({"status": "ok", "queue_time": 12}, "The key works; the server's queue takes 12 s."),
        ({"status": "ok", "queue_time": None}, "The key works; the server's queue takes 0 s."),
    ],
)
def test_a_key_that_works_is_told_with_what_came_back(body: object, said: str) -> None:
    assert check(200, body) == (True, said)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"message": "Invalid API key"}, "The key was not accepted: HTTP 400, Invalid API key"),
        (200, {"status": "error"}, "The key could not be checked: HTTP 200, no message"),
        (300, {"balance": 5}, "The key could not be checked: HTTP 300, no message"),
        (300, {"status": "ok"}, "The key could not be checked: HTTP 300, no message"),
        (200, {"data": {"balance": "much"}}, "The key could not be checked: HTTP 200, no message"),
        (401, b"", "The key was not accepted: HTTP 401 without a message; " + CORRECT_IT),
        (403, b" \n", "The key was not accepted: HTTP 403 without a message; " + CORRECT_IT),
        (401, {}, "The key was not accepted: HTTP 401 without a message; " + CORRECT_IT),
        (401, b"<html>", "The server answered HTTP 401 without JSON; is the host right?"),
        (200, {"status": "error", "balance": None}, "The key could not be checked: HTTP 200, no message"),
        (402, {"message": "No credits"}, "The key could not be checked: HTTP 402, No credits"),
        (403, {"message": "Upgrade your plan"}, "The key could not be checked: HTTP 403, Upgrade your plan"),
        (404, {"message": "Not Found"}, "The key could not be checked: HTTP 404, Not Found"),
        (500, {"message": "Server Error"}, "The key could not be checked: HTTP 500, Server Error"),
        (429, {"message": "Too many"}, "The key could not be checked: HTTP 429, Too many"),
        (404, b"<html>", "The server answered HTTP 404 without JSON; is the host right?"),
    ],
)
def test_a_key_that_does_not_work_is_told_with_the_reason(status: int, body: object, said: str) -> None:
    assert check(status, body) == (False, said)


@pytest.mark.parametrize("body", [{"message": f"bad key {KEY}"}, {"balance": 5, "currency": KEY}])
def test_the_key_itself_is_not_told(body: object) -> None:
    assert KEY not in check(200, body)[1]
    assert "***" in check(200, body)[1]
