"""A picture that is sent with the call, and the two ways in which the API is said to take one.

The v6 schema (docs.modelslab.com, "Face Swap") has ``format: uri`` for these fields, and its sibling
documents spell base64 as ``data:image/png;base64,…``; other clients of the API send the base64 text alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeGuard

from airflow_provider_modelslab.protocol.outcome import Refusal, Refused
from airflow_provider_modelslab.protocol.submit_answer import Submission

_ABOUT_WHAT_IT_SHOWS = re.compile(
    r"\b(no|not|any|one|multiple|single|detect\w*|find|found|recogni\w+)\b.{0,40}\bfaces?\b"
    r"|\bfaces?\b.{0,40}\b(no|not|detect\w*|found|recogni\w+|visible|clear)\b"
    r"|nsfw|nudity|explicit|inappropriate|too (large|big|small|many)|resolution",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Picture:
    """A picture as base64 text.

    :param content_type: such as ``image/jpeg``
    :param base64: its bytes; not shown by ``repr``
    """

    content_type: str
    base64: str = field(repr=False)


def as_data_uri(picture: Picture) -> str:
    """Return the text that is a URI."""
    return f"data:{picture.content_type};base64,{picture.base64}"


def as_plain_base64(picture: Picture) -> str:
    """Return the base64 text alone."""
    return picture.base64


#: One of the two above.
Form = Callable[[Picture], str]


def other_form(form: Form) -> Form:
    """Return the other way of the two."""
    return as_data_uri if form is as_plain_base64 else as_plain_base64


def may_be_the_form(submission: Submission) -> TypeGuard[Refused]:
    """Tell whether a call was refused for the way in which its pictures were sent.

    A refusal about what a picture shows would only be repeated.

    :param submission: what came of the call
    """
    return is_invalid(submission) and not _ABOUT_WHAT_IT_SHOWS.search(submission.message)


def is_invalid(submission: Submission) -> TypeGuard[Refused]:
    """Tell whether the API finds fault with the call itself, and so has queued nothing."""
    return isinstance(submission, Refused) and submission.reason is Refusal.INVALID


def both_refused(first: Refused, second: Refused) -> Refused:
    """Return the refusal of a call that the API takes in neither way; either may have the true reason."""
    if second.message == first.message:
        return first
    return Refused(Refusal.INVALID, f"{first.message} (sent in another way: {second.message})")
