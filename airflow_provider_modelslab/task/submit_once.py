"""The submission of one task: once, whatever happens to the worker, and when there is room in the queue."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import AirflowTaskTimeout, TaskDeferred

from airflow_provider_modelslab.client.retrying import submit_with_retries
from airflow_provider_modelslab.error_messages.advice import Caller
from airflow_provider_modelslab.error_messages.submissions import (
    error_of_submission,
    no_room_in_time,
    unknown_submission,
)
from airflow_provider_modelslab.exceptions import ModelsLabError, ModelsLabUnavailableError
from airflow_provider_modelslab.protocol.deadline import WaitWindow
from airflow_provider_modelslab.protocol.outcome import Done, Outcome, RateLimited
from airflow_provider_modelslab.protocol.poll_state import EndingKind
from airflow_provider_modelslab.protocol.result import FaceSwapResult, Notes
from airflow_provider_modelslab.protocol.submit_answer import Accepted, Submission, Unknown
from airflow_provider_modelslab.task.execution_timeout import deferral_timeout
from airflow_provider_modelslab.task.submission_store import SubmissionRecord, SubmissionStore

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
    from airflow_provider_modelslab.protocol.face_swap import FaceSwap, SubmitRequest
    from airflow_provider_modelslab.task.on_unknown import OnUnknown


@dataclass(frozen=True)
class Submitted:
    """The face swap that the task goes on with.

    :param request_id: its id
    :param seen: how it stood as it was submitted; None where an earlier try did that
    """

    request_id: str
    seen: Outcome | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was done at once, as pictures often are."""
        return isinstance(self.seen, Done)

    def as_xcom(self, notes: Notes) -> dict[str, Any]:
        """Return what is known where nothing is waited for, in the shape of a result.

        :param notes: what is said beside what the API does
        """
        result = notes.added_to(FaceSwapResult(self.request_id, ()))
        return {**result.as_xcom(), "status": "processing"}


