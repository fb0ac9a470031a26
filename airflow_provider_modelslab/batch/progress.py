"""How far a batch has come, told in the log and in the report, and not too often."""

from __future__ import annotations

import time
from typing import Any

from airflow_provider_modelslab.batch.to_do import ToDo

INTERVAL = 30.0  # seconds
REPORT_INTERVAL = 300.0  # seconds; a report of thousands is some megabytes


class Progress:
    """Says how many items are done, in flight and failed, how fast, and how long the rest may take.

    :param log: where to
    """

    def __init__(self, log: Any) -> None:
        self._log = log
        self._begun = self._said = self._reported = time.monotonic()

    def tell(self, done: int, in_flight: int, to_do: ToDo) -> None:
        """Say it, if it is time.

        :param done: items that were done in this run
        :param in_flight: that are on their way
        :param to_do: knows of the others
        """
        now = time.monotonic()
        if now - self._reported >= REPORT_INTERVAL:
            self._reported = now
            to_do.keep_report()
        if now - self._said < INTERVAL:
            return
        self._said = now
        rate, left = done / max(now - self._begun, 1e-3), to_do.left()
        rest = f", some {left / rate / 60:.0f} min to go" if left and rate else ""
        failed = to_do.report.not_saved()
        self._log.info(
            "%d done, %d in flight, %d failed; %.1f a minute%s", done, in_flight, failed, 60 * rate, rest
        )
