"""What a task keeps of the face swap that it submitted, so that no other try pays for it again.

Airflow 3.3 keeps it in the task state store, which outlives the try. Its ``ResumableJobMixin`` uses the same
store, but for tasks that wait on a worker only, and is not there for Python 3.10; one way for both modes is
easier to trust than two.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException, TaskDeferred

from airflow_provider_modelslab.exceptions import (
    ExpiredUrlError,
    FaceSwapFailedError,
    FaceSwapFailedRetryableError,
    ModelsLabError,
    RequestNotFoundError,
    ResultNotCollectedError,
    SubmissionUnknownError,
)
from airflow_provider_modelslab.protocol.trigger_event import ids_of

log = logging.getLogger(__name__)

KEY = "modelslab_face_swap"
ID = "id"  # key of the XCom
_RETENTION = timedelta(days=3650)  # as long as the run itself; Airflow deletes both together
# After these there is nothing to be had of a request any more: the next try has to submit another.
_GONE = (FaceSwapFailedError, ExpiredUrlError, RequestNotFoundError)


@dataclass(frozen=True)
class SubmissionRecord:
    """A face swap on its way. The names under which it is stored outlive releases.

    :param track_id: the name that its submit call gives it; None where this process cannot know
    :param fingerprint: tells whether another try means the same face swap
    :param request_id: its id; None from before the call is sent until the API has answered
    :param conn_id: the Airflow connection by which it was submitted, and so the account; None in what an
        older release has kept, and is taken for that of the task
    :param reported_at_max_tries: the task's ``max_tries`` when a person was told that nobody knows whether it
        is queued; to clear the task changes that
    """

    track_id: int | str | None
    fingerprint: str
    request_id: str | None = None
    conn_id: str | None = None
    reported_at_max_tries: int | None = None

    def as_stored(self) -> dict[str, Any]:
        """Return what the store keeps."""
        return {
            "track_id": self.track_id,
            "fingerprint": self.fingerprint,
            "request_id": self.request_id,
            "conn_id": self.conn_id,
            "told": self.reported_at_max_tries,
        }

    @classmethod
    def from_stored(cls, kept: Any) -> SubmissionRecord:
        """Return what any release has kept.

        :param kept: from the store
        :raises SubmissionUnknownError: if it cannot be read
        """
        try:
            return cls(
                kept["track_id"],
                kept["fingerprint"],
                kept.get("request_id"),
                kept.get("conn_id"),
                kept.get("told"),
            )
        except (TypeError, KeyError, AttributeError):
            raise SubmissionUnknownError(
                f"What an earlier try has kept as {KEY!r} cannot be read, so nobody knows whether it "
                "submitted the face swap. Look in its log, and delete that key from the task's state store."
            ) from None

    def is_cleared(self, max_tries: int) -> bool:
        """Tell whether a person has cleared the task after being told."""
        return self.reported_at_max_tries not in (None, max_tries)


class SubmissionStore:
    """What is known of the task's submission: in this process, and where Airflow can, in other tries.

    :param context: the task's context, with Airflow's task state store in it from 3.3 on
    """

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._store = context.get("task_state_store")
        #: The submission that this process goes on with.
        self.record: SubmissionRecord | None = None

    @property
    def request_id(self) -> str | None:
        """The id of the request that this process goes on with, where there is one."""
        return self.record.request_id if self.record else None

    @property
    def outlives_the_try(self) -> bool:
        """Whether the next try will know what this one does."""
        return self._store is not None

    def earlier(self) -> SubmissionRecord | None:
        """Return what an earlier try has submitted, or was about to submit when it was ended.

        :raises SubmissionUnknownError: if it can no longer be read
        """
        kept = self._store.get(KEY) if self._store is not None else None
        return SubmissionRecord.from_stored(kept) if kept else None

    @classmethod
    def resumed(cls, context: Mapping[str, Any], event: Mapping[str, Any]) -> SubmissionStore:
        """Return the store of a try that was deferred: the event names its request, or the store, or an XCom.

        :param context: the task's context
        :param event: the trigger's payload; empty where Airflow ended the deferral
        """
        store, ti = cls(context), context["ti"]
        earlier = store.earlier()
        request_id = (
            next(iter(ids_of(event)), None)
            or (earlier and earlier.request_id)
            or ti.xcom_pull(task_ids=ti.task_id, key=ID, map_indexes=ti.map_index)
        )
        store.record = replace(earlier or SubmissionRecord(None, ""), request_id=request_id)
        if earlier and request_id and not earlier.request_id:
            store.keep(store.record)
        return store

    def announce(self, record: SubmissionRecord) -> None:
        """Note, before a submit call is sent, that it will be; where this fails, nothing is sent."""
        self.record = record
        if self._store is not None:
            self._store.set(KEY, record.as_stored(), retention=_RETENTION)

    def keep(self, record: SubmissionRecord) -> None:
        """Note the id at once. The face swap is paid for, so that a failure must not lose it."""
        try:
            self.announce(record)
        except Exception:
            log.warning("%s could not be kept for another try.", record, exc_info=True)
            self._store = None

    def forget(self) -> None:
        """Let the next try submit."""
        try:
            if self._store is not None:
                self._store.delete(KEY)
        except Exception:
            log.warning("What was noted for another try could not be removed.", exc_info=True)


@contextmanager
def no_second_payment(store: SubmissionStore, *, resubmit_failed: bool) -> Iterator[None]:
    """Raise what goes wrong with a face swap as an error after which no retry pays for another unasked.

    :param store: knows the request; forgets it, if there is nothing to be had of it any more
    :param resubmit_failed: whether a retry may pay for another after the job has failed
    """
    try:
        yield
    except (KeyboardInterrupt, TaskDeferred):
        raise
    except BaseException as err:
        if isinstance(err, ModelsLabError) and store.record:
            err.with_facts(request_id=store.request_id, track_id=store.record.track_id)
        error = _settled(err, store, resubmit_failed=resubmit_failed)
        if error is err:
            raise
        raise error from err


def _settled(error: BaseException, store: SubmissionStore, *, resubmit_failed: bool) -> BaseException:
    request_id = store.request_id
    if resubmit_failed and isinstance(error, FaceSwapFailedError):
        store.forget()
        return FaceSwapFailedRetryableError(f"{error} A retry does so (resubmit_failed).", **error.facts)
    if request_id is None:
        return error
    facts = {"request_id": request_id, **(error.facts if isinstance(error, ModelsLabError) else {})}
    if isinstance(error, _GONE):
        store.forget()
        if isinstance(error, AirflowFailException):
            return error
        return ResultNotCollectedError(f"{error} Or clear this task to submit the face swap again.", **facts)
    if store.outlives_the_try:
        return error
    return ResultNotCollectedError(
        f"The result of a face swap was not had: {error} But on this Airflow to retry or clear this task is "
        "to submit and pay again (the id is kept from 3.3 on): get it with "
        f"FaceSwapResultOperator(request_id={request_id!r}).",
        **facts,
    )
