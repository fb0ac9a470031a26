"""How long a server asks a caller to keep away, which the API says in any of several places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Any

from airflow_provider_modelslab.protocol.fields import as_number, find_text

_EPOCH_FROM = 1_000_000_000  # a reset "in seconds" larger than this is a point in time


def asked_to_wait(body: Mapping[str, Any], headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds to wait where the answer asks for it as such, or None.

    Documented is ``retry_after`` in the body; clients have met a ``Retry-After`` header.

    :param body: the answer's JSON object; empty for an answer that is not the API's
    :param headers: its headers, found by their names in lower case
    :param now: when it came, in seconds since the epoch
    """
    said = as_number(body.get("retry_after"))
    return _from_header(headers.get("retry-after"), now) if said is None else said


def read_retry_after(body: Mapping[str, Any], headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds to wait where waiting is what is to be done, or None where no number is told.

    Besides what ``asked_to_wait`` reads these are ``X-RateLimit-Reset`` (the vendor's command line reads
    it) and "please wait for 30 seconds". A server may send these with any answer, and in any tip.

    :param body: the answer's JSON object; empty for an answer that is not the API's
    :param headers: its headers, found by their names in lower case
    :param now: when it came, in seconds since the epoch
    """
    said = asked_to_wait(body, headers, now)
    if said is None:
        said = _from_reset(as_number(headers.get("x-ratelimit-reset")), now)
    if said is None and (match := re.search(r"wait (?:for )?(\d{1,4}) sec", find_text(body))):
        said = float(match[1])
    return said


def _from_header(value: str | None, now: float) -> float | None:
    seconds = as_number(value)
    if value is None or seconds is not None:
        return seconds
    try:
        date = parsedate_to_datetime(value)
        at = date if date.tzinfo else date.replace(tzinfo=timezone.utc)  # RFC 9110, 5.6.7: always GMT
        return max(0.0, at.timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _from_reset(value: float | None, now: float) -> float | None:
    if value is None:
        return None
    return max(0.0, value - now) if value > _EPOCH_FROM else value
