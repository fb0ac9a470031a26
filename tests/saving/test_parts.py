from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_provider_modelslab.saving import parts
from airflow_provider_modelslab.saving.writers import LocalWriter
from tests.saving.helpers import tree

WRITE_AND_HANG = """
import sys, time
from airflow_provider_modelslab.saving.writers import LocalWriter
writer = LocalWriter(sys.argv[1])
writer.write(b"half")
print("written", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_left_is_removed_by_the_next_writer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_AND_HANG, str(tmp_path / "a.jpg")]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
    assert len(tree(tmp_path)) == 1
    writer = LocalWriter(str(tmp_path / "a.jpg"))
    writer.write(b"whole")
    writer.commit()
    assert tree(tmp_path) == ["a.jpg"]
    assert (tmp_path / "a.jpg").read_bytes() == b"whole"


def test_what_another_writer_is_at_is_left_alone(tmp_path: Path) -> None:
    first, second = (LocalWriter(str(tmp_path / "a.jpg")) for _ in range(2))
    assert len(tree(tmp_path)) == 2
    first.write(b"first")
    second.write(b"second")
    second.commit()
    first.commit()
    assert (tmp_path / "a.jpg").read_bytes() == b"first"
    assert tree(tmp_path) == ["a.jpg"]


def test_a_part_that_another_takes_for_an_orphan_before_it_is_locked_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other has locked it and is about to remove it: what is written there would be lost."""
    lock, taken = fcntl.flock, {}

    def lock_after_another(descriptor: int, operation: int) -> None:
        if not taken:
            (part,) = tmp_path.iterdir()
            taken[part] = os.open(part, os.O_WRONLY)
            lock(taken[part], operation)
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", lock_after_another)
    writer = LocalWriter(str(tmp_path / "a.jpg"))
    for part, descriptor in taken.items():
        os.remove(part)
        os.close(descriptor)
    writer.write(b"whole")
    writer.commit()
    assert (tmp_path / "a.jpg").read_bytes() == b"whole"


def test_a_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    first, second = (LocalWriter(str(tmp_path / "a.jpg")) for _ in range(2))
    first.write(b"first")
    second.discard()
    first.commit()
    assert (tmp_path / "a.jpg").read_bytes() == b"first"


def test_parts_of_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".ab.jpg.123.part").touch()
    LocalWriter(str(tmp_path / "b.jpg")).discard()
    assert tree(tmp_path) == [".ab.jpg.123.part"]


def test_a_part_is_hidden_and_beside_its_file() -> None:
    name = parts.name("/a/b/c.jpg")
    assert name.startswith("/a/b/.c.jpg.")
    assert name != parts.name("/a/b/c.jpg")
