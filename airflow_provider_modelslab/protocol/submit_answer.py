"""Reading the answer to a submit call: was the face swap queued, was it not, or can nobody know?

A face swap that was queued is paid for, so a submit call is repeated only where it is certain that
nothing was queued: the API itself said no, or the call never left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.fields import find_message
from airflow_provider_modelslab.protocol.ids import parse_request_id
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
    with_status,
)
from airflow_provider_modelslab.protocol.poll_answer import body_of, read_json, read_without_json, status_of
from airflow_provider_modelslab.protocol.result import FaceSwapResult

_ID_NAMES = ("id", "taskId", "task_id", "request_id")
_IN_FETCH_RESULT = re.compile(r"/fetch/([^/?#]+)/?(?:[?#].*)?$")
_LONGEST_LINK = 500  # characters
_TIMED_OUT = {408, 504, 524}  # what waits for the API gave up; the API may go on
_TIMES_OUT = re.compile(r"\btimed? ?out", re.IGNORECASE)
_TOO_LARGE = 413


@dataclass(frozen=True)
class Accepted:
    """The face swap was queued.

    :param request_id: its id
    :param outcome: how it stands; images are often done at once
    :param has_id: whether the API gave that id, so that it can be asked for; else it is a name made here
    """

    request_id: str
    outcome: InProgress | Done
    has_id: bool = True


@dataclass(frozen=True)
class Declined(TransientFailure):
    """The API itself said no, and not why: that may pass, and may be for good."""


@dataclass(frozen=True)
class Unknown:
    """The face swap may have been queued, and nobody can tell."""

    message: str


#: ``RateLimited``: there is no room in the account's queue. ``TransientFailure``: trouble that passes, or
#: where it is ``Declined`` may pass. ``Refused``: no other try would help. ``JobFailed``: it was queued, and
#: has failed. None of these is queued now.
Submission = Accepted | RateLimited | TransientFailure | Refused | JobFailed | Unknown


def read_submission(answer: Answer, key: str) -> Submission:
    """Return what the answer to a submit call means.

    :param answer: what came back
    :param key: the API key, removed from whatever text or field repeats it
    """
    return with_status(_read(answer, key), answer.status)


def _read(answer: Answer, key: str) -> Submission:
    body = body_of(answer, key)
    if body is None:
        return _without_json(answer, key)
    request_id = find_request_id(body)
    outcome = read_json(answer, body, request_id or "unknown", at_fault=partial(Refused, Refusal.INVALID))
    if isinstance(outcome, (InProgress, Done)):
        return _accepted(request_id, outcome)
    if isinstance(outcome, JobFailed):
        return outcome
    if _said_no(answer, body, request_id, outcome):
        return Declined(outcome.message) if isinstance(outcome, TransientFailure) else outcome
    if request_id is None:
        return Unknown(outcome.message)
    return Accepted(request_id, InProgress("processing"))  # said in a word that is not known


def find_request_id(body: Mapping[str, Any]) -> str | None:
    """Return the id of a queued face swap, which stands under any of several names, or in a URL only.

    Of that URL nothing but the id is used: it is not called.

    :param body: the answer's JSON object
    """
    address = body.get("fetch_result")
    link = _IN_FETCH_RESULT.search(address[-_LONGEST_LINK:]) if isinstance(address, str) else None
    candidates = [*(body.get(name) for name in _ID_NAMES), link and link[1]]
    return next((found for each in candidates if (found := _as_id(each))), None)


def _as_id(value: Any) -> str | None:
    try:
        return parse_request_id(value)
    except ValueError:
        return None


def _accepted(request_id: str | None, outcome: InProgress | Done) -> Submission:
    if request_id is not None:
        return Accepted(request_id, outcome)
    if isinstance(outcome, Done):
        return _done_without_id(outcome.result)
    return Unknown("the API took the call, but its answer has no id")


def _done_without_id(result: FaceSwapResult) -> Accepted:
    """Name by its files what has no id: no field is documented as required."""
    name = f"without-id-{sha256(json.dumps(result.output).encode()).hexdigest()[:16]}"
    return Accepted(name, Done(replace(result, id=name)), has_id=False)


def _said_no(
    answer: Answer,
    body: Mapping[str, Any],
    request_id: str | None,
    outcome: RateLimited | TransientFailure | Refused,
) -> bool:
    """Tell what the API itself said no to from what may have been queued all the same."""
    if answer.status in _TIMED_OUT or _TIMES_OUT.search(find_message(body)):
        return False
    if 400 <= answer.status < 500 or status_of(body) in ("error", "failed"):
        return True
    in_words = isinstance(outcome, (RateLimited, Refused)) and bool(find_message(body))
    return answer.status < 400 and request_id is None and in_words


def _without_json(answer: Answer, key: str) -> Submission:
    """A page comes from what stands before the API, which may have passed the call on."""
    outcome = read_without_json(answer, key)
    if answer.status == _TOO_LARGE:
        return Refused(Refusal.INVALID, f"the pictures are too large for the server: {outcome.message}")
    if 300 <= answer.status < 500 and answer.status not in _TIMED_OUT:
        return outcome
    return Unknown(outcome.message)
