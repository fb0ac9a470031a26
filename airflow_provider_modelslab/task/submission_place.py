"""Where a task remembers what it submitted: with Airflow from 3.3 on, else beside the files that it saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from airflow_provider_modelslab.exceptions import InvalidDestinationError, InvalidSwapError

SubmissionRecordPlace = Literal["auto", "airflow", "destination", "none"]

STORE_KEY = "modelslab_face_swap"
FOLDER = ".modelslab/submissions"  # hidden, so that what lists results does not come upon it
_NOWHERE = "nowhere{}: a worker that is killed now and tried again pays again; {}"


@dataclass(frozen=True)
class SubmissionPlace:
    """A place that outlives the try.

    :param records: Airflow's task state store, or files in the destination
    :param key: the record's name there
    :param shown: where a person finds the record
    """

    records: Any
    key: str
    shown: str


def check_submission_record(choice: str, destination: object) -> None:
    """Refuse a choice that there is not, or that lacks its destination.

    :param choice: as for :func:`place_of`
    :param destination: the task's
    :raises ValueError: if it cannot be
    """
    if choice not in get_args(SubmissionRecordPlace):
        raise ValueError(f"submission_record is one of {get_args(SubmissionRecordPlace)}, not {choice!r}")
    if choice == "destination" and destination is None:
        raise InvalidDestinationError(
            "submission_record='destination' needs a destination, and there is none."
        )


def place_of(context: Mapping[str, Any], destination: Any, choice: str) -> SubmissionPlace | None:
    """Return where the task's record is kept; None where it is kept nowhere.

    :param context: the task's context, with Airflow's task state store in it from 3.3 on
    :param destination: where the task saves its files
    :param choice: ``airflow``, ``destination``, ``none``, or ``auto`` for the first of these that there is
    :raises InvalidSwapError: if Airflow is to keep it, and cannot
    :raises InvalidDestinationError: if the destination is to keep it, and cannot be one
    """
    check_submission_record(choice, destination)
    store = context.get("task_state_store")
    if choice == "airflow" and store is None:
        raise InvalidSwapError(
            "submission_record='airflow' needs the task state store, which Airflow has from 3.3 on. Nothing "
            "was submitted: choose 'auto' or, with a destination, 'destination'."
        )
    if choice in ("auto", "airflow") and store is not None:
        return SubmissionPlace(store, STORE_KEY, f"Airflow's task state store as {STORE_KEY!r}")
    if choice in ("auto", "destination") and destination is not None:
        return _in_destination(context["ti"], destination)
    return None


def _in_destination(ti: Any, destination: Any) -> SubmissionPlace:
    from airflow_provider_modelslab.saving.file_names import record_name
    from airflow_provider_modelslab.saving.records import DestinationRecords  # loads object storage

    records = DestinationRecords(destination, FOLDER)
    index = (ti.map_index,) if ti.map_index >= 0 else ()
    name = record_name(ti.dag_id, ti.run_id, ti.task_id, *index)
    return SubmissionPlace(records, name, records.uri(name))


def promise_of(place: SubmissionPlace | None, choice: str) -> str:
    """Return where what is submitted is kept, in words for the log."""
    if place is not None:
        return f"in {place.shown}"
    if choice == "none":
        return _NOWHERE.format(", as submission_record='none' says", "get what is lost by its id or track_id")
    return _NOWHERE.format("", "give a destination or use Airflow 3.3")
