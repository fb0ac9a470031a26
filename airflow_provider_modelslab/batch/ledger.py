"""The destination of a batch as its ledger: what stands there, what is on its way, what has failed."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.item_record import ItemRecord, done_name, record_name
from airflow_provider_modelslab.batch.report import saved_lines
from airflow_provider_modelslab.batch.standing import Standing, standing_in
from airflow_provider_modelslab.exceptions import ModelsLabError, SubmissionUnknownError
from airflow_provider_modelslab.saving.destination import as_path, describe_failure
from airflow_provider_modelslab.saving.file_names import is_plain
from airflow_provider_modelslab.saving.records import DestinationRecords
from airflow_provider_modelslab.saving.store import Store

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

log = logging.getLogger(__name__)
_AT_ONCE = 500  # small files that are read together


class Ledger:
    """Reads and writes what is kept of each item, in a folder of its own below the destination.

    :param destination: of the batch; what ``check_destination`` accepts
    :param report: the name of its report
    """

    def __init__(self, destination: str | ObjectStoragePath, report: str) -> None:
        self.path, self._report = as_path(destination), report
        self._store = Store(self.path)
        self._records = DestinationRecords(self.path)
        self._standing: dict[str, Standing] = {}

    @property
    def uri(self) -> str:
        """Its address."""
        return str(self.path).rstrip("/")

    def scan(self) -> None:
        """Look what stands, by one listing of all names.

        :raises ModelsLabError: if it cannot be listed; that is never taken for nothing being there
        """
        try:
            self._standing = standing_in(self.path)
        except Exception as error:
            raise self._unreadable(error) from error

    def is_done(self, item: Item) -> bool:
        """Say whether the files of an item stand, made of what it is made of now.

        :raises ModelsLabError: if a record cannot be read
        """
        found = self._standing.get(item.name)
        if not (found and found.has_manifest and found.has_files and item.fingerprint in found.done):
            return False
        # Where another content was on its way when a run was killed, its files may have replaced these.
        others = found.records - {item.fingerprint}
        return not any(self._is_queued(item, fingerprint) for fingerprint in others)

    @property
    def has_records(self) -> bool:
        """Whether an earlier run has left anything on its way."""
        return any(found.records for found in self._standing.values())

    def has_record(self, item: Item) -> bool:
        """Say whether there is a record of the item's submission."""
        found = self._standing.get(item.name)
        return bool(found and item.fingerprint in found.records)

    def record(self, item: Item) -> ItemRecord | None:
        """Return what is known of the item's submission; None where there was none.

        :raises ModelsLabError: if it cannot be read; that is never taken for there being none
        :raises SubmissionUnknownError: if what stands there is none
        """
        if not self.has_record(item):
            return None
        record = self._record(item, item.fingerprint)
        if record is None:
            raise ModelsLabError(
                f"{self.record_uri(item)} has gone since the batch began: another run is at work in the same "
                "destination. Let one end before the next begins."
            )
        return record

    def _record(self, item: Item, fingerprint: str) -> ItemRecord | None:
        kept = self._records.get(f"{item.name}/{record_name(fingerprint)}")
        try:
            return None if kept is None else ItemRecord.from_stored(kept)
        except ValueError:
            raise SubmissionUnknownError(f"{self.record_uri(item)} is no record of a face swap.") from None

    def _is_queued(self, item: Item, fingerprint: str) -> bool:
        try:
            record = self._record(item, fingerprint)
        except SubmissionUnknownError:
            return True
        return record is not None and record.state == "queued"

    def record_uri(self, item: Item) -> str:
        """Return where the record of the item's submission stands, or would."""
        return self._records.uri(_record_of(item))

    def keep(self, item: Item, record: ItemRecord) -> None:
        """Keep a record; where this fails, nothing may be submitted.

        :raises ModelsLabError: if the store fails
        """
        self._records.set(_record_of(item), record.as_stored())
        self._standing.setdefault(item.name, Standing()).records.add(item.fingerprint)

    def forget(self, item: Item) -> None:
        """Remove the record of what was not queued."""
        self._records.delete(_record_of(item))
        self._standing[item.name].records.discard(item.fingerprint)

    def settle(self, item: Item, line: bytes) -> None:
        """Note that the item's files stand, and remove what is kept of it otherwise.

        :param line: what the report says of it
        """
        store = self.store(item)
        store.write(done_name(item.fingerprint), line, "application/json")
        found = self._standing.get(item.name) or Standing()
        superseded = [done_name(each) for each in found.done - {item.fingerprint}]
        for name in (
            *(record_name(each) for each in {item.fingerprint, *found.records}),
            *(file for note in superseded for file in _files_of(store.read(note)) - _files_of(line)),
            *superseded,
        ):
            try:
                store.remove(name)
            except Exception as error:  # noqa: PERF203 - it is in nobody's way
                log.warning("%s was not removed: %s", store.uri(name), describe_failure(error))

    def settled_lines(self, items: Sequence[Item]) -> dict[str, bytes]:
        """Return what the report says of items whose files stand, by name; what cannot be read is left out.

        :param items: some that are done
        """
        root, fs = str(self.path.path).rstrip("/"), self.path.fs
        found: dict[str, bytes] = {}
        for first in range(0, len(items), _AT_ONCE):
            chosen = items[first : first + _AT_ONCE]
            paths = [f"{root}/{item.name}/{done_name(item.fingerprint)}" for item in chosen]
            every = [None] * len(paths)
            for read in fs.cat_ranges(paths, every, every, on_error="return"):
                if isinstance(read, bytes):
                    found.update({name: saved.line for (name, _), saved in saved_lines(read).items()})
        return found

    def read_report(self) -> bytes | None:
        """Return the report of an earlier run; None where there is none.

        :raises ModelsLabError: if the store fails
        """
        try:
            return self._store.read(self._report)
        except Exception as error:
            raise self._unreadable(error) from error

    @property
    def report_uri(self) -> str:
        """Where the report is."""
        return self._store.uri(self._report)

    def write_report(self, content: bytes) -> None:
        """Write the report.

        :raises ModelsLabError: if the store fails
        """
        try:
            self._store.write(self._report, content, "application/x-ndjson")
        except Exception as error:
            raise ModelsLabError(
                f"{self.report_uri} could not be written: {describe_failure(error)}. See to the store and "
                "run the task again: what is saved stays."
            ) from error

    def store(self, item: Item) -> Store:
        """Return the item's folder."""
        return Store(self.path / item.name)

    def _unreadable(self, error: Exception) -> ModelsLabError:
        return ModelsLabError(
            f"{self.uri} cannot be read: {describe_failure(error)}. Nothing was submitted that may be on "
            "record there: see to the store and run the task again."
        )


def _record_of(item: Item) -> str:
    return f"{item.name}/{record_name(item.fingerprint)}"


def _files_of(line: bytes | None) -> set[str]:
    """Return the names of the files that a line of the report tells of."""
    try:
        files = json.loads(line or b"{}").get("files", [])
        return {name for each in files if is_plain(name := str(each).rpartition("/")[2])}
    except (ValueError, AttributeError, TypeError):
        return set()
