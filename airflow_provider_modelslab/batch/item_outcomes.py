"""What became of an item: noted in the ledger for the next run, and in the report and the log for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.item_record import ItemRecord
from airflow_provider_modelslab.batch.ledger import Ledger
from airflow_provider_modelslab.batch.report import Report
from airflow_provider_modelslab.error_messages.advice import Caller
from airflow_provider_modelslab.error_messages.submissions import unknown_in_batch


class ItemOutcomes:
    """Used by several threads.

    :param ledger: for the next run
    :param report: for people
    :param log: likewise
    """

    def __init__(self, ledger: Ledger, report: Report, log: Any) -> None:
        self._ledger, self._report, self._log = ledger, report, log

    def saved(self, item: Item, request_id: str, saved: Mapping[str, Any]) -> None:
        """Its files stand."""
        files = [file["uri"] for file in saved["files"]]
        line = self._report.add(item, "saved", id=request_id, files=files, manifest=saved["manifest"])
        self._ledger.settle(item, line)

    def failed(self, item: Item, record: ItemRecord, error: Exception) -> None:
        """It has failed for good, and is not submitted again unless somebody asks for it."""
        self._ledger.keep(item, record.failed(str(error)))
        self._say(item, error)
        self._report.add(item, "failed", id=record.request_id, error=error)

    def had_failed(self, item: Item, record: ItemRecord) -> None:
        """An earlier run has noted that."""
        self._report.add(item, "failed", id=record.request_id, error=record.error)

    def invalid(self, item: Item, error: Exception) -> None:
        """It cannot be submitted as it is; the next run sees by itself whether it still is so."""
        self._say(item, error)
        self._report.add(item, "failed", error=error)

    def unknown(self, item: Item, record: ItemRecord, reason: str) -> None:
        """Nobody knows whether it was queued and paid for; the record stays until a person has looked.

        :param item: what was submitted
        :param record: of that
        :param reason: how the answer was lost
        """
        where = self._ledger.record_uri(item)
        error = unknown_in_batch(record.track_id, reason, where, Caller(record.conn_id))
        self._say(item, error)
        self._report.add(item, "unknown", track_id=record.track_id, record=where, error=error)

    def waiting(self, item: Item, request_id: str | None, error: Exception) -> None:
        """It is on record, and another try of the task takes it up."""
        self._say(item, error)
        self._report.add(item, "waiting", final=False, id=request_id, error=error)

    def not_submitted(self, item: Item, error: Exception | None = None) -> None:
        """Another try of the task submits it."""
        told = {} if error is None else {"error": error}
        self._report.add(item, "not_submitted", final=False, **told)

    def in_trouble(self, item: Item, error: Exception) -> None:
        """Something went wrong that another try of the task may mend."""
        self._say(item, error)
        self._report.add(item, "failed", final=False, error=error)

    def _say(self, item: Item, error: Exception) -> None:
        self._log.warning("%s: %s", item.name, error)
