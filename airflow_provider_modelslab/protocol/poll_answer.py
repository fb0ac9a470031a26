"""Reading an answer of the API: any status, any body, into one ``Outcome``.

The documentation, the vendor's clients and live answers disagree on nearly every field, so each rule here
and in ``error_answer`` is tolerant in what it reads and strict in what it returns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.error_answer import (
    Fault,
    Rule,
    by_status,
    codes_of,
    finds_fault_with_pictures,
    read_error,
    shown_text,
)
from airflow_provider_modelslab.protocol.fields import as_number, find_message, one_line, read_result
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    Outcome,
    RateLimited,
    TransientFailure,
    with_status,
)
from airflow_provider_modelslab.protocol.redact import without_secret
from airflow_provider_modelslab.protocol.retry_after import read_retry_after

# An answer has some dozens of values. A thousand times that is none, and parsed it would take hundreds of
# megabytes of memory; a picture inside an answer, however large, is one value.
_MOST_VALUES = 100_000

_DONE = {"success", "ready"}
_WAITING = {"processing", "queued", "pending"}
_NOT_DONE = {"error", "failed"}

# What says nothing, as text or as JSON: the vendor's enterprise schema declares 401 and 404 without content.
_BLANK = {b"", b"null", b"[]", b"{}", b'""'}
_DECIDES_WHERE_BLANK = {401, 402, 403, 404}
_NO_ROUTE = {404, 405}


def read_answer(answer: Answer, request_id: str, key: str) -> Outcome:
    """Return what the answer means for the request.

    :param answer: what came back from the fetch call
    :param request_id: the id that was asked for; the answer's own is not trusted
    :param key: the API key, removed from whatever text or field repeats it
    """
    body = body_of(answer, key)
    seen = read_without_json(answer, key) if body is None else read_json(answer, body, request_id)
    return with_status(seen, answer.status)


def body_of(answer: Answer, key: str) -> dict[str, Any] | None:
    """Return the answer's JSON object without the key; None where there is none, or a redirect beside it."""
    return None if _redirects(answer) else parse_body(answer.body, key)


def _redirects(answer: Answer) -> bool:
    return 300 <= answer.status < 400


def read_json(
    answer: Answer, body: Mapping[str, Any], request_id: str, at_fault: Rule = JobFailed
) -> Outcome:
    """Return what an answer with JSON means for the request.

    :param answer: what came back
    :param body: its JSON object, without the key
    :param request_id: the id that it is about
    :param at_fault: what it means where the API finds fault with the pictures; a job has failed by that
    """
    status = status_of(body)
    if answer.status < 400 and (status in _DONE or not status):
        result = read_result(body, request_id)
        if result.output:
            return Done(result)
        if status in _DONE and finds_fault_with_pictures(find_message(body)):
            return at_fault(shown_text(answer.status, body, status, known=True))
        if status in _DONE:
            return TransientFailure("the job is complete but the answer names no files yet")
    if answer.status < 400 and (status in _WAITING or (not status and _tells_when(body))):
        return InProgress(status or "processing", as_number(body.get("eta")))
    known = not status or status in _DONE | _WAITING | _NOT_DONE
    shown = shown_text(answer.status, body, status, known=known)
    return read_error(answer, body, shown, failed=status == "failed", at_fault=at_fault)


def _tells_when(body: Mapping[str, Any]) -> bool:
    """Tell a job that runs by when or where its result will be: realtime answers have no status."""
    told = any(body.get(name) not in (None, "") for name in ("eta", "fetch_result"))
    return told and not any(body.get(name) for name in ("error", "errors")) and not codes_of(body)


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


def read_without_json(answer: Answer, key: str) -> Fault:
    """HTML pages and other bodies come from what stands before the API, and pass; no body may be its own.

    :param answer: what came back
    :param key: the API key, removed from what is repeated
    """
    if _redirects(answer):
        return TransientFailure(
            f"HTTP {answer.status}: the server redirects, and the key does not follow; "
            "set the connection's host to the server's own address"
        )
    if is_blank(answer) and answer.status in _DECIDES_WHERE_BLANK:
        outcome = by_status(answer.status, f"HTTP {answer.status} without a message")
        if outcome:
            return outcome
    named = without_secret(answer.headers.get("content-type", ""), key)
    kind = one_line(named).split(";")[0] or "no content type"
    text = f"HTTP {answer.status} with {len(answer.body)} bytes of {kind} in place of JSON"
    seconds = read_retry_after({}, answer.headers, answer.at)
    if answer.status == 429 or (answer.status == 503 and seconds is not None):
        return RateLimited(text, seconds)
    return TransientFailure(text, no_route=answer.status in _NO_ROUTE)


def is_blank(answer: Answer) -> bool:
    """Tell whether an answer has no body, or one that says nothing.

    :param answer: what came back
    """
    return answer.body.strip() in _BLANK
