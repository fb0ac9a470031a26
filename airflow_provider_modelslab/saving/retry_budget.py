"""The time and the tries that one file has."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from threading import Event

from airflow_provider_modelslab.exceptions import DownloadError

_log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0
TRIES = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
LONGEST_RETRY_AFTER = 60.0
_MOST_LINES = 20  # in the log about one file's failed tries


class StoppedError(Exception):
    """Another file failed or the task was ended: this transfer is given up, without blame."""


@dataclass
class RetryBudget:
    """Decides whether one more try is due, says so, and waits for it.

    :param timeout: seconds that the file may take in all
    :param not_found_grace: seconds that a missing file may take to appear
    :param stop: set from outside to end the transfer
    :param log: for a line where a try fails: what happened, what follows and when
    """

    timeout: float
    not_found_grace: float
    stop: Event = field(default_factory=Event)
    log: logging.Logger = _log
    tries: int = field(default=0, init=False)  #: requests so far, of all sources
    _failures: int = field(default=0, init=False)
    _lines: int = field(default=0, init=False)
    _missing: str = field(default="", init=False)  # what was said of a missing file
    _begun: float = field(default_factory=time.monotonic, init=False)

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

    def begin_try(self) -> None:
        """Count a request that is about to be made. Raises as ``check``."""
        self.check()
        self.tries += 1

    def begin_source(self) -> None:
        """Note that another source is asked, whose failures are its own."""
        self._failures = 0
        self._missing = ""

    def timeouts(self) -> tuple[float, float]:
        """Return the seconds to connect and the seconds between bytes, neither beyond the end."""
        left = max(self.timeout - self.elapsed, 0.1)
        return min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left)

    def progressed(self) -> None:
        """Note that bytes came: failures count in a row only."""
        self._failures = 0

    def try_again(
        self,
        reason: str,
        *,
        missing: bool = False,
        retry_after: float = 0.0,
        at_least: int = 0,
        error: DownloadError | None = None,
    ) -> None:
        """Wait before the next try, or give up.

        :param reason: what went wrong, for the log and the error
        :param missing: whether the file is not there (yet), for which only the grace counts
        :param retry_after: the seconds that the server asked for
        :param at_least: the how manieth failure in a row it is at least, whatever bytes came in between
        :param error: what to raise where no further try is due, in place of a plain one with the reason
        :raises DownloadError: if no further try is due
        """
        self._failures = max(self._failures + 1, at_least)
        not_found_grace = self.not_found_grace - self.elapsed
        if not_found_grace <= 0 and (missing or self._failures >= TRIES):
            raise error or DownloadError(reason)
        pause = min(FIRST_PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE)
        pause = min(max(pause, min(retry_after, LONGEST_RETRY_AFTER)), max(self.timeout - self.elapsed, 0.0))
        if missing:
            self._tell_of_missing(reason, not_found_grace)
        else:
            self._tell(reason, pause, "at least " if not_found_grace > 0 else "")
        self.stop.wait(pause)
        self.check()

    def _tell_of_missing(self, reason: str, not_found_grace: float) -> None:
        """Say it once: it is looked for often."""
        if reason != self._missing:
            self._missing = reason
            self.log.warning(
                "%s: it may not be there yet. Trying again for up to %.0f s.", reason, not_found_grace
            )

    def _tell(self, reason: str, pause: float, at_least: str) -> None:
        self._lines += 1
        if self._lines > _MOST_LINES:
            return
        number = self._failures + 1
        total = f"{at_least}{max(TRIES, number)}"
        more = " Further ones of this file are not logged." if self._lines == _MOST_LINES else ""
        self.log.warning("%s. Trying again in %.2g s (try %d of %s).%s", reason, pause, number, total, more)
