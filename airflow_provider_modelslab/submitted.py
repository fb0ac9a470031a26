"""What a task remembers of the face swap that it submitted, so that no other try pays for it again.

Airflow 3.3 keeps it in the task state store, which outlives the try. Its ``ResumableJobMixin`` uses the same
store, but for tasks that wait on a worker only, and is not there for Python 3.10; one way for both modes is
easier to trust than two.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_modelslab.exceptions import (
    ExpiredUrlError,
    FaceSwapFailedError,
    FaceSwapFailedRetryableError,
    ModelsLabError,
    RequestNotFoundError,
    ResultNotCollectedError,
    SubmissionUnknownError,
)

log = logging.getLogger(__name__)

KEY = "modelslab_face_swap"
ID = "id"  # key of the XCom
_RETENTION = timedelta(days=3650)  # as long as the run itself; Airflow deletes both together
# After these there is nothing to be had of a request any more: the next try has to submit another.
_GONE = (FaceSwapFailedError, ExpiredUrlError, RequestNotFoundError)


@dataclass(frozen=True)
class Submitted:
    """A face swap on its way.

    :param track_id: the name that its submit call gives it
    :param fingerprint: tells whether another try means the same face swap
    :param request_id: its id; None from before the call is sent until the API has answered
    :param told: the task's ``max_tries`` when a person was told that nobody knows whether it is queued
    :param conn_id: the Airflow connection by which it was submitted, and so the account; None in what an
        older release has kept, and is taken for that of the task
    """

    track_id: int | str
    fingerprint: str
    request_id: str | None = None
    told: int | None = None
    conn_id: str | None = None

    def is_cleared(self, max_tries: int) -> bool:
        """Tell whether a person has cleared the task after being told, which changes its ``max_tries``."""
        return self.told not in (None, max_tries)


def pushed_id(ti: Any) -> str | None:
    """Return the id that this try pushed before it deferred.

    :param ti: the task instance
    """
    pushed: str | None = ti.xcom_pull(task_ids=ti.task_id, key=ID, map_indexes=ti.map_index)
    return pushed


_FIELDS = [each.name for each in fields(Submitted)]


class Memory:
    """What the task knows of earlier tries.

    :param store: Airflow's task state store; None before Airflow 3.3, where nothing is remembered
    """

    def __init__(self, store: Any | None) -> None:
        self._store = store

    @property
    def lasts(self) -> bool:
        """Whether the next try will know what this one does."""
        return self._store is not None

    def recall(self) -> Submitted | None:
        """Return what an earlier try has submitted, or was about to submit when it was ended.

        :raises SubmissionUnknownError: if it can no longer be read
        """
        kept = self._store.get(KEY) if self._store is not None else None
        if not kept:
            return None
        try:
            return Submitted(**{name: kept[name] for name in _FIELDS if name in kept})
        except TypeError:
            raise SubmissionUnknownError(
                f"What an earlier try has kept as {KEY!r} cannot be read, so nobody knows whether it "
                "submitted the face swap. Look in its log, and delete that key from the task's state store."
            ) from None

    def announce(self, submitted: Submitted) -> None:
        """Note, before a submit call is sent, that it will be; where this fails, nothing is sent."""
        if self._store is not None:
            self._store.set(KEY, asdict(submitted), retention=_RETENTION)

    def keep(self, submitted: Submitted) -> None:
        """Note the id at once. The face swap is paid for, so that a failure must not lose it."""
        try:
            self.announce(submitted)
        except Exception:
            log.warning("%s could not be kept for another try.", submitted, exc_info=True)
            self._store = None

    def forget(self) -> None:
        """Let the next try submit."""
        try:
            if self._store is not None:
                self._store.delete(KEY)
        except Exception:
            log.warning("What was noted for another try could not be removed.", exc_info=True)


def settle(
    error: BaseException, request_id: str | None, memory: Memory, *, resubmit_failed: bool = False
) -> BaseException:
    """Return the error to raise for a face swap, so that no retry pays for another unless that is asked for.

    :param error: what went wrong while submitting it, waiting for it, or saving its files
    :param request_id: its id; None where it was not submitted, or nobody knows
    :param memory: forgets it, if there is nothing to be had of it any more
    :param resubmit_failed: whether a retry may pay for another after the job has failed
    """
    if resubmit_failed and isinstance(error, FaceSwapFailedError):
        memory.forget()
        return FaceSwapFailedRetryableError(f"{error} A retry does so (resubmit_failed).", **error.facts)
    facts = {"request_id": request_id, **(error.facts if isinstance(error, ModelsLabError) else {})}
    if request_id is None:
        return error
    if isinstance(error, _GONE):
        memory.forget()
        if isinstance(error, AirflowFailException):
            return error
        return ResultNotCollectedError(f"{error} Or clear this task to submit the face swap again.", **facts)
    if memory.lasts:
        return error
    return ResultNotCollectedError(
        f"The result of a face swap was not had: {error} But on this Airflow to retry or clear this task is "
        "to submit and pay again (the id is kept from 3.3 on): get it with "
        f"FaceSwapResultOperator(request_id={request_id!r}).",
        **facts,
    )
