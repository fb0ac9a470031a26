"""Saving where the result stands already, whole or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.exceptions import DestinationExistsError, ExpiredUrlError
from tests.saving.helpers import content, result_of, save, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standin import StandIn


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
