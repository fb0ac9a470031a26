"""Submitting an item: once, with a note in the ledger before the call and after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.item_record import ItemRecord
from airflow_provider_modelslab.batch.run import BatchRun, EndedError
from airflow_provider_modelslab.batch.swap_options import SwapOptions
from airflow_provider_modelslab.client.pictures import read_picture
from airflow_provider_modelslab.client.retrying import retry_transient
from airflow_provider_modelslab.client.submit_request import prepare
from airflow_provider_modelslab.error_messages.advice import Caller
from airflow_provider_modelslab.error_messages.submissions import error_of_submission
from airflow_provider_modelslab.exceptions import InvalidSwapError, ModelsLabError
from airflow_provider_modelslab.protocol.outcome import JobFailed, Outcome, RateLimited, Refusal, Refused
from airflow_provider_modelslab.protocol.submit_answer import Accepted, Submission, Unknown

_RETRY = "clear this task with retry_failed=True"


class SubmitItem:
    """Submits one item after the other, called from several threads.

    :param run: the batch
    :param options: who submits, and what the task's next try does
    :param log: for the log
    """

    def __init__(self, run: BatchRun, options: SwapOptions, log: Any) -> None:
        self._run, self._options, self._log = run, options, log
        self._attempt = options.attempt
        self._read_again = lru_cache(maxsize=2)(read_picture)  # the face, and maybe a reference

    def __call__(self, item: Item, hook: Any) -> tuple[ItemRecord, Outcome] | None:
        """Submit it; None where there is nothing to wait for, which is then noted.

        :param item: what to submit
        :param hook: this thread's
        :raises EndedError: if the batch submits no more
        """
        request = self._prepared(item, hook)
        if request is None:
            return None
        record = ItemRecord(
            "announced",
            request.track_id,
            hook.modelslab_conn_id,
            submitted=time.time(),
            attempt=self._attempt.key,
            attempt_try=self._attempt.number,
        )
        self._announce(item, record)
        submission = self._call(item, lambda: hook.submit(request))
        if isinstance(submission, Accepted):
            return self._queued(item, record, submission), submission.outcome
        self._note_refusal(item, record, submission)
        return None

    def _prepared(self, item: Item, hook: Any) -> Any:
        if self._run.is_stopped:
            raise EndedError
        seed = f"{self._attempt.key}/{self._attempt.number}/{item.name}"
        try:
            return prepare(item.swap, seed, hook.settings, hook.modelslab_conn_id, read=self._read)
        except InvalidSwapError as error:
            self._run.outcomes.invalid(item, error)
            return None

    def _read(self, name: str, path: Any) -> Any:
        return (read_picture if name == "image" else self._read_again)(name, path)

    def _announce(self, item: Item, record: ItemRecord) -> None:
        try:
            self._run.ledger.keep(item, record)
        except ModelsLabError as error:  # where one cannot be kept, none can
            self._run.halt(error)
            raise EndedError from error

    def _call(self, item: Item, submit: Callable[[], Submission]) -> Submission:
        try:
            return retry_transient(submit, item.name, warn=self._log.warning, sleep=self._run.pause)[0]
        except EndedError:  # between two tries, of which the first did not reach the queue
            self._run.ledger.forget(item)
            raise

    def _queued(self, item: Item, record: ItemRecord, submission: Accepted) -> ItemRecord:
        record = record.queued(submission.request_id)
        try:
            self._run.ledger.keep(item, record)
        except ModelsLabError as error:  # it is paid for, and this process knows its id
            self._log.warning("%s: request %s is on no record: %s", item.name, record.request_id, error)
        return record

    def _note_refusal(self, item: Item, record: ItemRecord, submission: Submission) -> None:
        """Note that nothing is queued, or that nobody knows, and what that means for the others."""
        if isinstance(submission, RateLimited):
            self._run.ledger.forget(item)
            pause = self._run.limit.refused(submission.retry_after)
            self._run.retry_later(item, pause)
        elif isinstance(submission, Unknown):
            self._run.outcomes.unknown(
                item, record, submission.message, final=not self._options.resubmits_unknown, is_new=True
            )
        elif not isinstance(submission, Accepted):
            self._note_error(item, record, submission)

    def _note_error(self, item: Item, record: ItemRecord, submission: Any) -> None:
        is_about_the_item = isinstance(submission, JobFailed) or _is_invalid(submission)
        caller = Caller(record.conn_id, _RETRY if is_about_the_item else Caller.again)
        error = error_of_submission(submission, record.track_id or "", caller)
        if is_about_the_item:
            self._run.outcomes.failed(item, record, error)
        else:  # the account, or the way to the API: the others would meet the same
            self._run.ledger.forget(item)
            self._run.outcomes.not_submitted(item, error)
            self._run.halt(error)


def _is_invalid(submission: Submission) -> bool:
    return isinstance(submission, Refused) and submission.reason is Refusal.INVALID
