"""What one look at a request can mean: a small closed set, whatever the answer looked like."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeVar

from airflow_provider_modelslab.protocol.result import FaceSwapResult


class Refusal(str, Enum):
    """Why the API will not serve a call; another try would meet the same answer."""

    KEY = "key"
    CREDITS = "credits"
    PLAN = "plan"
    INVALID = "invalid"
    PATH = "path"


@dataclass(frozen=True)
class Done:
    """The job is complete."""

    result: FaceSwapResult


@dataclass(frozen=True)
class InProgress:
    """The job is queued or running.

    :param status: the API's word for it: ``processing``, ``queued`` or ``pending``
    :param eta: the API's guess of the seconds that remain; a hint, often wrong
    """

    status: str
    eta: float | None = None


@dataclass(frozen=True)
class RateLimited:
    """The API asks for fewer calls. Not a failure.

    :param retry_after: seconds to keep away, where the API says so
    """

    message: str
    retry_after: float | None = None
    http_status: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class TransientFailure:
    """This look failed in a way that passes: a 5xx, an HTML page, a reset, a brief 404.

    :param unknown_id: the API said that it does not know the id
    :param no_route: what stands before the API knows no such path, which passes only while it starts
    :param from_api: the message is the API's own
    """

    message: str
    unknown_id: bool = False
    no_route: bool = False
    http_status: int | None = field(default=None, compare=False)
    from_api: bool = field(default=False, compare=False)

    @property
    def said(self) -> str:
        """The API's own words; empty where the text is about the way to it."""
        return self.message if self.from_api else ""


@dataclass(frozen=True)
class JobFailed:
    """The job itself failed; it will not complete."""

    message: str
    http_status: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Refused:
    """The call is refused; the job may live, but this caller will not learn of it."""

    reason: Refusal
    message: str
    http_status: int | None = field(default=None, compare=False)


_Seen = TypeVar("_Seen")


def with_status(outcome: _Seen, status: int) -> _Seen:
    """Return an outcome with the HTTP status that it came with, where both tell of an error.

    :param outcome: what an answer means
    :param status: its HTTP status
    """
    if status < 400 or not isinstance(outcome, (RateLimited, TransientFailure, JobFailed, Refused)):
        return outcome
    told: _Seen = replace(outcome, http_status=status)
    return told


Outcome = Done | InProgress | RateLimited | TransientFailure | JobFailed | Refused
