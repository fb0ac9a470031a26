"""The destination of a batch as its ledger: what stands there, what is on its way, what has failed."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_modelslab.batch import report
from airflow_provider_modelslab.batch.item import NAME, Item
from airflow_provider_modelslab.batch.item_record import (
    ItemRecord,
    done_name,
    fingerprint_of,
    record_name,
)
from airflow_provider_modelslab.exceptions import ModelsLabError, SubmissionUnknownError
from airflow_provider_modelslab.saving import manifest
from airflow_provider_modelslab.saving.destination import as_path, describe_failure
from airflow_provider_modelslab.saving.file_names import is_plain
from airflow_provider_modelslab.saving.records import DestinationRecords
from airflow_provider_modelslab.saving.store import Store

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

log = logging.getLogger(__name__)
_AT_ONCE = 500  # small files that are read together


@dataclass
class Standing:
    """What the destination holds of an item, as far as names tell.

    :param records: fingerprints of the face swaps of which there is a record
    :param done: fingerprints of those whose files stand
    :param has_manifest: whether there is a manifest
    """

    records: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    has_manifest: bool = False


class Ledger:
    """Reads and writes what is kept of each item, in a folder of its own below the destination.

    :param destination: of the batch; what ``check_destination`` accepts
    """

    def __init__(self, destination: str | ObjectStoragePath) -> None:
        self.path = as_path(destination)
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
        self._standing = {}
        root = str(self.path.path).rstrip("/")
        fs = self.path.fs
        fs.invalidate_cache()
        try:
            paths = fs.find(root)
        except FileNotFoundError:
            return
        except Exception as error:
            raise self._unreadable(self.uri, error) from error
        for path in paths:
            self._note(path.removeprefix(fs._strip_protocol(root)).lstrip("/").split("/"))
        fs.invalidate_cache()

    def is_done(self, item: Item) -> bool:
        """Say whether the files of an item stand, made of what it is made of now."""
        found = self._standing.get(item.name)
        return bool(found and found.has_manifest and item.fingerprint in found.done)

    def has_record(self, item: Item) -> bool:
        """Say whether an earlier run has left a record of the item's submission."""
        found = self._standing.get(item.name)
        return bool(found and item.fingerprint in found.records)

    def record(self, item: Item) -> ItemRecord | None:
        """Return what is known of the item's submission; None where there was none.

        :raises ModelsLabError: if it cannot be read; that is never taken for there being none
        :raises SubmissionUnknownError: if what stands there is none
        """
        if not self.has_record(item):
            return None
        kept = self._records.get(_record_of(item))
        try:
            return None if kept is None else ItemRecord.from_stored(kept)
        except ValueError:
            raise SubmissionUnknownError(f"{self.record_uri(item)} is no record of a face swap.") from None

    def record_uri(self, item: Item) -> str:
        """Return where the record of the item's submission stands, or would."""
        return self._records.uri(_record_of(item))

    def keep(self, item: Item, record: ItemRecord) -> None:
        """Keep a record; where this fails, nothing may be submitted.

        :raises ModelsLabError: if the store fails
        """
        self._records.set(_record_of(item), record.as_stored())

    def forget(self, item: Item) -> None:
        """Remove the record of what was not queued."""
        self._records.delete(_record_of(item))

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
            paths = {f"{root}/{item.name}/{done_name(item.fingerprint)}": item.name for item in chosen}
            read = fs.cat(list(paths), on_error="omit")
            by_path = {fs._strip_protocol(path): name for path, name in paths.items()}
            found.update((by_path[path], line) for path, line in read.items())
        return found

    def read_report(self) -> bytes | None:
        """Return the report of an earlier run; None where there is none."""
        return Store(self.path).read(report.NAME)

    def write_report(self, content: bytes) -> str:
        """Write the report, and return its address."""
        store = Store(self.path)
        store.write(report.NAME, content, "application/x-ndjson")
        return store.uri(report.NAME)

    def store(self, item: Item) -> Store:
        """Return the item's folder."""
        return Store(self.path / item.name)

    def _note(self, parts: list[str]) -> None:
        if len(parts) != 2 or not NAME.fullmatch(parts[0]):
            return
        standing = self._standing.setdefault(parts[0], Standing())
        if parts[1] == manifest.NAME:
            standing.has_manifest = True
        elif told := fingerprint_of(parts[1]):
            (standing.done if told[1] else standing.records).add(told[0])

    def _unreadable(self, uri: str, error: Exception) -> ModelsLabError:
        return ModelsLabError(
            f"{uri} cannot be read: {describe_failure(error)}. Nothing was submitted that may be on record "
            "there: see to the store and run the task again."
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
