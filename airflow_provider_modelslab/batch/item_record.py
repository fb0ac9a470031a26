"""What stands in an item's folder of its submission, so that no other try pays for it again. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from typing import Any, Literal, get_args

from airflow_provider_modelslab.protocol.ids import parse_request_id

State = Literal["announced", "queued", "failed"]
_NAME = re.compile(r"swap-([0-9a-f]{16})\.(json|done)")
_LONGEST_ERROR = 2000  # characters


@dataclass(frozen=True)
class Attempt:
    """Who submits. What it has found to have failed it does not pay for again, however often it resumes.

    :param key: the task instance since a person cleared it last
    :param number: its try; retries follow by themselves, clearing is a person's will
    """

    key: str = ""
    number: int = 0

    @classmethod
    def of(cls, ti: Any) -> Attempt:
        """Return that of a task instance."""
        parts = (ti.dag_id, ti.run_id, ti.task_id, ti.map_index, ti.max_tries)
        return cls(sha256(repr(parts).encode()).hexdigest()[:16], int(ti.try_number))


@dataclass(frozen=True)
class ItemRecord:
    """A submission on its way, or what became of it.

    :param state: ``announced`` before the call, ``queued`` once the id is known, ``failed`` for good
    :param track_id: the name that the call gives it
    :param conn_id: the Airflow connection by which it was submitted, and so the account
    :param request_id: its id, once it is known
    :param submitted: when, in seconds since the epoch
    :param error: why it failed
    :param attempt: who submitted: the task instance since it was cleared last, as ``Attempt`` has it
    :param attempt_try: which try of it
    """

    state: State
    track_id: int | str | None = None
    conn_id: str | None = None
    request_id: str | None = None
    submitted: float = 0.0
    error: str | None = None
    attempt: str | None = None
    attempt_try: int | None = None

    def is_queued_by(self, conn_id: str) -> bool:
        """Tell whether it names a request of a connection, and so of an account."""
        return self.state == "queued" and self.conn_id in (None, conn_id)

    def queued(self, request_id: str) -> ItemRecord:
        """Return the record once the id is known."""
        return replace(self, state="queued", request_id=request_id)

    def failed(self, error: str) -> ItemRecord:
        """Return the record of a face swap that failed for good."""
        return replace(self, state="failed", error=error[:_LONGEST_ERROR])

    def as_stored(self) -> dict[str, Any]:
        """Return what is kept."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_stored(cls, kept: Any) -> ItemRecord:
        """Return what any release has kept; what this one does not know is left out.

        :param kept: from the destination
        :raises ValueError: if it is no record
        """
        if not isinstance(kept, dict) or kept.get("state") not in get_args(State):
            raise ValueError("it is no record")
        known = {each.name for each in fields(cls)}
        record = cls(**{name: value for name, value in kept.items() if name in known})
        if record.state == "queued":  # with an id, or nobody knows what was
            return record.queued(parse_request_id(record.request_id))
        return record


def record_name(fingerprint: str) -> str:
    """Return the name of the record of a face swap on its way."""
    return f"swap-{fingerprint}.json"


def done_name(fingerprint: str) -> str:
    """Return the name of what says that its files stand: written last, after the manifest."""
    return f"swap-{fingerprint}.done"


def fingerprint_of(name: str) -> tuple[str, bool] | None:
    """Return of which face swap a file in an item's folder tells, and whether its files stand; else None."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2] == "done") if found else None