class SubmitOnce:
    """Submits a face swap, unless an earlier try of the task has.

    :param swap: what is meant
    :param hook: makes the call
    :param store: what is known of the task's submission
    :param context: the task's context
    :param on_unknown: what to do where nobody can know whether a lost call was queued
    :param log: for the log
    """

    def __init__(
        self,
        swap: FaceSwap,
        hook: ModelsLabHook,
        store: SubmissionStore,
        context: Context,
        *,
        on_unknown: OnUnknown,
        log: Any,
    ) -> None:
        ti: Any = context["ti"]
        self._swap = swap
        self._hook = hook
        self._store = store
        self._max_tries = int(ti.max_tries)
        # what no other try of a task has
        self._seed = f"{ti.dag_id}/{ti.run_id}/{ti.task_id}/{ti.map_index}/{ti.try_number}"
        self._on_unknown = on_unknown
        self._log = log
        self._caller = Caller(hook.modelslab_conn_id)

    def run(self, room: WaitWindow, *, deferrable: bool) -> Submitted:
        """Submit, or go on with what an earlier try submitted.

        :param room: when the task began to wait for room in the account's queue, and until when it does
        :param deferrable: whether to do so in the triggerer; this does not return then
        :raises SubmissionUnknownError: if nobody knows whether it is queued
        :raises ModelsLabError: if it is not; the subclass says why
        """
        earlier = self._store.earlier()
        if earlier and self._is_the_same(earlier):
            self._store.record = earlier
            return Submitted(str(earlier.request_id))
        return self._submit(room, deferrable=deferrable)

    def _is_the_same(self, earlier: SubmissionRecord) -> bool:
        if earlier.request_id is None:
            self._check_unknown(earlier)
            return False
        of_this_account = earlier.conn_id in (None, self._hook.modelslab_conn_id)
        if of_this_account and earlier.fingerprint == self._swap.fingerprint():
            self._log.info(
                "Request %s was submitted by an earlier try; going on with it.", earlier.request_id
            )
            return True
        what = "another swap" if of_this_account else f"by the Airflow connection {earlier.conn_id!r}"
        self._log.info("An earlier try submitted request %s, which was %s.", earlier.request_id, what)
        return False

    def _check_unknown(self, earlier: SubmissionRecord) -> None:
        """Let the task submit after a try that was ended before it knew, where a person says so."""
        if self._on_unknown == "submit":
            self._log.warning(
                "Submitting again, as on_unknown asks for; track_id %s may be queued.", earlier.track_id
            )
        elif not earlier.is_cleared(self._max_tries):
            raise self._unknown(earlier, "an earlier try did not get the answer")

    def _submit(self, room: WaitWindow, *, deferrable: bool) -> Submitted:
        if room.deadline.kind is EndingKind.EXECUTION_TIMEOUT and time.time() >= room.deadline.at:
            # To submit now is to pay for what this try can no longer wait for.
            raise no_room_in_time(self._caller)
        request = self._hook.prepare(self._swap, seed=self._seed)
        record = SubmissionRecord(
            request.track_id, self._swap.fingerprint(), conn_id=self._hook.modelslab_conn_id
        )
        self._log.info("What is submitted is kept %s.", self._store.promise)
        submission = self._submit_patiently(request, record, 0.0 if deferrable else room.deadline.at)
        if isinstance(submission, RateLimited):
            if deferrable and time.time() < room.deadline.at:
                self._defer_until_room(submission, record, room)
            if room.deadline.kind is EndingKind.EXECUTION_TIMEOUT:
                raise no_room_in_time(self._caller, record.track_id, submission.message)
        if isinstance(submission, Unknown):
            raise self._unknown(record, submission.message)
        if not isinstance(submission, Accepted):
            raise error_of_submission(submission, request.track_id, self._caller)
        return Submitted(submission.request_id, submission.outcome)

    def _submit_patiently(
        self, request: SubmitRequest, record: SubmissionRecord, room_until: float
    ) -> Submission:
        """Submit until it is anything but passing trouble or, on the worker, a full queue."""
        last: Submission | None = None

        def submit() -> Submission:
            nonlocal last
            last = self._submit_once(request, record)
            return last

        try:
            return submit_with_retries(
                submit,
                f"Face swap with track_id {request.track_id}",
                room_until=room_until,
                warn=self._log.warning,
            )
        except AirflowTaskTimeout as err:  # Airflow's alarm rings as the deadline passes: either may be first
            if not isinstance(last, RateLimited):
                raise
            raise no_room_in_time(self._caller, request.track_id, last.message) from err

    def _submit_once(self, request: SubmitRequest, record: SubmissionRecord) -> Submission:
        """Submit, with a note before and after: a try that is ended in between leaves the first."""
        self._store.announce(record)
        try:
            submission = self._hook.submit(request)
        except KeyboardInterrupt:
            raise
        except BaseException as err:  # execution_timeout, and on Airflow 2 the end of the worker, are no more
            return Unknown(f"{type(err).__name__} came before the answer")
        if isinstance(submission, Accepted):
            self._note(submission, record)
        elif not isinstance(submission, Unknown):
            self._store.forget()
        return submission

    def _note(self, submission: Accepted, record: SubmissionRecord) -> None:
        self._store.record = queued = replace(record, request_id=submission.request_id)
        self._log.info("Request %s: submitted with track_id %s.", submission.request_id, record.track_id)
        if submission.has_id:
            self._store.keep(queued)

    def _unknown(self, record: SubmissionRecord, reason: str) -> ModelsLabError:
        """Return the error where nobody knows, and note that a person is told so."""
        error = unknown_submission(record.track_id, reason, self._caller)
        if self._on_unknown == "submit":
            return ModelsLabUnavailableError(f"{error} A retry submits again, as on_unknown asks for.")
        self._store.keep(replace(record, reported_at_max_tries=self._max_tries))
        return error

    def _defer_until_room(self, refused: RateLimited, record: SubmissionRecord, room: WaitWindow) -> NoReturn:
        from airflow_provider_modelslab.triggers.queue_room import QueueRoomTrigger

        self._log.info("Face swap with track_id %s: %s", record.track_id, refused.message)
        self._log.info("Deferring until there may be room in the account's queue; no worker is held.")
        trigger = QueueRoomTrigger(
            modelslab_conn_id=self._hook.modelslab_conn_id,
            since=room.started,
            deadline=room.deadline.at,
            retry_after=refused.retry_after,
            execution_deadline=room.deadline.execution,
        )
        raise TaskDeferred(
            trigger=trigger, method_name="execute_with_room", timeout=deferral_timeout(room.deadline.at)
        )
