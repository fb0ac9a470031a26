"""What a task keeps of the face swap that it submitted, so that no other try pays for it again.

Airflow 3.3 keeps it in the task state store, which outlives the try; before that the destination does.
Airflow's ``ResumableJobMixin`` uses the former too, but for tasks that wait on a worker only, and is not
there for Python 3.10; one way for all of them is easier to trust than two.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import Any

from airflow_provider_modelslab.exceptions import SubmissionUnknownError
from airflow_provider_modelslab.protocol.page_paths import REQUEST_XCOM
from airflow_provider_modelslab.protocol.trigger_event import ids_of
from airflow_provider_modelslab.task.submission_place import place_of, promise_of

log = logging.getLogger(__name__)

_RETENTION = timedelta(days=3650)  # as long as the run itself; Airflow deletes both together
_STORED_AS = {"reported_at_max_tries": "told"}  # what is stored keeps the names of the first release


@dataclass(frozen=True)
class SubmissionRecord:
    """A face swap on its way.

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
        return {_STORED_AS.get(name, name): value for name, value in asdict(self).items()}

    @classmethod
    def from_stored(cls, kept: Any, place: str) -> SubmissionRecord:
        """Return what any release has kept.

        :param kept: from the store
        :param place: where that is, for a person to look at
        :raises SubmissionUnknownError: if it cannot be read
        """
        try:
            names = {each.name: _STORED_AS.get(each.name, each.name) for each in fields(cls)}
            return cls(**{name: kept[stored] for name, stored in names.items() if stored in kept})
        except TypeError:
            raise SubmissionUnknownError(
                f"What an earlier try has kept in {place} cannot be read, so nobody knows whether it "
                "submitted the face swap. Look in its log, and delete that: then it is submitted again."
            ) from None

    def is_cleared(self, max_tries: int) -> bool:
        """Tell whether a person has cleared the task after being told."""
        return self.reported_at_max_tries not in (None, max_tries)


class SubmissionStore:
    """What is known of the task's submission: in this process, and where there is a place, in other tries.

    :param context: the task's context
    :param destination: where the task saves its files, if it does
    :param choice: of the place, as for ``place_of``
    """

    def __init__(self, context: Mapping[str, Any], destination: Any = None, choice: str = "auto") -> None:
        self._place = place_of(context, destination, choice)
        self._is_kept = False
        #: Where it is kept, in words for the log.
        self.promise = promise_of(self._place, choice)
        #: The submission that this process goes on with.
        self.record: SubmissionRecord | None = None

    @property
    def request_id(self) -> str | None:
        """The id of the request that this process goes on with, where there is one."""
        return self.record.request_id if self.record else None

    @property
    def outlives_the_try(self) -> bool:
        """Whether the next try will know what this one does; not of what an older release has submitted."""
        return self._place is not None and self._is_kept

    def earlier(self) -> SubmissionRecord | None:
        """Return what an earlier try has submitted, or was about to submit when it was ended.

        :raises ModelsLabError: if the store cannot be read, which may pass
        :raises SubmissionUnknownError: if what it keeps can no longer be read
        """
        kept = self._place.records.get(self._place.key) if self._place else None
        if not self._place or kept is None:
            return None
        record = SubmissionRecord.from_stored(kept, self._place.shown)
        self._is_kept = True
        return record

    @classmethod
    def resumed(
        cls,
        context: Mapping[str, Any],
        event: Mapping[str, Any],
        destination: Any = None,
        choice: str = "auto",
    ) -> SubmissionStore:
        """Return the store of a try that was deferred: the event names its request, or the store, or an XCom.

        :param context: the task's context
        :param event: the trigger's payload; empty where Airflow ended the deferral
        :param destination: as for the class
        :param choice: as for the class
        """
        store, ti = cls(context, destination, choice), context["ti"]
        known = next(iter(ids_of(event)), None)
        try:
            earlier = store.earlier()
        except SubmissionUnknownError:
            if not known:
                raise
            earlier = None
        request_id = (
            known
            or (earlier and earlier.request_id)
            or ti.xcom_pull(task_ids=ti.task_id, key=REQUEST_XCOM, map_indexes=ti.map_index)
        )
        store.record = replace(earlier or SubmissionRecord(None, ""), request_id=request_id)
        if earlier and request_id and not earlier.request_id:
            store.keep(store.record)
        return store

    def announce(self, record: SubmissionRecord) -> None:
        """Note, before a submit call is sent, that it will be; where this fails, nothing is sent."""
        self.record = record
        if self._place:
            self._place.records.set(self._place.key, record.as_stored(), retention=_RETENTION)
            self._is_kept = True

    def keep(self, record: SubmissionRecord) -> None:
        """Note the id at once. The face swap is paid for, so that a failure must not lose it."""
        try:
            self.announce(record)
        except Exception:
            log.warning("%s could not be kept for another try.", record, exc_info=True)
            self._place = None

    def forget(self) -> None:
        """Let the next try submit."""
        try:
            if self._place:
                self._place.records.delete(self._place.key)
            self._is_kept = False
        except Exception:
            log.warning("What was noted for another try could not be removed.", exc_info=True)
