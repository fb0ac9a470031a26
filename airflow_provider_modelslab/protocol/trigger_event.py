"""The triggers' events: what they say, written by triggers and read by tasks, maybe of another release.

The words for how a wait ended, and for why a call was refused, are those of ``EndingKind`` and ``Refusal``.

Airflow keeps an event in its database in clear and logs it whole, so it carries ids, words from a
closed list and the API's own messages; no key and no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from airflow_provider_modelslab.protocol.deadline import Deadline, WaitWindow
from airflow_provider_modelslab.protocol.outcome import Refusal
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind

_Word = TypeVar("_Word", bound=Enum)


_ENDED, _ERROR, _SOME_ENDED = "ended", "error", "some_ended"
_ROOM, _DEADLINE = "room", "deadline"


def write_event(
    endings: Mapping[str, Ending],
    error: str = "",
    *,
    not_done: Mapping[str, Any] | None = None,
    rest: WaitWindow | None = None,
) -> dict[str, Any]:
    """Return the payload for waits that ended.

    :param endings: how each wait ended, by request id
    :param error: why there was no wait at all: the connection cannot be used
    :param not_done: what earlier events of the same wait said under this name
    :param rest: the wait for the requests that have not ended, where there are such
    """
    done = [request_id for request_id, ending in endings.items() if ending.kind is EndingKind.DONE]
    bad = write_not_done(endings)
    status = _ERROR if error else _SOME_ENDED if rest else _ENDED
    event = {"status": status, "done": done, "not_done": {**(not_done or {}), **bad}, "error": error}
    if rest is None:
        return event
    deadline = {"deadline": rest.deadline.at, "execution_deadline": rest.deadline.execution}
    return {**event, "started": rest.started, **deadline}


def write_not_done(endings: Mapping[str, Ending]) -> dict[str, Any]:
    """Return what a payload says of the waits that ended without a result.

    :param endings: how waits ended, by request id
    """
    return {
        request_id: {
            "kind": ending.kind.value,
            "refusal": ending.refusal.value if ending.refusal else None,
            "message": ending.message,
            **({"http_status": ending.http_status} if ending.http_status else {}),
            **({} if ending.said is None else {"said": ending.said}),
        }
        for request_id, ending in endings.items()
        if ending.kind is not EndingKind.DONE
    }


def read_rest(event: Mapping[str, Any]) -> WaitWindow | None:
    """Return the wait that goes on for other requests than those that an event tells of, or None.

    :param event: what ``write_event`` made
    """
    if event.get("status") != _SOME_ENDED:
        return None
    return WaitWindow(event["started"], Deadline(event["deadline"], event.get("execution_deadline")))


def read_event(event: Mapping[str, Any]) -> tuple[dict[str, Ending], str]:
    """Return the endings other than done by request id, and the error if there was one.

    :param event: what ``write_event`` made, maybe in another version of this provider: of its words the
        nearest are taken for those that are not known, so that the task fails as one that may be retried
    """
    endings = {}
    for request_id, entry in (event.get("not_done") or {}).items():
        kind = _read(EndingKind, entry.get("kind"), EndingKind.UNAVAILABLE)
        refusal = _read(Refusal, entry.get("refusal"), Refusal.INVALID) if entry.get("refusal") else None
        message, status = entry.get("message") or "", entry.get("http_status")
        endings[request_id] = Ending(kind, message, refusal, http_status=status, said=entry.get("said"))
    return endings, event.get("error") or ""


def ids_of(event: Mapping[str, Any]) -> list[str]:
    """Return the requests that an event tells of.

    :param event: what ``write_event`` made
    """
    return [*(event.get("done") or ()), *(event.get("not_done") or ())]


def write_room_event(room: WaitWindow, *, let_in: bool) -> dict[str, Any]:
    """Return the payload for a wait for room in the account's queue that ended.

    :param room: the wait
    :param let_in: whether there may be room, or the wait's time is over
    """
    event = {
        "status": _ROOM if let_in else _DEADLINE,
        "since": room.started,
        "deadline": room.deadline.at,
        "execution_deadline": room.deadline.execution,
    }
    return {name: value for name, value in event.items() if value is not None}


def read_room_event(event: Mapping[str, Any], queue_timeout: float) -> WaitWindow:
    """Return the wait for room that an event ended, for the try that comes after it.

    :param event: what ``write_room_event`` made; the first release did not tell when the wait began
    :param queue_timeout: how long the task waits for room, in seconds
    """
    room = Deadline(event["deadline"], event.get("execution_deadline"))
    return WaitWindow(event.get("since", room.at - queue_timeout), room)


def _read(words: type[_Word], word: Any, otherwise: _Word) -> _Word:
    try:
        return words(word)
    except ValueError:
        return otherwise
