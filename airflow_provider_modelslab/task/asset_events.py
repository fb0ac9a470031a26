"""What the asset events of a task's outlets tell of the files that it has saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def saved_by(results: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what the events tell of results.

    :param results: what was saved, as it goes to XCom
    """
    saved = list(results)
    files = [file["uri"] for result in saved for file in result["files"]]
    return {"files": files, "manifests": [result["manifest"] for result in saved]}


def add_to_asset_events(
    context: Mapping[str, Any], outlets: Iterable[Any], extra: Mapping[str, Any], log: Any
) -> None:
    """Note what was saved in the events of the outlets; trouble with that is not the task's.

    An alias has events for those assets only that a DAG's author adds to it; they find the same there.

    :param context: the task's context
    :param outlets: the task's
    :param extra: what to note
    :param log: for the log
    """
    for outlet in outlets:
        try:
            context["outlet_events"][outlet].extra.update(extra)
        except Exception as error:  # noqa: PERF203 - an outlet may be anything
            log.info("The event of %r will not name what was saved: %r", outlet, error)
