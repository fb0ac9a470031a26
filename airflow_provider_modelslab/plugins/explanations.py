"""Why a page shows nothing, or not all, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.plugins.places import NotShownError, Reason
from airflow_provider_modelslab.protocol.page_paths import ASKING
from airflow_provider_modelslab.protocol.preview_roots import is_below, root_for

if TYPE_CHECKING:
    from airflow_provider_modelslab.plugins.task_record import TaskRecord

_WAITS = ("deferred", "up_for_reschedule")


@dataclass(frozen=True)
class Explanation:
    """What a reader of a page is told.

    :param what: what is so
    :param advice: what can be done about it
    :param setting: lines for ``airflow.cfg``
    """

    what: str
    advice: str = ""
    setting: str = ""


def of_task(record: TaskRecord, when: str, roots: Iterable[str] = ()) -> Explanation | None:
    """Explain the state of a task instance; None where it has what it should have.

    :param record: the task instance
    :param when: since when, in words; may be empty
    :param roots: what may be shown by now
    """
    if not record.is_face_swap:
        return Explanation(
            f"{record.task_id} is a task of {record.operator or 'another operator'}: it saves no face swaps.",
            "This tab shows what FaceSwapOperator, FaceSwapResultOperator and their like have saved.",
        )
    if record.state == "success":
        return _of_success(record, roots)
    if record.state in _WAITS or record.state in ("running", "awaiting_input"):
        return _waiting(record, when)
    if record.error and record.state in ("failed", "up_for_retry"):
        return Explanation(record.error, _RETRY if record.state == "up_for_retry" else "")
    return _STATES.get(record.state or "", _NOT_BEGUN)


def _of_success(record: TaskRecord, roots: Iterable[str]) -> Explanation | None:
    if record.decision:
        return Explanation(f"{record.decision}.")
    if record.batch:
        return of_batch(record, roots)
    return None if record.results else _NO_RESULTS


def _waiting(record: TaskRecord, when: str) -> Explanation:
    if record.state == "awaiting_input" or record.operator in ASKING:
        return Explanation(f"Waiting for a person's answer{when}.", _WHERE_TO_ANSWER)
    total, done = len(record.request_ids), len(record.results)
    count = f": {done} of {total} face swaps are done" if total > 1 else f": {done} done" if done else ""
    if record.state == "running":
        return Explanation(f"Running{when}{count}.", _RELOAD)
    return Explanation(f"Waiting for ModelsLab{when}{count}; no worker is held.", _RELOAD)


def of_batch(record: TaskRecord, roots: Iterable[str] = ()) -> Explanation | None:
    """Explain a batch whose pictures are not shown, or not all; None where all are.

    :param record: the task instance, with the numbers of its batch
    :param roots: what may be shown by now
    """
    told, error = record.batch or {}, record.report_error
    saved, total, report = (str(told.get(name))[:1000] for name in ("saved", "total", "report"))
    if error and error.reason is Reason.NOT_ALLOWED:
        return _not_allowed("The files of this batch", report, others=bool(tuple(roots)), levels=1)
    if error:
        return Explanation(f"{saved} of {total} face swaps are saved, but {report} is not shown: {error}.")
    if saved == total:
        return None
    return Explanation(
        f"{saved} of {total} face swaps are saved.", f"{report} says why of each of the others."
    )


def of_unsaved(result: Mapping[str, Any]) -> Explanation:
    """Explain a result that names no manifest."""
    if result.get("status") == "processing":
        return Explanation(
            f"Face swap {result['id']} was submitted, and this task does not wait for it.",
            "A FaceSwapResultOperator with this id and a destination waits for it and saves its files.",
        )
    return Explanation(
        f"The files of face swap {result['id']} were not saved: the task has no destination.",
        "Give the operator a destination, such as s3://aws_default@bucket/face-swaps/: the links in the "
        "task's XCom are ModelsLab's, and expire.",
    )


def of_error(error: NotShownError, request_id: str, uri: str, roots: Iterable[str] = ()) -> Explanation:
    """Explain why a result that was saved is not shown.

    :param error: what reading it has met
    :param request_id: of the result
    :param uri: of its manifest, as the task's value says
    :param roots: what may be shown by now
    """
    if error.reason is Reason.NOT_ALLOWED:
        return _not_allowed(f"The files of face swap {request_id}", uri, others=bool(tuple(roots)))
    what, advice = _TEXTS[error.reason]
    return Explanation(what.format(id=request_id, uri=uri, what=error.what), advice)


def _not_allowed(subject: str, uri: str, *, others: bool, levels: int = 2) -> Explanation:
    root = root_for(uri, levels)
    what = f"{subject} lie below no folder that may be shown: {uri}"
    if not is_below(uri, [root]):
        return Explanation(what, "Its address is not one that this provider writes.")
    return Explanation(
        what,
        "If all who may read this Dag's XComs may see them, an administrator sets, for the API server and "
        "the workers:",
        f"[modelslab]\npreview_roots = {'…, ' if others else ''}{root}",
    )


_RELOAD = "Reload the page to see what has come since."
_RETRY = "Airflow tries it again; what was submitted and is on record is not paid for twice."
_WHERE_TO_ANSWER = "It is given in this task's tab Required Action, or under Browse, Required Actions."
_NOT_BEGUN = Explanation("This task has not begun.", "Its pictures stand here once it has saved them.")
_NO_RESULTS = Explanation(
    "This task has ended well, and left no result in XCom that can be read here.",
    "It may be that do_xcom_push is off, that a custom XCom backend keeps its value elsewhere, or that the "
    "sensor ended it with end_from_trigger.",
)
_STATES = {
    "failed": Explanation("This task has failed.", "Its log says why."),
    "up_for_retry": Explanation("This task has failed, and is tried again.", "Its log says why."),
    "upstream_failed": Explanation("This task did not run, since a task before it has failed."),
    "skipped": Explanation("This task was skipped.", "Its log, or that of the task before it, says why."),
    "removed": Explanation("This task is no longer in the Dag."),
}
_TEXTS = {
    Reason.BAD_SETTING: (
        "Nothing can be shown: the setting cannot be read. {what}.",
        "An administrator mends it.",
    ),
    Reason.GONE: (
        "The files of face swap {id} are not there any more: {uri}",
        "They were removed or moved since. To see them again, put them back to where they were.",
    ),
    Reason.NO_MANIFEST: (
        "The files of face swap {id} are not shown: {uri} is no manifest that this provider has written.",
        "Clear the task to have it written again, while ModelsLab still keeps the files.",
    ),
    Reason.STORE_FAILED: (
        "The files of face swap {id} cannot be read ({what}): {uri}",
        "The connection of that address has to be there for the API server too, whose log says more.",
    ),
    Reason.CHANGED: ("A file of face swap {id} was changed since it was saved.", ""),
    Reason.NO_PICTURE: ("A file of face swap {id} is no picture or film.", ""),
}
