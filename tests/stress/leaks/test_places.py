"""Each thing that an Airflow leaves behind comes to its place, the compressed as well."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.stress.leaks import places
from tests.stress.leaks.canary import Canary, Flock
from tests.stress.leaks.searching import search
from tests.stress.leaks.vault import Vault
from tests.stress.leaks.watching import Watch

FILES = {
    "logs/dag_id=d/run_id=r/task_id=t/attempt=1.log": places.TASKS,
    "logs/dag_id=d/run_id=r/task_id=t/attempt=1.log.trigger.7.log": places.TRIGGERER,
    "logs/dag_processor/2026-01-01/dags/d.py.log": places.PROCESSOR,
    "logs/scheduler/2026-01-01/d.py.log": places.PROCESSOR,
    "commands.log": places.ANSWERS,
}
TABLES = {
    "xcom": places.XCOMS,
    "xcom_v2": places.XCOMS,
    "rendered_task_instance_fields": places.RENDERED,
    "rtif_v2": places.RENDERED,
    "log": places.EVENTS,
    "task_state_store": places.STATES,
    "serialized_dag": places.TABLES,
}


@pytest.fixture
def flock() -> Flock:
    return Flock()


@pytest.fixture
def canary(flock: Flock) -> Canary:
    return flock.add("the key")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    (tmp_path / "saved").mkdir()
    (home / "standalone.log").touch()
    execute(home, *(f"create table {table} (data)" for table in (*TABLES, places.CONNECTION)))
    return home


def execute(home: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(home / "airflow.db")) as database, database:
        for statement in statements:
            database.execute(statement, values)


def found_in(home: Path, flock: Flock, vault: Vault | None = None) -> set[str]:
    pieces = places.leftovers(home, home.parent / "saved")
    unlock = (vault or Vault()).unlock
    return {place for place, piece in pieces if search([piece], flock, unlock).hits}


@pytest.mark.parametrize(("path", "place"), FILES.items())
def test_a_file(home: Path, flock: Flock, canary: Canary, path: str, place: str) -> None:
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_text(f"fine\n{canary.key}\n")
    assert found_in(home, flock) == {place}


def test_a_traceback_in_a_task_s_log(home: Path, flock: Flock, canary: Canary) -> None:
    folder = home / "logs" / "dag_id=d"
    folder.mkdir()
    (folder / "attempt=1.log").write_text(f"Traceback\nValueError: {canary.key}\n")
    assert found_in(home, flock) == {places.TASKS, places.TRACEBACKS}


@pytest.mark.parametrize(
    ("prefix", "place"),
    [
        ("triggerer  | ", places.TRIGGERER),
        ("dag-processor | ", places.PROCESSOR),
        ("api-server | ", places.WEB),
        ("webserver  | ", places.WEB),
        ("scheduler  | ", places.SCHEDULER),
        ("standalone | ", places.SCHEDULER),
        ("", places.SCHEDULER),
    ],
)
def test_a_line_of_the_output(home: Path, flock: Flock, canary: Canary, prefix: str, place: str) -> None:
    (home / "standalone.log").write_text(f"api-server | fine\nstandalone | fine\n{prefix}{canary.key}\n")
    assert found_in(home, flock) == {place}


@pytest.mark.parametrize(("table", "place"), TABLES.items())
def test_a_row(home: Path, flock: Flock, canary: Canary, table: str, place: str) -> None:
    execute(home, f"insert into {table} values (?)", values=(canary.key,))
    assert found_in(home, flock) == {place, places.FILE}


@pytest.mark.parametrize("compress", [zlib.compress, gzip.compress])
def test_a_compressed_value(
    home: Path, flock: Flock, canary: Canary, compress: Callable[[bytes], bytes]
) -> None:
    execute(home, "insert into serialized_dag values (?)", values=(compress(canary.key.encode()),))
    assert found_in(home, flock) == {places.TABLES}


def test_the_connection_in_clear_is_found_in_the_file(home: Path, flock: Flock, canary: Canary) -> None:
    execute(home, f"insert into {places.CONNECTION} values (?)", values=(canary.key,))
    assert found_in(home, flock) == {places.FILE}


def test_the_connection_s_own_encrypted_row_is_the_one_that_may_hold_the_key(
    home: Path, flock: Flock, canary: Canary
) -> None:
    vault = Vault()
    own, other = (vault.lock(canary.key.encode()).decode() for _ in range(2))
    execute(home, f"insert into {places.CONNECTION} values (?)", values=(own,))
    assert found_in(home, flock, vault) == set()
    execute(home, "insert into log values (?)", values=(other,))
    assert found_in(home, flock, vault) == {places.EVENTS, places.FILE}


def test_a_saved_file_and_its_name(home: Path, flock: Flock, canary: Canary) -> None:
    (home.parent / "saved" / "a").write_bytes(gzip.compress(canary.key.encode()))
    assert found_in(home, flock) == {places.SAVED}
    (home.parent / "saved" / "a").unlink()
    (home.parent / "saved" / (canary.own + flock.mark)).touch()
    assert found_in(home, flock) == {places.SAVED}


def test_what_passes_is_seen_while_it_is_there(home: Path, flock: Flock, canary: Canary) -> None:
    execute(home, "create table trigger (kwargs)", "create table task_instance (next_kwargs)")
    execute(home, "insert into trigger values (?)", values=(canary.key,))
    command = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()', sys.stdin.readline()])"
    )
    parent = subprocess.Popen([sys.executable, "-c", command], stdin=subprocess.PIPE, text=True)
    assert parent.stdin is not None
    with parent, Watch(parent.pid, home / "airflow.db") as watch:
        parent.stdin.write(f"{canary.key}\n")
        parent.stdin.flush()
        wanted = {places.FLIGHT, places.ARGUMENTS}
        while {
            place for place, piece in watch.seen() if search([piece], flock, Vault().unlock).hits
        } != wanted:
            time.sleep(0.1)
        parent.stdin.write("\n")
