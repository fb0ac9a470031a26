"""An HTTP answer of the API, as it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
