"""What became of an item: noted in the ledger for the next run, and in the report and the log for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.item_record import ItemRecord
from airflow_provider_modelslab.batch.ledger import Ledger
from airflow_provider_modelslab.batch.report import Report
from airflow_provider_modelslab.error_messages.advice import Caller
from airflow_provider_modelslab.error_messages.submissions import unknown_in_batch

_TOO_MUCH_TROUBLE = 5  # items in a row of which none brought a result
_LEFT = "The run ended before it; another try of the task goes on with it."


class ItemOutcomes:
    """Used by several threads.

    :param ledger: for the next run
    :param report: for people
    :param log: likewise
    """

    def __init__(self, ledger: Ledger, report: Report, log: Any) -> None:
        self._ledger, self._report, self._log = ledger, report, log
        self._troubles = 0

    @property
    def are_in_vain(self) -> bool:
        """Whether so many in a row were paid for and not had that it is better to pay for no more."""
        return self._troubles >= _TOO_MUCH_TROUBLE

    def saved(self, item: Item, request_id: str, saved: Mapping[str, Any]) -> None:
        """Its files stand."""
        self._troubles = 0
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
        self._report.add(item, "failed", earlier=True, id=record.request_id, error=record.error)

    def invalid(self, item: Item, error: Exception) -> None:
        """It cannot be submitted as it is; the next run sees by itself whether it still is so."""
        self._say(item, error)
        self._report.add(item, "failed", error=error)

    def unknown(self, item: Item, record: ItemRecord, reason: str, *, final: bool, is_new: bool) -> None:
        """Nobody knows whether it was queued and paid for; the record stays until a person has looked.

        :param item: what was submitted
        :param record: of that
        :param reason: how the answer was lost
        :param final: whether the next try leaves it so
        :param is_new: whether it became so in this run
        """
        where = self._ledger.record_uri(item)
        error = unknown_in_batch(record.track_id, reason, where, Caller(record.conn_id))
        told = {"track_id": record.track_id, "record": where, "error": error}
        self._report.add(item, "unknown", final=final, earlier=not is_new, **told)
        if is_new:
            self._say(item, error)

    def not_found(self, item: Item, record: ItemRecord, error: Exception) -> None:
        """ModelsLab does not know the request: by another account's key, or since it keeps none so long."""
        where = self._ledger.record_uri(item)
        self._say(item, error)
        told = f"{error} If it is gone for good, remove {where}: then it is submitted again."
        self._report.add(item, "unknown", id=record.request_id, record=where, error=told)

    def waiting(self, item: Item, request_id: str | None, error: Exception) -> None:
        """It is on record, and another try of the task takes it up; some need a hand before."""
        self._troubles += 1
        self._say(item, error)
        is_final = isinstance(error, AirflowFailException)
        self._report.add(
            item, "failed" if is_final else "waiting", final=is_final, id=request_id, error=error
        )

    def left(self, item: Item, *, is_queued: bool) -> None:
        """The run ended before it; another try of the task goes on with it."""
        if is_queued:
            self._report.add(item, "waiting", final=False, record=self._ledger.record_uri(item), error=_LEFT)
        else:
            self._report.add(item, "not_submitted", final=False, error=_LEFT)

    def not_submitted(self, item: Item, error: Exception) -> None:
        """The account, or the way to the API, was in the way; another try of the task submits it."""
        self._report.add(item, "not_submitted", final=False, error=error)

    def in_trouble(self, item: Item, error: Exception) -> None:
        """Something went wrong that another try of the task may mend."""
        self._troubles += 1
        self._say(item, error)
        self._report.add(item, "failed", final=False, error=error)

    def _say(self, item: Item, error: Exception) -> None:
        self._log.warning("%s: %s", item.name, error)
