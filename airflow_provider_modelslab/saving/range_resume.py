"""What to make of a file server's answer. Pure: status and headers in, one verdict out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from airflow_provider_modelslab.http.content_encoding import is_encoded

_LENGTH = re.compile("[0-9]{1,18}")  # Python refuses to read numbers of thousands of digits
_CONTENT_RANGE = re.compile(f"bytes ({_LENGTH.pattern})-({_LENGTH.pattern})/({_LENGTH.pattern}|\\*)")
# What S3 and CloudFront (403), and Google (401), also answer for a key that is not there yet.
_DENIED = (401, 403)
# Success without the file, and the moment when asking again may help. 203 is not what the origin has sent.
_BUSY = (202, 203, 204, 205, 408, 425, 429)


class ResponseKind(Enum):
    """What an answer is."""

    BODY = auto()  #: the file from its first byte
    CONTINUES = auto()  #: the file from where the last transfer was cut
    CHANGED = auto()  #: it cannot be continued: another file by now, or a server that cannot resume
    MISSING = auto()  #: not there, or not yet
    DENIED = auto()  #: not for us: not there yet, or no longer served
    BUSY = auto()  #: the server is in trouble, or not ready; it may pass
    GONE = auto()  #: no longer served
    REFUSED = auto()  #: anything else


_BY_STATUS = {
    404: ResponseKind.MISSING,
    410: ResponseKind.GONE,
    **dict.fromkeys(_DENIED, ResponseKind.DENIED),
    **dict.fromkeys(_BUSY, ResponseKind.BUSY),
}


@dataclass(frozen=True)
class ResumePoint:
    """What identifies the file that a transfer began with, so that it can be continued.

    :param validator: a strong ETag or a Last-Modified date; None if the server gave neither
    :param total: length of the whole file in bytes; None if unknown
    """

    validator: str | None
    total: int | None

    def headers(self, offset: int) -> dict[str, str]:
        """Return the request headers that ask for the rest of this very file."""
        if not offset or not self.validator:
            return {}
        return {"Range": f"bytes={offset}-", "If-Range": self.validator}


def classify(status: int, headers: Mapping[str, str], mark: ResumePoint | None, offset: int) -> ResponseKind:
    """Tell what an answer is.

    :param mark: what the transfer began with; None if it has not begun
    :param offset: how many bytes are there already
    """
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 500 <= status < 600:  # those that CDNs have made up as well
        return ResponseKind.BUSY
    if mark is None or not offset:
        return _begins(status, headers)
    if status == 206 and _continues(headers, mark, offset):
        return ResponseKind.CONTINUES
    return ResponseKind.CHANGED if status in (200, 206, 412, 416) else ResponseKind.REFUSED


def _begins(status: int, headers: Mapping[str, str]) -> ResponseKind:
    """Tell what an answer is that was asked for the whole; some caches keep a part, and send that."""
    if status == 206:
        found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
        is_whole = found and found[3] == str(int(found[2]) + 1) and int(found[1]) == 0
        return ResponseKind.BODY if is_whole else ResponseKind.BUSY
    return ResponseKind.BODY if status == 200 else ResponseKind.REFUSED


def _continues(headers: Mapping[str, str], mark: ResumePoint, offset: int) -> bool:
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if not found or int(found[1]) != offset or is_encoded(headers):
        return False
    same_length = found[3] == "*" or mark.total is None or int(found[3]) == mark.total
    return same_length and validator_of(headers) in (mark.validator, None)


def resume_point_of(headers: Mapping[str, str]) -> ResumePoint:
    """Return what identifies the file that an answer carries. An encoded body cannot be continued."""
    if is_encoded(headers):
        return ResumePoint(None, None)
    return ResumePoint(
        validator_of(headers), int(headers["Content-Length"]) if tells_length(headers) else None
    )


def continued(mark: ResumePoint, headers: Mapping[str, str]) -> ResumePoint:
    """Return the mark of a file that goes on with this answer, which may be the first to tell its length."""
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    return replace(mark, total=int(found[3])) if found and found[3] != "*" else mark


def tells_length(headers: Mapping[str, str]) -> bool:
    """Say whether an answer tells the length of its body, encoded or not, so that a cut would be noticed.

    Beside a Transfer-Encoding a Content-Length says nothing (RFC 9112, 6.3).
    """
    return "Transfer-Encoding" not in headers and bool(
        _LENGTH.fullmatch(headers.get("Content-Length", "").strip())
    )


def validator_of(headers: Mapping[str, str]) -> str | None:
    """Return what an If-Range header may hold (RFC 9110, 13.1.5): a strong ETag, else a settled date."""
    tag = headers.get("ETag", "")
    if tag.startswith('"'):
        return tag if tag.isprintable() else None  # a folded one cannot be sent back
    date = headers.get("Last-Modified", "")
    return date if date and date.isprintable() and _is_settled(date, headers.get("Date")) else None


def _is_settled(modified: str, now: str | None) -> bool:
    try:
        return not now or (parsedate_to_datetime(now) - parsedate_to_datetime(modified)).total_seconds() >= 1
    except (TypeError, ValueError, OverflowError):
        return False
