"""Around the saving itself: several at once, being stopped, the log and lineage."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import ModelsLabError
from tests.saving.helpers import content, result_of, save, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn


def test_the_task_can_be_ended_from_outside(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.saving import save_result as module

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    job = standin.add_job(files=["mp4:5000000"])
    standin.fault("file", drip=1000, times="always")
    monkeypatch.setattr(module, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(result_of(standin, job), tmp_path)
    assert tree(tmp_path) == []


def test_several_files_are_transferred_at_the_same_time(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["jpg"] * 8)
    standin.fault("file", hang=True, times="always")
    with pytest.raises(ModelsLabError, match="not complete"):
        save(result_of(standin, job), tmp_path, parallel=4, timeout=0.25)
    assert standin.stats()["file"] >= 4  # one after the other, hardly the second would have been asked for


def test_the_log_has_one_line_a_file_and_no_token(
    standin: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    job = standin.add_job(files=["jpg", "png"], shape="signed")
    save(result_of(standin, job), tmp_path)
    lines = [record.getMessage() for record in caplog.records if record.name == "tests.saving"]
    assert len(lines) == 2
    assert any(f"{tmp_path}/{job}/{job}-1.png" in line and "bytes" in line for line in lines)
    assert "Signature" not in "".join(lines)


def test_two_tasks_that_save_the_same_at_once_leave_one_whole_set(standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(files=["mp4:2000000", "jpg"])
    result = result_of(standin, job)
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda _: save(result, tmp_path), range(4)))
    assert all(each == saved[0] for each in saved)
    assert tree(tmp_path) == [f"{job}/{job}-0.mp4", f"{job}/{job}-1.jpg", f"{job}/manifest.json"]
    assert (tmp_path / f"{job}/{job}-0.mp4").read_bytes() == content(standin, job)


def test_saved_files_are_reported_as_lineage(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.providers.common.compat.lineage import hook

    reported: list[str] = []

    class Collector:
        def add_output_asset(self, context: Any, uri: str) -> None:
            assert str(context) == uri
            reported.append(uri)

    monkeypatch.setattr(hook, "get_hook_lineage_collector", Collector)
    job = standin.add_job()
    saved = save(result_of(standin, job), tmp_path)
    assert reported == [saved["files"][0]["uri"], saved["manifest"]]


def test_trouble_with_lineage_is_not_the_tasks(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from airflow.providers.common.compat.lineage import hook

    def broken() -> None:
        raise ValueError("on purpose")

    monkeypatch.setattr(hook, "get_hook_lineage_collector", broken)
    assert save(result_of(standin, standin.add_job()), tmp_path)["files"]
    assert "could not be reported as lineage" in caplog.text
