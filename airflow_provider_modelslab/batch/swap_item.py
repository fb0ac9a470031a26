"""One item of a batch from its record to its files: submitted once, waited for, saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.item_record import ItemRecord
from airflow_provider_modelslab.batch.run import BatchRun
from airflow_provider_modelslab.batch.submit_item import SubmitItem
from airflow_provider_modelslab.batch.swap_options import SwapOptions
from airflow_provider_modelslab.batch.wait_item import WaitForItem
from airflow_provider_modelslab.error_messages.advice import Caller
from airflow_provider_modelslab.error_messages.waits import error_of
from airflow_provider_modelslab.exceptions import ExpiredUrlError, ModelsLabError, SubmissionUnknownError
from airflow_provider_modelslab.protocol.nsfw import failed_if_flagged
from airflow_provider_modelslab.protocol.outcome import Outcome, Refusal
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.result import FaceSwapResult


class SwapItem:
    """Does one item after the other, called from several threads.

    :param run: the batch
    :param hook_of_thread: gives each thread a hook of its own
    :param submit: submits an item
    :param save: saves the files of a result into an item's folder
    :param options: how
    """

    def __init__(
        self,
        run: BatchRun,
        hook_of_thread: Callable[[], Any],
        submit: SubmitItem,
        save: Callable[[Item, FaceSwapResult], dict[str, Any]],
        options: SwapOptions,
    ) -> None:
        self._run, self._options, self._attempt = run, options, options.attempt
        self._hook_of_thread, self._submit, self._save = hook_of_thread, submit, save

    def __call__(self, item: Item) -> bool:
        """Do it; say whether a request of its has left the account's queue."""
        hook = self._hook_of_thread()
        record = self._earlier(item)
        if record and self._is_settled(item, record):
            return False
        seen: Outcome | None = None
        if not (record and record.is_queued_by(hook.modelslab_conn_id)):
            submitted = self._submit(item, hook)
            if submitted is None:
                return False
            record, seen = submitted
        self._run.limit.accepted()
        ending = WaitForItem(self._run, item, record, self._options).until_ended(hook, seen)
        if ending is None:
            self._run.outcomes.left(item, is_queued=True)
            return False
        return self._has_ended(item, record, ending)

    def _earlier(self, item: Item) -> ItemRecord | None:
        try:
            return self._run.ledger.record(item)
        except SubmissionUnknownError:
            return ItemRecord("announced")  # it stands for a submission, and nobody knows of which

    def _is_settled(self, item: Item, record: ItemRecord) -> bool:
        """Say whether an earlier try has left nothing to do, and note that."""
        is_of_another = record.attempt != self._attempt.key
        if record.state == "failed" and not (self._options.retry_failed and is_of_another):
            self._run.outcomes.had_failed(item, record)
            return True
        submits = self._options.resubmits_unknown
        is_of_this_try = not is_of_another and record.attempt_try == self._attempt.number
        if record.state == "announced" and (is_of_this_try or not submits):
            reason = "an earlier try did not get the answer"
            self._run.outcomes.unknown(item, record, reason, final=not submits, is_new=False)
            return True
        return False

    def _has_ended(self, item: Item, record: ItemRecord, ending: Ending) -> bool:
        """Hand its files to the savers, or note why there are none; say whether it has left the queue."""
        if self._options.fail_on_nsfw:
            ending = failed_if_flagged(ending)
        if (result := ending.result) is not None:
            self._run.save(item, lambda: self._save_files(item, record, result))
            return True
        error = error_of(str(record.request_id), ending, Caller(record.conn_id))
        if ending.kind is EndingKind.FAILED or ending.refusal is Refusal.INVALID:
            self._run.outcomes.failed(item, record, error)
            return True
        if ending.kind is EndingKind.NOT_FOUND:
            self._run.outcomes.not_found(item, record, error)
            return True
        self._run.outcomes.waiting(item, record.request_id, error)
        self._run.limit.lose()  # it stays in the account's queue
        if ending.kind is EndingKind.REFUSED:
            self._run.halt(error)
        return False

    def _save_files(self, item: Item, record: ItemRecord, result: FaceSwapResult) -> None:
        outcomes, note = self._run.outcomes, self._run.note_saving
        try:
            saved = self._save(item, result)
        except ExpiredUrlError as err:  # its files are gone; only another swap brings them
            error: Exception = err
            note(lambda: outcomes.failed(item, record, error))
        except ModelsLabError as err:
            error = err
            note(lambda: outcomes.waiting(item, result.id, error))
        else:
            note(lambda: outcomes.saved(item, result.id, saved))
