"""Whether a call was refused for the way in which it sent its pictures: then the other way is worth a try."""

from __future__ import annotations

import re
from typing import TypeGuard

from airflow_provider_modelslab.protocol.outcome import Refusal, Refused
from airflow_provider_modelslab.protocol.submit_answer import Submission

_ABOUT_WHAT_IT_SHOWS = re.compile(
    r"\b(no|not|any|one|multiple|single|detect\w*|find|found|recogni\w+)\b.{0,40}\bfaces?\b"
    r"|\bfaces?\b.{0,40}\b(no|not|detect\w*|found|recogni\w+|visible|clear)\b"
    r"|nsfw|nudity|explicit|inappropriate|too (large|big|small|many)|resolution",
    re.IGNORECASE,
)


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
