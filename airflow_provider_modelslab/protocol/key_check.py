"""Checking a key at no cost: which call to make, and what its answer says."""

from __future__ import annotations

from airflow_provider_modelslab.protocol.answer import Answer, parse_body
from airflow_provider_modelslab.protocol.fields import as_number, find_text, one_line
from airflow_provider_modelslab.protocol.request import is_enterprise


def key_check_path(api_path: str) -> str:
    """Return the path of the call: the wallet balance, or a dedicated server's system details.

    :param api_path: path of the face swap calls
    """
    return f"{api_path}/system_details" if is_enterprise(api_path) else "/api/wallet_balance"


def read_key_check(answer: Answer, key: str) -> tuple[bool, str]:
    """Return whether the key works, and what came back in a sentence.

    The balance is documented under ``data`` and has been seen at the top level.

    :param answer: what came back
    :param key: the API key, removed from whatever repeats it
    """
    body = parse_body(answer.body, key)
    if body is None:
        return False, f"The server answered HTTP {answer.status} without JSON; is the host right?"
    data = body["data"] if isinstance(body.get("data"), dict) else body
    balance = as_number(data.get("balance"))
    if answer.status < 300 and balance is not None:
        currency = one_line(str(data.get("currency") or ""))
        return True, f"The key works; the balance is {balance:g} {currency}".rstrip() + "."
    if answer.status < 300 and body.get("status") == "ok":
        return True, f"The key works; the server's queue takes {as_number(body.get('queue_time')) or 0:g} s."
    return False, f"The key was not accepted: HTTP {answer.status}, {find_text(body) or 'no message'}"
