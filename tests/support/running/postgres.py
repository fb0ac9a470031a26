"""A PostgreSQL server of its own on loopback, from the programs that the machine has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.running.local_server import LocalServer

if TYPE_CHECKING:
    from tests.support.running.database import Rows

USER = "airflow"
DATABASE = "postgres"  # the one that initdb makes
UNPRIVILEGED = "postgres"  # the account that Debian's package makes; the server refuses to run as root
DRIVERS = ("psycopg2", "asyncpg")
# What is lost when the machine stops is thrown away anyhow.
SETTINGS = {
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "unix_socket_directories": "",
}


def missing() -> str:
    """What keeps PostgreSQL from being used here; empty where nothing does."""
    if _programs() is None:
        return "no PostgreSQL server is installed (Debian: apt-get install postgresql)"
    lacking = [name for name in DRIVERS if find_spec(name) is None]
    return f"Python lacks {' and '.join(lacking)}" if lacking else ""


class Postgres(LocalServer):
    """A PostgreSQL server with an empty database, as a context manager."""

    name = "PostgreSQL"

    def __init__(self) -> None:
        super().__init__()
        self.url = f"postgresql+psycopg2://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    def rows(self, query: str, *values: object) -> Rows:
        """What a query gives; a `?` in it stands for a value."""
        import psycopg2

        with closing(psycopg2.connect(self.url.replace("+psycopg2", ""))) as connection:
            connection.set_session(readonly=True, autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute(query.replace("?", "%s"), values)
                return list(cursor.fetchall())

    def columns(self, table: str) -> set[str]:
        """The names of a table's columns; none where there is no such table."""
        query = "select column_name from information_schema.columns where table_name = ?"
        return {name for (name,) in self.rows(query, table)}

    def _start(self) -> None:
        programs = _programs()
        if programs is None:
            raise RuntimeError(missing())
        if os.geteuid() == 0:
            shutil.chown(self._folder, UNPRIVILEGED)
        initdb, server = str(programs / "initdb"), str(programs / "postgres")
        data = ["-D", str(self._folder / "data")]
        make = [initdb, *data, f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, **self._as_whom())
        serve = [
            server,
            *data,
            f"--port={self.port}",
            *(f"--{key}={value}" for key, value in SETTINGS.items()),
        ]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(serve, stdout=log, stderr=log, **self._as_whom())
        self._wait_until_ready(60)

    def _as_whom(self) -> dict[str, Any]:
        apart = {"cwd": self._folder, "stdin": subprocess.DEVNULL, "start_new_session": True}
        if os.geteuid() != 0:
            return apart
        return {**apart, "user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}

    def ping(self) -> bool:
        """Whether it serves."""
        import psycopg2

        try:
            return bool(self.rows("select 1"))
        except psycopg2.OperationalError:
            return False

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGINT)  # end now, without waiting for clients
        super()._end(process)


def _programs() -> Path | None:
    """The folder with the server's programs; Debian keeps it off the PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)
