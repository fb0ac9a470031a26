"""From one entry of ``output`` to one verified file."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_modelslab.exceptions import (
    DownloadError,
    ExpiredUrlError,
    FileTooLargeError,
    InvalidContentError,
)
from airflow_provider_modelslab.protocol.redact import is_data
from airflow_provider_modelslab.saving import media_type
from airflow_provider_modelslab.saving.completeness import Completeness
from airflow_provider_modelslab.saving.download import Download, RestartError
from airflow_provider_modelslab.saving.formats.walker import State
from airflow_provider_modelslab.saving.manifest import SavedFile
from airflow_provider_modelslab.saving.output_entry import host_of, is_inline, shown_entry
from airflow_provider_modelslab.saving.progress import Progress, readable
from airflow_provider_modelslab.saving.retry_budget import RetryBudget

if TYPE_CHECKING:
    from airflow_provider_modelslab.saving.ssrf_guard import GuardedSession
    from airflow_provider_modelslab.saving.store import Store

STARTS = 5
_PIECE = 2**18


@dataclass(frozen=True)
class FileSaver:
    """Saves files of one result into one folder.

    :param store: the folder
    :param session: makes the requests
    :param max_file_size: the most bytes that a file may have
    :param log: for progress
    """

    store: Store
    session: GuardedSession
    max_file_size: int
    log: logging.Logger

    def save(self, what: str, stem: str, sources: list[str], budget: RetryBudget) -> SavedFile:
        """Save one file from the first of its sources that serves it.

        :param what: which file it is, for the log
        :param stem: its name without extension
        :param sources: the entry of ``output``, then its alternates
        :param budget: the time and tries it has
        :raises DownloadError: of the most hopeful kind that a source met, if no source serves it
        """
        errors: list[DownloadError] = []
        for source in sources:
            if errors:
                said = str(errors[-1]).rstrip(".")
                self.log.warning("%s: %s. Its proxy link is tried: %s", what, said, shown_entry(source))
            try:
                return self._save_from(source, stem, budget)
            except FileTooLargeError:
                raise
            except DownloadError as error:
                errors.append(error.with_facts(host=host_of(source)))
        raise _one_of(errors)

    def _save_from(self, source: str, stem: str, budget: RetryBudget) -> SavedFile:
        why = ""
        budget.begin_source()
        for start in range(1, STARTS + 1):
            try:
                return self._save_once(source, stem, budget)
            except RestartError as restart:  # noqa: PERF203 - each turn is a whole transfer
                why = str(restart)
                file = shown_entry(source)
                self.log.info("%s has to be transferred from its beginning again: %s", file, why)
            except InvalidContentError as error:
                refused = error.with_text(f"{shown_entry(source)} was refused: {error}")
                if start == STARTS or is_inline(source):
                    raise refused from None
                budget.try_again(str(refused), at_least=start, error=refused)
        raise DownloadError(f"{shown_entry(source)} was begun {STARTS} times in vain, the last time: {why}")

    def _save_once(self, source: str, stem: str, budget: RetryBudget) -> SavedFile:
        download = _Inline(source) if is_inline(source) else Download(self.session, source, budget)
        with closing(download.chunks()) as chunks:
            head, whole = media_type.split_head(chunks)
            kind = media_type.identify(head)
            if kind.base64_prefix is None:
                self._check_size(download.total or 0, source)
                body, total = whole, download.total
            else:
                body, total = media_type.decode_base64(whole, kind.base64_prefix), None
            name = f"{stem}.{kind.extension}"
            size, sha256 = self._store(body, name, total, source, kind.content_type)
        if download.tolerated:
            self.log.warning(
                "%s %s. It was saved as it is, since it came in the length that was announced",
                self.store.uri(name),
                download.tolerated,
            )
        return SavedFile(name, self.store.uri(name), size, sha256, kind.content_type)

    def _store(
        self, body: Iterator[bytes], name: str, total: int | None, source: str, content_type: str
    ) -> tuple[int, str]:
        progress, size, sha256 = Progress(self.log, name), 0, hashlib.sha256()
        with self.store.writing(name, content_type) as file:
            for chunk in body:
                size += len(chunk)
                self._check_size(size, source)
                sha256.update(chunk)
                file.write(chunk)
                progress.update(size, total)
        return size, sha256.hexdigest()

    def _check_size(self, size: int, source: str) -> None:
        if size > self.max_file_size:
            raise FileTooLargeError(
                f"{shown_entry(source)} has more than the {readable(self.max_file_size)} that max_file_size "
                "allows"
            )


def _one_of(errors: list[DownloadError]) -> DownloadError:
    """Return one error for those of all sources, of the kind that leaves most hope.

    What a retry may mend comes first. That a link has expired comes last, and so only where all have: it
    makes the operator that submits forget what was paid for.
    """
    kind = min(
        errors, key=lambda each: (isinstance(each, AirflowFailException), isinstance(each, ExpiredUrlError))
    )
    return kind.with_text("; its proxy link: ".join(str(each).rstrip(".") for each in errors))


class _Inline:
    """An entry of ``output`` that carries its bytes in itself: a data URI, or bare base64 text."""

    def __init__(self, entry: str) -> None:
        self._header, _, self._data = entry.partition(",") if is_data(entry) else ("", "", entry)
        self.total: int | None = None
        self.tolerated = ""

    def chunks(self) -> Generator[bytes, None, None]:
        data = unquote_to_bytes(self._data)  # before it is cut into pieces, which could cut an escape
        pieces = (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
        completeness = Completeness()
        for chunk in media_type.decode_base64(pieces) if self._header.lower().endswith(";base64") else pieces:
            completeness.feed(chunk)
            yield chunk
        verdict = completeness.verdict()
        if verdict.state is State.TRUNCATED:
            raise InvalidContentError(f"it {verdict.missing}, and what carried it has no more of it")
