"""Reading an answer of the API: any status, any body, into one ``Outcome``.

The documentation, the vendor's clients and live answers disagree on nearly every field, so each
rule here is tolerant in what it reads and strict in what it returns. The order of the rules is
the rule: what is about the caller first, then what asks for patience, then what passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_modelslab.protocol.fields import (
    as_number,
    find_text,
    one_line,
    read_result,
)
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    JobFailed,
    Outcome,
    Refusal,
    Refused,
    SlowDown,
    TryAgain,
    Waiting,
)
from airflow_provider_modelslab.protocol.retry_after import read_retry_after
from airflow_provider_modelslab.protocol.secret import without_secret

# An answer has some dozens of values. A thousand times that is none, and parsed it would take hundreds of
# megabytes of memory; a picture inside an answer, however large, is one value.
_MOST_VALUES = 100_000

_DONE = {"success", "ready"}
_WAITING = {"processing", "queued", "pending"}

# One client's reading of the ``code`` beside the message; all but the last are about the request.
_BY_CODE: dict[str, Callable[[str], Outcome]] = {
    "invalid_api_key": lambda text: Refused(Refusal.KEY, text),
    "unauthenticated": lambda text: Refused(Refusal.KEY, text),
    "insufficient_balance": lambda text: Refused(Refusal.CREDITS, text),
    "no_subscription": lambda text: Refused(Refusal.PLAN, text),
    "forbidden": lambda text: Refused(Refusal.PLAN, text),
    "validation_error": lambda text: Refused(Refusal.INVALID, text),
    "not_found": lambda text: TryAgain(text, unknown_id=True),
    "rate_limited": SlowDown,
    "upstream_unavailable": TryAgain,
    "provider_error": JobFailed,
}

# The same texts come under HTTP 200, 400 and the status that would fit, so the text decides.
_ABOUT_THE_CALLER: tuple[tuple[str, Callable[[str], Outcome]], ...] = (
    (r"rate limit|too many requests|spam filter|queued requests allowed", SlowDown),
    (r"api ?key|unauthenticated|unauthorized", lambda text: Refused(Refusal.KEY, text)),
    (r"credits?\b|balance", lambda text: Refused(Refusal.CREDITS, text)),
    (r"subscription|premium|upgrade your plan", lambda text: Refused(Refusal.PLAN, text)),
)
_BY_STATUS: dict[int, Callable[[str], Outcome]] = {
    401: _BY_CODE["invalid_api_key"],
    402: _BY_CODE["insufficient_balance"],
    403: _BY_CODE["forbidden"],
    404: _BY_CODE["not_found"],
    408: TryAgain,
    425: TryAgain,
    429: SlowDown,
}
_ABOUT_THE_REQUEST: tuple[tuple[str, Callable[[str], Outcome]], ...] = (
    (r"not found|does not exist|no such", lambda text: TryAgain(text, unknown_id=True)),
    (r"try again|temporar|unavailable|server error|timed? ?out|overload|busy", TryAgain),
    (r"is required|validation|must be|invalid|unable to fetch", lambda text: Refused(Refusal.INVALID, text)),
)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as it came.

    :param status: HTTP status
    :param headers: response headers, found by their names in lower case
    :param body: the bytes, as far as they were read
    :param at: when it came, in seconds since the epoch
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    at: float


def read_answer(answer: Answer, request_id: str, key: str) -> Outcome:
    """Return what the answer means for the request.

    :param answer: what came back from the fetch call
    :param request_id: the id that was asked for; the answer's own is not trusted
    :param key: the API key, removed from whatever text or field repeats it
    """
    body = body_of(answer, key)
    return read_without_json(answer, key) if body is None else read_json(answer, body, request_id)


def body_of(answer: Answer, key: str) -> dict[str, Any] | None:
    """Return the answer's JSON object without the key; None where there is none, or a redirect beside it."""
    return None if _redirects(answer) else parse_body(answer.body, key)


