"""Words on a long transfer: what has come, how much that is, how fast, and not too often."""

from __future__ import annotations

import logging
import time

INTERVAL = 5.0
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


class Progress:
    """Logs how far one file has come, at most every five seconds and never for a quick one.

    :param log: where to
    :param what: the file's name for the reader
    """

    def __init__(self, log: logging.Logger, what: str) -> None:
        self._log = log
        self._what = what
        self._begun = self._said = time.monotonic()

    def update(self, size: int, total: int | None) -> None:
        """Note that ``size`` bytes are there, of ``total`` if that is known."""
        now = time.monotonic()
        if now - self._said < INTERVAL:
            return
        self._said = now
        self._log.info("%s: %s", self._what, line(size, total, now - self._begun))


def line(size: int, total: int | None, seconds: float) -> str:
    """Return, for instance, ``120.0 MiB of 500.0 MiB (24 %), 23.1 MiB/s``."""
    whole = f" of {readable(total)} ({100 * size // total} %)" if total else ""
    return f"{readable(size)}{whole}, {readable(size / max(seconds, 1e-3))}/s"


def readable(size: float) -> str:
    """Return a number of bytes with a unit."""
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
