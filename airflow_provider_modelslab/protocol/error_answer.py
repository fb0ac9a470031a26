"""What an answer means that brings neither a result nor the word that the job runs.

The documentation, the vendor's clients and live answers disagree on where an error stands and under which
HTTP status it comes. So the evidence has an order, by how sure it is: the API's own code, the HTTP status
where that decides, the job's own word, and only then the words of a sentence. A tip explains, and decides
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.fields import find_message, find_text, one_line
from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.retry_after import asked_to_wait, read_retry_after

Fault = RateLimited | TransientFailure | JobFailed | Refused
Rule = Callable[[str], Fault]
_Words = tuple[tuple[str, Rule], ...]


def _refused(reason: Refusal) -> Rule:
    return lambda text: Refused(reason, text)


def _unknown_id(text: str) -> Fault:
    return TransientFailure(text, unknown_id=True)


# One client's reading of the ``code`` beside the message; all but the last are about the request.
_BY_CODE: dict[str, Rule] = {
    "invalid_api_key": _refused(Refusal.KEY),
    "unauthenticated": _refused(Refusal.KEY),
    "insufficient_balance": _refused(Refusal.CREDITS),
    "no_subscription": _refused(Refusal.PLAN),
    "forbidden": _refused(Refusal.PLAN),
    "validation_error": _refused(Refusal.INVALID),
    "not_found": _unknown_id,
    "rate_limited": RateLimited,
    "upstream_unavailable": TransientFailure,
    "provider_error": JobFailed,
}
# Source: docs.modelslab.com, "Error Codes", and for 404 its enterprise schema. Every 5xx passes.
_BY_STATUS: dict[int, Rule] = {
    401: _BY_CODE["invalid_api_key"],
    402: _BY_CODE["insufficient_balance"],
    403: _BY_CODE["forbidden"],
    404: _BY_CODE["not_found"],
    408: TransientFailure,
    425: TransientFailure,
    429: RateLimited,
}

_NO_FAULT = re.compile("|0|2[0-9]{2}|false|none|null|ok|success")
# Words are read where the HTTP status says no more than that there is an error.
_BAD_REQUEST, _UNPROCESSABLE = 400, 422

# The pictures are at fault, and would be each time. Sources: docs.modelslab.com, "Error Codes" ("Unable to
# fetch image from provided URL") and "Webhooks" ("Processing failed: Invalid input dimensions"). The vendor
# names no text for a picture without a face; others that swap faces say "No face detected in pose image"
# (GitHub, nosiu/comfyui-instantId-faceswap #52), "No faces detected!" (C0untFloyd/roop-unleashed #163), "No
# faces detected in one or both of the provided images" (Savv's API, "Status Code"). The verb may be another.
_SEEN = r"(?:detect|found|find|recogni[sz]e|locate|visible)"
_PICTURES_AT_FAULT = re.compile(
    rf"\bno (?:\w+ )?faces? (?:\w+ ){{0,3}}?{_SEEN}"
    rf"|\bfaces? (?:\w+ ){{0,2}}?(?:not|cannot|can't|couldn't|could not) (?:be |been )?{_SEEN}"
    rf"|\b(?:not|cannot|can't|couldn't|didn't|unable to|failed to) {_SEEN} (?:\w+ )?faces?\b"
    r"|\b(?:has|have|with|contains?) no (?:\w+ )?faces?\b|\bno (?:\w+ )?faces? in\b"
    r"|(?:\bnot|n't) (?:contain|have|show) (?:an? |any )?(?:\w+ )?faces?\b"
    r"|\b(?:failed to|unable to|could not|couldn't|cannot|can't) (?:decode|identify) (?:\w+ )?image\b"
    r"|\b(?:invalid|failed to decode|cannot decode) base64\b"
    r"|\bnsfw (?:\w+ ){0,2}?detected\b|\b(?:contains?|flagged as) nsfw\b"  # as sibling APIs flag results
    r"|\bunable to fetch (?:the )?(?:image|video)\b"
    r"|\binvalid (?:input|image|video) (?:dimensions|size|format)\b",
    re.IGNORECASE,
)
# The same texts come under HTTP 200 and 400. Credits that were given back are not lacking.
_LACKING = r"\b(?:insufficient|not enough|out of) (?:credits?|balance|funds)\b"
_BALANCE = "(?<!load[ -])(?<!white )balance"
_ABOUT_THE_CALLER: _Words = (
    (r"\brate[ -]?limit|\btoo many requests\b|\bspam filter\b|\bqueued requests allowed\b", RateLimited),
    (r"\bplease wait\b|\bwait (?:for )?\d{1,4} sec", RateLimited),
    (
        r"\bapi ?keys?\b|\bunauthenticated\b|\bunauthori[sz]ed\b|\bauthentication required\b",
        _refused(Refusal.KEY),
    ),
    (
        rf"{_LACKING}|^(?!.*\b(?:refund|charged|deducted|returned)).*\b(?:credits?|{_BALANCE})\b",
        _refused(Refusal.CREDITS),
    ),
    (r"\bsubscriptions?\b|\bpremium\b|\bupgrade your plan\b", _refused(Refusal.PLAN)),
)
# 403 is a refusal whatever is said. It is documented for the plan; servers give it for other things too.
_FORBIDDEN: _Words = (
    (r"\b(?:invalid|wrong|incorrect|expired|revoked|missing|no) api ?key\b", _refused(Refusal.KEY)),
    (r"\bapi ?key (?:\w+ ){0,2}(?:invalid|wrong|incorrect|expired|revoked|missing)\b", _refused(Refusal.KEY)),
    (_LACKING, _refused(Refusal.CREDITS)),
)
_ABOUT_THE_REQUEST: _Words = (
    (r"\bmodel (?:was )?not found\b", _refused(Refusal.INVALID)),  # "Error Codes"; it is not about the id
    (r"\bnot found\b|\bdoes not exist\b|\bno such\b", _unknown_id),
    (r"\btry again\b|\btemporar(?:y|il)|\bunavailable\b|\boverload|\bbusy\b", TransientFailure),
    (r"\bserver error\b|\btimed? ?out\b", TransientFailure),
    (
        r"\bis required\b|\bvalidation\b|\bmust be\b|\binvalid\b|\bunable to fetch\b",
        _refused(Refusal.INVALID),
    ),
)


def read_error(answer: Answer, body: Mapping[str, Any], shown: str, *, failed: bool, at_fault: Rule) -> Fault:
    """Return what an error means, by the surest evidence that it has.

    :param answer: what came back
    :param body: its JSON object, without the key
    :param shown: the text that tells a person
    :param failed: whether the API's word for the job is that it failed
    :param at_fault: what it means that the pictures are at fault
    """
    seconds = read_retry_after(body, answer.headers, answer.at)
    asked = asked_to_wait(body, answer.headers, answer.at) is not None
    message, codes = find_message(body), codes_of(body)
    status = _status_of(answer.status, codes)
    outcome = (
        next((_BY_CODE[code](shown) for code in codes if code in _BY_CODE), None)
        or _by_status(status, message, shown, asked=asked)
        or (JobFailed(shown) if failed else None)
        or (_by_words(message, shown, at_fault) if _leaves_open(status) else None)
        or (RateLimited(shown) if asked else None)
        or (Refused(Refusal.INVALID, shown) if status == _UNPROCESSABLE or _is_by_field(body) else None)
        or (_search(_ABOUT_THE_REQUEST, message, shown) if _leaves_open(status) else None)
        or (Refused(Refusal.INVALID, shown) if status >= _BAD_REQUEST else TransientFailure(shown))
    )
    if isinstance(outcome, TransientFailure):
        return replace(outcome, from_api=bool(message))
    return RateLimited(outcome.message, seconds) if isinstance(outcome, RateLimited) else outcome


def shown_text(http_status: int, body: Mapping[str, Any], word: str, *, known: bool) -> str:
    """Return what is shown of an error: the API's words, and its word for the job where that is not known.

    :param http_status: HTTP status
    :param body: the JSON object
    :param word: the API's word for how things stand; empty where it has none
    :param known: whether that word is a known one
    """
    text, named = find_text(body), repr(one_line(word)[:60] or "none")
    if not text:
        return f"HTTP {http_status} with status {named} and no message"
    return text if known else f"{text} (its status is {named})"


def by_status(http_status: int, text: str) -> Fault | None:
    """Return what an HTTP status means by itself, where it decides.

    :param http_status: HTTP status
    :param text: what is shown
    """
    rule = _BY_STATUS.get(http_status)
    return rule(text) if rule else None


def finds_fault_with_pictures(message: str) -> bool:
    """Tell whether a message says that the pictures are at fault, and would be each time.

    :param message: the API's, without its tips
    """
    return bool(_PICTURES_AT_FAULT.search(message))


def codes_of(body: Mapping[str, Any]) -> list[str]:
    """Return the API's codes for what is wrong, from each of the places where one may stand.

    One that says that nothing is, as 0 and 200 do, is left out.

    ``error_code`` stands in the vendor's enterprise schema, ``error.code`` in its Agents API.

    :param body: the JSON object
    """
    error = body.get("error")
    places = [
        body.get("code"),
        body.get("error_code"),
        error.get("code") if isinstance(error, dict) else None,
    ]
    codes = [str(code).strip().lower() for code in places if isinstance(code, (str, int))]
    return [code for code in codes if not _NO_FAULT.fullmatch(code)]


def _status_of(http_status: int, codes: list[str]) -> int:
    """Return the HTTP status that is meant: one given as code counts where it says more than HTTP's own."""
    said = (int(code) for code in codes if re.fullmatch("[45][0-9]{2}", code))
    return next(
        (code for code in said if http_status < 400 or code in _BY_STATUS or code >= 500), http_status
    )


def _by_status(status: int, message: str, shown: str, *, asked: bool) -> Fault | None:
    if status >= 500:
        return RateLimited(shown) if asked else TransientFailure(shown)
    forbidden = _search(_FORBIDDEN, message, shown) if status == 403 else None
    return forbidden or by_status(status, shown)


def _leaves_open(status: int) -> bool:
    return status < _BAD_REQUEST or status in (_BAD_REQUEST, _UNPROCESSABLE)


def _by_words(message: str, shown: str, at_fault: Rule) -> Fault | None:
    if finds_fault_with_pictures(message):
        return at_fault(shown)
    return _search(_ABOUT_THE_CALLER, message, shown)


def _search(rules: _Words, message: str, shown: str) -> Fault | None:
    return next((rule(shown) for pattern, rule in rules if re.search(pattern, message, re.IGNORECASE)), None)


def _is_by_field(body: Mapping[str, Any]) -> bool:
    """Texts by the names of fields: these are at fault, and the request is refused."""
    return any(isinstance(body.get(name), dict) and body[name] for name in ("message", "errors"))
