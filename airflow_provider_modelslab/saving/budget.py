"""The time and the tries that one file has."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event

from airflow_provider_modelslab.exceptions import DownloadError

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0
TRIES = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
LONGEST_WISH = 60.0


class StoppedError(Exception):
    """Another file failed or the task was ended: this transfer is given up, without blame."""


@dataclass
class Budget:
    """Decides whether one more try is due, and waits for it.

    :param timeout: seconds that the file may take in all
    :param patience: seconds that a missing file may take to appear
    :param stop: set from outside to end the transfer
    """

    timeout: float
    patience: float
    stop: Event = field(default_factory=Event)
    _failures: int = 0
    _begun: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the file was begun."""
        return time.monotonic() - self._begun

    def check(self) -> None:
        """Raise if the time is over or the transfer was stopped.

        :raises DownloadError: after ``timeout`` seconds
        """
        if self.stop.is_set():
            raise StoppedError
        if self.elapsed >= self.timeout:
            raise DownloadError(f"the file was not complete after {self.timeout:g} s")

    def timeouts(self) -> tuple[float, float]:
        """Return the seconds to connect and the seconds between bytes, neither beyond the end."""
        left = max(self.timeout - self.elapsed, 0.1)
        return min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left)

    def progressed(self) -> None:
        """Note that bytes came: failures count in a row only."""
        self._failures = 0

    def try_again(self, reason: str, *, missing: bool = False, wish: float = 0.0) -> None:
        """Wait before the next try, or give up.

        :param reason: what went wrong, for the error
        :param missing: whether the file is not there (yet), for which only patience counts
        :param wish: the seconds that the server asked for
        :raises DownloadError: with the reason, if no further try is due
        """
        self._failures += 1
        patient = self.elapsed < self.patience
        if not patient and (missing or self._failures >= TRIES):
            raise DownloadError(reason)
        pause = min(FIRST_PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE)
        self._sleep(max(pause, min(wish, LONGEST_WISH)))

    def _sleep(self, seconds: float) -> None:
        self.stop.wait(min(seconds, max(self.timeout - self.elapsed, 0.0)))
        self.check()
