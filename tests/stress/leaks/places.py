"""Where is searched: everything that an Airflow leaves behind, sorted into places."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.stress.leaks.searching import TOKEN
from tests.support.running.database import open_to_read

if TYPE_CHECKING:
    from tests.stress.leaks.searching import Piece

#: Airflow keeps the states of tasks from 3.3 on.
KEEPS_STATES = tuple(int(part) for part in version("apache-airflow").split(".")[:2]) >= (3, 3)

TASKS, TRACEBACKS, TRIGGERER = "task logs", "tracebacks in them", "triggerer"
SCHEDULER, PROCESSOR, WEB = "scheduler", "DAG processor", "API server"
XCOMS, RENDERED, EVENTS = "XComs", "rendered fields", "event log"
STATES, TABLES, FILE = "task states", "all other tables", "database file"
FLIGHT, ARGUMENTS = "waits in flight", "process arguments"
SAVED, ANSWERS = "saved files", "Airflow's answers"
PLACES = (
    TASKS, TRACEBACKS, TRIGGERER, SCHEDULER, PROCESSOR, WEB, XCOMS, RENDERED, EVENTS, TABLES, FILE, FLIGHT,
    ARGUMENTS, SAVED, ANSWERS, *([STATES] if KEEPS_STATES else []),
)  # fmt: skip

BY_TABLE = {
    "xcom": XCOMS,
    "rendered_task_instance_fields": RENDERED,
    # Since Airflow 3.4; the first of each has what an older one left.
    "xcom_v1": XCOMS,
    "xcom_v2": XCOMS,
    "rtif_v1": RENDERED,
    "rtif_v2": RENDERED,
    "log": EVENTS,
    "task_state_store": STATES,
}
#: The key itself stands in these, encrypted; that it does is the proof that decrypting works.
CONNECTION = "connection"
BY_PREFIX = {
    "triggerer": TRIGGERER,
    "dag-processor": PROCESSOR,
    "api-server": WEB,
    "webserver": WEB,
}  # what `airflow standalone` writes before each line; what has none is its own, or the scheduler's
PREFIX = re.compile(rb"(?:\x1b\[[\d;]*m)*([a-z-]+) *\|")

Sorted = Iterator[tuple[str, "Piece"]]


def leftovers(home: Path, saved: Path) -> Sorted:
    """Every piece that an Airflow left in its home, and what was saved, with its place."""
    yield from logs(home / "logs")
    yield from output(home / "standalone.log")
    yield from tables(home / "airflow.db")
    own = _own(home / "airflow.db")
    for path in sorted(home.glob("airflow.db*")):  # with what SQLite has not cleared yet
        yield FILE, (path.name, _without(path.read_bytes(), own))
    yield from ((ANSWERS, piece) for piece in _files(home, "commands.log"))
    for path in sorted(saved.rglob("*")):
        yield SAVED, (f"name of {path.name}", str(path.relative_to(saved)).encode())
    yield from ((SAVED, piece) for piece in _files(saved, "*"))


def logs(folder: Path) -> Sorted:
    """The log files, with their names."""
    for source, data in _files(folder, "*"):
        place = _log_place(source)
        yield place, (source, source.encode() + b"\n" + data)
        if place == TASKS and (b"Traceback" in data or b'"error_detail"' in data):
            yield TRACEBACKS, (source, data)


def _log_place(source: str) -> str:
    if ".log.trigger." in source:
        return TRIGGERER
    if source.startswith("dag_id="):
        return TASKS
    return PROCESSOR if source.startswith(("dag_processor", "scheduler")) else SCHEDULER


def output(log: Path) -> Sorted:
    """What `airflow standalone` printed, by component. Its own 2.11 reads the DAG files in the scheduler."""
    found: dict[str, list[bytes]] = {}
    place = SCHEDULER
    for line in log.read_bytes().splitlines():
        prefix = PREFIX.match(line)
        place = BY_PREFIX.get(prefix[1].decode(), SCHEDULER) if prefix else place
        found.setdefault(place, []).append(line)
    for name, lines in found.items():
        yield name, (f"standalone.log, {name}", b"\n".join(lines))


def tables(file: Path) -> Sorted:
    """Each row of each table but the connections, column by column."""
    with open_to_read(file) as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        for table in names:
            if table != CONNECTION:
                yield from ((BY_TABLE.get(table, TABLES), piece) for piece in rows_of(database, table))


def _own(file: Path) -> list[bytes]:
    """What the connections' own rows hold encrypted: the one place where the key may stand."""
    with open_to_read(file) as database:
        values = [data for _, data in rows_of(database, CONNECTION)]
    return [data for data in values if TOKEN.fullmatch(data)]


def _without(data: bytes, parts: list[bytes]) -> bytes:
    for part in parts:
        data = data.replace(part, b"")
    return data


def rows_of(database: sqlite3.Connection, table: str, where: str = "") -> Iterator[Piece]:
    """Each value of a table, as bytes."""
    cursor = database.execute(f'select * from "{table}" {where}')
    columns = [column[0] for column in cursor.description]
    for row in cursor:
        for column, value in zip(columns, row, strict=True):
            if value is not None:
                yield f"{table}.{column}", as_bytes(value)


def as_bytes(value: Any) -> bytes:
    """A value of the database."""
    return value if isinstance(value, bytes) else str(value).encode()


def _files(folder: Path, pattern: str) -> Iterator[Piece]:
    for path in sorted(folder.rglob(pattern)):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(folder)), path.read_bytes()
