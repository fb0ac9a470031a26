"""Saving where the result stands already, whole or not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.exceptions import DestinationExistsError, ExpiredUrlError
from tests import ROOT
from tests.saving.helpers import content, result_of, save, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

WRITE_AND_HANG = """
import os, sys, time
from fsspec.implementations.local import LocalFileSystem
from airflow_provider_modelslab.saving.writers import RenamingWriter
writer = RenamingWriter(LocalFileSystem(), sys.argv[1], os.replace)
writer.write(bytes(2**20))
print("written", flush=True)
time.sleep(60)
"""


def test_saved_again_nothing_is_transferred(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["jpg", "mp4:300000"])
    first = save(result_of(standin, job), tmp_path)
    before = standin.stats()["requests"]
    assert save(result_of(standin, job), tmp_path) == first
    assert standin.stats()["requests"] == before


@pytest.mark.parametrize("harm", ["removed", "shortened", "manifest broken"])
def test_what_no_longer_stands_whole_is_saved_again(standin: StandIn, tmp_path: Path, harm: str) -> None:
    job = standin.add_job(files=["jpg", "png"])
    first = save(result_of(standin, job), tmp_path)
    file = tmp_path / str(job) / f"{job}-1.png"
    if harm == "removed":
        file.unlink()
    elif harm == "shortened":
        file.write_bytes(b"short")
    else:
        (tmp_path / str(job) / "manifest.json").write_text("{")
    assert save(result_of(standin, job), tmp_path) == first
    assert file.read_bytes() == content(standin, job, 1)


def test_overwrite_transfers_again(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    first = save(result_of(standin, job), tmp_path)
    before = standin.stats()["file"]
    assert save(result_of(standin, job), tmp_path, if_exists="overwrite") == first
    assert standin.stats()["file"] == before + 1


def test_while_a_result_is_saved_again_no_manifest_stands(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    save(result_of(standin, job), tmp_path)
    standin.fault("download", status=410, times="always")
    with pytest.raises(ExpiredUrlError):
        save(result_of(standin, job), tmp_path, if_exists="overwrite")
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg"]


def test_fail_touches_nothing_that_stands(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job()
    assert save(result_of(standin, job), tmp_path, if_exists="fail")
    with pytest.raises(DestinationExistsError, match=rf"Request {job} is saved already.*if_exists"):
        save(result_of(standin, job), tmp_path, if_exists="fail")


def write_and_be_killed(path: Path) -> None:
    """Leave a part of a file behind."""
    command = [sys.executable, "-c", WRITE_AND_HANG, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.kill()


@pytest.mark.parametrize("stands", [False, True])
def test_what_a_killed_task_left_is_removed_by_the_next(
    standin: StandIn, tmp_path: Path, stands: bool
) -> None:
    job = standin.add_job(files=["jpg"])
    whole = [f"{job}/{job}-0.jpg", f"{job}/manifest.json"]
    if stands:  # since another task went on meanwhile
        save(result_of(standin, job), tmp_path)
    write_and_be_killed(tmp_path / whole[0])
    assert len(tree(tmp_path)) == (3 if stands else 1)
    save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == whole
    assert (tmp_path / whole[0]).read_bytes() == content(standin, job)


def test_what_the_next_task_removes_is_nothing_but_parts(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["jpg"])
    others = [".hidden", ".notes.txt.part", "notes.0123456789ab.part"]
    (tmp_path / str(job)).mkdir()
    for name in (*others, ".x.jpg.0123456789ab.part"):
        (tmp_path / str(job) / name).touch()
    save(result_of(standin, job), tmp_path)
    names = sorted([*others, f"{job}-0.jpg", "manifest.json"])
    assert tree(tmp_path) == [f"{job}/{name}" for name in names]


@pytest.mark.parametrize("stands", [False, True])
def test_what_cannot_be_removed_keeps_no_result_from_being_saved(
    standin: StandIn, tmp_path: Path, stands: bool
) -> None:
    job = standin.add_job(files=["jpg"])
    if stands:
        save(result_of(standin, job), tmp_path)
    (tmp_path / str(job) / ".x.jpg.0123456789ab.part").mkdir(parents=True)  # no file, which is all that goes
    write_and_be_killed(tmp_path / str(job) / f"{job}-0.jpg")
    assert len(save(result_of(standin, job), tmp_path)["files"]) == 1
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg", f"{job}/manifest.json"]
