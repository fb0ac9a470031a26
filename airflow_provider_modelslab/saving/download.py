"""One URL's bytes in order, over as many requests as that takes."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING

from airflow_provider_modelslab.exceptions import DownloadError, ExpiredUrlError
from airflow_provider_modelslab.http.content_encoding import BrokenBodyError, UnknownCodingError, decoded
from airflow_provider_modelslab.http.error_text import error_text
from airflow_provider_modelslab.protocol.redact import shown
from airflow_provider_modelslab.protocol.retry_after import read_retry_after
from airflow_provider_modelslab.saving.completeness import Completeness
from airflow_provider_modelslab.saving.formats.walker import State
from airflow_provider_modelslab.saving.range_resume import (
    ResponseKind,
    ResumePoint,
    classify,
    continued,
    resume_point_of,
    tells_length,
)

if TYPE_CHECKING:
    from requests import Response

    from airflow_provider_modelslab.saving.retry_budget import RetryBudget
    from airflow_provider_modelslab.saving.ssrf_guard import GuardedSession

CHUNK = 2**18


class RestartError(Exception):
    """What came so far must be thrown away: the transfer was cut, as the text says, and cannot go on."""


class _CutError(Exception):
    """A transfer broke off; the message says how."""


class Download:
    """Streams one file, and continues where a transfer was cut if the server can.

    :param session: makes the requests
    :param url: what to fetch
    :param budget: how long and how often to try
    """

    def __init__(self, session: GuardedSession, url: str, budget: RetryBudget) -> None:
        self._session = session
        self._url = url
        self._budget = budget
        self._mark: ResumePoint | None = None
        self._offset = 0
        self._completeness = Completeness()
        self._length_told = False
        self._cut = ""
        #: What a file that is taken for whole all the same lacks, known when all chunks are there.
        self.tolerated = ""

    @property
    def total(self) -> int | None:
        """Length of the whole in bytes, known once the first chunk is there; None if it is not said."""
        return self._mark.total if self._mark else None

    def chunks(self) -> Generator[bytes, None, None]:
        """Yield the file's bytes from the first to the last.

        :raises RestartError: if the bytes so far are worth nothing and the whole may be tried again
        :raises ExpiredUrlError: if the URL is no longer served
        :raises DownloadError: if time or tries are used up, or the server refuses
        """
        while True:
            try:
                response = self._opened()
                if response is not None:
                    yield from self._body(response)
                    return
            except _CutError as cut:  # noqa: PERF203 - each turn is a request
                self._after(cut)

    def _after(self, cut: _CutError) -> None:
        self._cut = str(cut)
        self._budget.try_again(f"{shown(self._url)}: {cut}")
        if self._offset and not self._resumable():
            raise RestartError(self._cut) from None

    def _resumable(self) -> bool:
        if self._mark is None or not self._mark.validator:
            return False
        return self._offset != self._mark.total and self._completeness.resumable

    def _opened(self) -> Response | None:
        """Return the answer that carries the (rest of the) file; None if it was waited for instead."""
        response = self._requested()
        verdict = classify(response.status_code, response.headers, self._mark, self._offset)
        if verdict in (ResponseKind.BODY, ResponseKind.CONTINUES):
            self._note(response.headers, self._mark if verdict is ResponseKind.CONTINUES else None)
            return response
        response.close()
        self._deal_with(verdict, response)
        return None

    def _note(self, headers: Mapping[str, str], mark: ResumePoint | None) -> None:
        self._mark = continued(mark, headers) if mark else resume_point_of(headers)
        self._length_told = self._mark.total is not None or (not mark and tells_length(headers))

    def _requested(self) -> Response:
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        self._budget.begin_try()
        headers = self._mark.headers(self._offset) if self._mark else {}
        try:
            return self._session.open(self._url, headers, self._budget.timeouts())
        except (RequestException, HTTPError, OSError, UnicodeError) as error:
            raise _CutError(error_text(error)) from None  # its text has the URL with its query string

    def _deal_with(self, verdict: ResponseKind, response: Response) -> None:
        said = f"{shown(self._url)} answered {response.status_code}"
        status = response.status_code
        expired = ExpiredUrlError(f"{said}: the link has expired or was withdrawn", http_status=status)
        if verdict is ResponseKind.GONE:
            raise expired
        if verdict is ResponseKind.REFUSED:
            raise DownloadError(said, http_status=status)
        if verdict is ResponseKind.CHANGED:
            self._budget.try_again(f"{said}: it cannot be continued")
            raise RestartError(self._cut)
        retry_after = read_retry_after({}, response.headers, time.time()) or 0.0
        missing = verdict in (ResponseKind.MISSING, ResponseKind.DENIED)
        error = expired if verdict is ResponseKind.DENIED else DownloadError(said, http_status=status)
        self._budget.try_again(said, missing=missing, retry_after=retry_after, error=error)

    def _body(self, response: Response) -> Iterator[bytes]:
        with response:
            try:
                for piece in decoded(self._raw(response), response.headers, CHUNK):
                    self._completeness.feed(piece)
                    yield piece
            except UnknownCodingError as error:
                raise DownloadError(f"{shown(self._url)}: {error}") from None
            except BrokenBodyError as error:
                raise _CutError(str(error)) from None
            self._check_length()
            self._check_format()

    def _raw(self, response: Response) -> Iterator[bytes]:
        """Yield what comes, as it comes."""
        from urllib3.exceptions import HTTPError

        while True:
            self._budget.check()
            try:
                # read1, not read: a server that drips must not hold us past the deadline
                chunk = response.raw.read1(CHUNK, decode_content=False)
            except (HTTPError, OSError) as error:
                raise _CutError(error_text(error)) from None
            if not chunk:
                return
            self._offset += len(chunk)
            self._budget.progressed()
            yield chunk

    def _check_length(self) -> None:
        if self.total is not None and self._offset != self.total:
            raise _CutError(f"the transfer ended after {self._offset} of {self.total} bytes")

    def _check_format(self) -> None:
        """Take a file that its own format calls cut for a cut transfer, whatever HTTP says of it."""
        verdict = self._completeness.verdict()
        if verdict.state is not State.TRUNCATED:
            return
        if verdict.only_end_marker and self._length_told:  # such files exist
            self.tolerated = verdict.missing
            return
        agreed = ", and that is its length by HTTP: the source itself is cut" if self._length_told else ""
        raise _CutError(f"the file {verdict.missing} ({self._offset} bytes){agreed}")
