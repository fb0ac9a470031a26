"""What is there only while Airflow runs: rows of waits in flight, and the arguments of its processes."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.stress.leaks.places import ARGUMENTS, FLIGHT, Sorted, rows_of
from tests.support.running.database import open_to_read

if TYPE_CHECKING:
    from types import TracebackType

    from tests.stress.leaks.searching import Piece

EVERY = 0.2  # seconds
#: A trigger's arguments, and what a task that resumes is given: the event.
IN_FLIGHT = (("trigger", ""), ("task_instance", "where next_kwargs is not null"))


class Watch:
    """Looks again and again, in a thread, and keeps what it saw.

    :param pid: the process at the top of Airflow's
    :param database: its SQLite file
    """

    def __init__(self, pid: int, database: Path) -> None:
        self._pid, self._database = pid, database
        self._seen: dict[tuple[str, Piece], None] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def seen(self) -> Sorted:
        """All that was seen, each once."""
        yield from list(self._seen)

    def _run(self) -> None:
        while not self._end.wait(EVERY):
            self._seen.update(dict.fromkeys((ARGUMENTS, piece) for piece in arguments_below(self._pid)))
            with suppress(sqlite3.OperationalError):  # locked: next time
                self._seen.update(dict.fromkeys((FLIGHT, piece) for piece in in_flight(self._database)))


def arguments_below(pid: int) -> list[Piece]:
    """The command lines of a process and all below it, as they stand in /proc."""
    import psutil

    found = []
    with suppress(psutil.Error):
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            with suppress(OSError):
                found.append(("cmdline", Path(f"/proc/{process.pid}/cmdline").read_bytes()))
    return found


def in_flight(database: Path) -> list[Piece]:
    """The rows of the waits that are in flight now."""
    with open_to_read(database, timeout=5) as connection:
        return [piece for table, where in IN_FLIGHT for piece in rows_of(connection, table, where)]
