"""The trigger's event: its vocabulary in one place, written by the trigger and read by the task.

Airflow keeps an event in its database in clear and logs it whole, so it carries ids, words from a
closed list and the API's own messages; no key and no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from airflow_provider_modelslab.protocol.outcome import Refusal
from airflow_provider_modelslab.protocol.wait import Ending, EndingKind

_Word = TypeVar("_Word", bound=Enum)


def write_event(endings: Mapping[str, Ending], error: str = "") -> dict[str, Any]:
    """Return the payload for waits that ended.

    :param endings: how each wait ended, by request id
    :param error: why there was no wait at all: the connection cannot be used
    """
    done = [request_id for request_id, ending in endings.items() if ending.kind is EndingKind.DONE]
    bad = {
        request_id: {
            "kind": ending.kind.value,
            "refusal": ending.refusal.value if ending.refusal else None,
            "message": ending.message,
        }
        for request_id, ending in endings.items()
        if ending.kind is not EndingKind.DONE
    }
    return {"status": "error" if error else "ended", "done": done, "not_done": bad, "error": error}


def read_event(event: Mapping[str, Any]) -> tuple[dict[str, Ending], str]:
    """Return the endings other than done by request id, and the error if there was one.

    :param event: what ``write_event`` made, maybe in another version of this provider: of its words the
        nearest are taken for those that are not known, so that the task fails as one that may be retried
    """
    endings = {}
    for request_id, entry in (event.get("not_done") or {}).items():
        kind = _read(EndingKind, entry.get("kind"), EndingKind.UNAVAILABLE)
        refusal = _read(Refusal, entry.get("refusal"), Refusal.INVALID) if entry.get("refusal") else None
        endings[request_id] = Ending(kind, entry.get("message") or "", refusal)
    return endings, event.get("error") or ""


def ids_of(event: Mapping[str, Any]) -> list[str]:
    """Return the requests that an event tells of.

    :param event: what ``write_event`` made
    """
    return [*(event.get("done") or ()), *(event.get("not_done") or ())]


def _read(words: type[_Word], word: Any, otherwise: _Word) -> _Word:
    try:
        return words(word)
    except ValueError:
        return otherwise
