"""Airflow's metadata database, read by plain SQL: SQLite in a file of the home, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path

Rows = list[tuple[Any, ...]]


class Database(Protocol):
    """A database that Airflow can be given, and that can be asked."""

    @property
    def url(self) -> str:
        """What Airflow takes as `[database] sql_alchemy_conn`."""

    def rows(self, query: str, *values: object) -> Rows:
        """What a query gives; a `?` in it stands for a value."""

    def columns(self, table: str) -> set[str]:
        """The names of a table's columns; none where there is no such table."""


def open_to_read(file: Path, timeout: float = 30) -> closing[sqlite3.Connection]:
    """A SQLite file, as a context manager, without the right to write.

    :param timeout: seconds to wait for others' locks
    """
    return closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=timeout))


class Sqlite:
    """The file `airflow.db` of a home."""

    def __init__(self, home: Path) -> None:
        self.file = home / "airflow.db"
        # Where others write for longer than the usual 5 s, as on a busy machine, the scheduler would end.
        self.url = f"sqlite:///{self.file}?timeout=60"

    def rows(self, query: str, *values: object) -> Rows:
        """What a query gives; a `?` in it stands for a value."""
        with open_to_read(self.file) as connection:
            return connection.execute(query, values).fetchall()

    def columns(self, table: str) -> set[str]:
        """The names of a table's columns; none where there is no such table."""
        return {name for (name,) in self.rows("select name from pragma_table_info(?)", table)}
