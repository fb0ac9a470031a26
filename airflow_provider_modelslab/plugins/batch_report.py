"""What a batch's report names: a line for each face swap, of which those that are saved can be shown.

As a manifest, the report is named by an XCom and written by whoever may write below the root: its lines are
taken for no more than addresses of manifests, each of which must lie below a root again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from threading import Lock
from typing import Any

from airflow_provider_modelslab.batch.report import is_report_name
from airflow_provider_modelslab.plugins.places import NotShownError, Reason, place_of

_LARGEST = 2**24  # bytes; ten thousand lines have a third of it
_MOST_FILES = 1000  # of one face swap
_KEPT_FOR, _MOST_KEPT = 20.0, 4  # seconds; reports, for the many pictures of one page


class BatchReports:
    """Reads reports, each once for all that a page shows of it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, list[dict[str, Any]]]] = {}
        self._lock = Lock()

    def results(self, uri: str) -> list[dict[str, Any]]:
        """Return the results that a report names, in order, as a task's value would.

        :param uri: of the report
        :raises NotShownError: if it may not be shown, or is not there
        """
        with self._lock:
            now = time.monotonic()
            read, results = self._kept.get(uri, (0.0, []))
            if uri not in self._kept or now - read > _KEPT_FOR:
                results = list(_results(_read(uri)))
                self._kept.pop(uri, None)
                while len(self._kept) >= _MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[uri] = now, results
            return results


def _read(uri: str) -> bytes:
    place, name = place_of(uri)
    if not is_report_name(name):
        raise NotShownError(Reason.NO_MANIFEST, uri[:1000])
    (data,) = place.read(name, (0, _LARGEST))
    return data


def _results(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.splitlines():
        try:
            told = json.loads(line)
            files, manifest = told["files"][:_MOST_FILES], told["manifest"]
            if told["state"] == "saved" and isinstance(manifest, str):
                yield {"id": str(told["id"]), "manifest": manifest, "files": files}
        except (ValueError, TypeError, KeyError, RecursionError):  # noqa: PERF203 - not a line of this provider's
            continue