def _redirects(answer: Answer) -> bool:
    return 300 <= answer.status < 400


def read_json(answer: Answer, body: Mapping[str, Any], request_id: str) -> Outcome:
    """Return what an answer with JSON means for the request.

    :param answer: what came back
    :param body: its JSON object, without the key
    :param request_id: the id that it is about
    """
    status = status_of(body)
    if answer.status < 400 and (status in _DONE or not status):
        result = read_result(body, request_id)
        if result.output:
            return Done(result)
        if status in _DONE:
            return TryAgain("the job is complete but the answer names no files yet")
    if answer.status < 400 and status in _WAITING:
        return Waiting(status, as_number(body.get("eta")))
    return _read_error(answer, body, status)


def parse_body(body: bytes, key: str) -> dict[str, Any] | None:
    """Return the JSON object in a body without the key, or None where there is none."""
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > _MOST_VALUES:
        return None
    try:
        value = json.loads(body.decode("utf-8-sig", errors="replace"))
        return without_secret(value, key) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


def status_of(body: Mapping[str, Any]) -> str:
    """Return the API's word for how things stand; empty where it has none."""
    return str(body.get("status") or "").strip().lower()


def read_without_json(answer: Answer, key: str) -> SlowDown | TryAgain:
    """HTML pages and other bodies come from what stands before the API, and pass.

    :param answer: what came back
    :param key: the API key, removed from what is repeated
    """
    if _redirects(answer):
        return TryAgain(
            f"HTTP {answer.status}: the server redirects, and the key does not follow; "
            "set the connection's host to the server's own address"
        )
    named = without_secret(answer.headers.get("content-type", ""), key)
    kind = one_line(named).split(";")[0] or "no content type"
    text = f"HTTP {answer.status} with {len(answer.body)} bytes of {kind} in place of JSON"
    seconds = read_retry_after({}, answer.headers, answer.at)
    if answer.status == 429 or (answer.status == 503 and seconds is not None):
        return SlowDown(text, seconds)
    return TryAgain(text)


def _read_error(answer: Answer, body: Mapping[str, Any], status: str) -> Outcome:
    text = find_text(body)
    shown = text or f"HTTP {answer.status} with status {one_line(status) or 'none'!r} and no message"
    code = _find_code(body)
    seconds = read_retry_after(body, answer.headers, answer.at)
    outcome = (
        _lookup(_BY_CODE, code, shown)
        or _search(_ABOUT_THE_CALLER, text, shown)
        or _lookup(_BY_STATUS, int(code) if re.fullmatch("[45][0-9]{2}", code) else answer.status, shown)
        or (SlowDown(shown) if seconds is not None else None)
        or (TryAgain(shown) if answer.status >= 500 else None)
        or (JobFailed(shown) if status == "failed" else None)
        or _search(_ABOUT_THE_REQUEST, text, shown)
        or (Refused(Refusal.INVALID, shown) if answer.status >= 400 or _is_by_field(body) else None)
        or TryAgain(shown)
    )
    return SlowDown(outcome.message, seconds) if isinstance(outcome, SlowDown) else outcome


def _find_code(body: Mapping[str, Any]) -> str:
    error = body.get("error")
    code = body.get("code") or (error.get("code") if isinstance(error, dict) else None)
    return str(code or "").strip().lower()


def _lookup(rules: Mapping[Any, Callable[[str], Outcome]], name: Any, text: str) -> Outcome | None:
    rule = rules.get(name)
    return rule(text) if rule else None


def _search(rules: tuple[tuple[str, Callable[[str], Outcome]], ...], text: str, shown: str) -> Outcome | None:
    return next((rule(shown) for pattern, rule in rules if re.search(pattern, text, re.IGNORECASE)), None)


def _is_by_field(body: Mapping[str, Any]) -> bool:
    """A message that is an object names the fields at fault: the request is refused."""
    return isinstance(body.get("message"), dict)
