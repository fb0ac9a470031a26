"""Checking a key at no cost: which call to make, and what its answer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.endpoint import is_enterprise
from airflow_provider_modelslab.protocol.fields import LARGEST, as_number, find_text, one_line
from airflow_provider_modelslab.protocol.outcome import Refusal, Refused
from airflow_provider_modelslab.protocol.poll_answer import is_blank, parse_body, read_answer, status_of

_NOT_ACCEPTED = {401, 403}
_CORRECT_IT = "correct the API key in the password field of the Airflow connection"


def key_check_path(api_path: str) -> str:
    """Return the path of the call: the wallet balance, or a dedicated server's system details.

    :param api_path: path of the face swap calls
    """
    return f"{api_path}/system_details" if is_enterprise(api_path) else "/api/wallet_balance"


def read_key_check(answer: Answer, key: str) -> tuple[bool, str]:
    """Return whether the key works, and what came back in a sentence.

    The balance is documented under ``data`` and has been seen at the top level. For a dedicated server's
    details ``{"status": "ok"}`` and ``{"status": "success"}`` are documented, and a 401 without content.

    :param answer: what came back
    :param key: the API key, removed from whatever repeats it
    """
    body = parse_body(answer.body, key)
    if answer.status in _NOT_ACCEPTED and is_blank(answer):
        return False, f"The key was not accepted: HTTP {answer.status} without a message; {_CORRECT_IT}."
    if body is None:
        return False, f"The server answered HTTP {answer.status} without JSON; is the host right?"
    works = _what_works(body) if answer.status < 300 else None
    if works:
        return True, works
    said = f"HTTP {answer.status}, {find_text(body) or 'no message'}"
    seen = read_answer(answer, "of no request", key)
    refused = isinstance(seen, Refused) and seen.reason is Refusal.KEY
    return False, f"The key {'was not accepted' if refused else 'could not be checked'}: {said}"


def _what_works(body: Mapping[str, Any]) -> str | None:
    data = body["data"] if isinstance(body.get("data"), dict) else body
    balance = as_number(data.get("balance"), least=-LARGEST)  # an account may owe
    if balance is not None:
        currency = one_line(str(data.get("currency") or ""))
        return f"The key works; the balance is {balance:g} {currency}".rstrip() + "."
    if status_of(body) == "ok":
        return f"The key works; the server's queue takes {as_number(body.get('queue_time')) or 0:g} s."
    return "The key works." if status_of(body) == "success" else None
