"""Many ids in one task: each result is saved soon after it is there, once, whatever the others do."""

from __future__ import annotations

import copy
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import ExpiredUrlError, FaceSwapFailedError
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.task import requests_wait
from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger
from tests.support.deferring import Pushed, run_task
from tests.support.standin import BRIEF

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin import StandIn

BOTH = pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])
LATE = {**BRIEF, "duration": 0.1}  # others have waited for it long enough before it is done
pytestmark = pytest.mark.usefixtures("prompt_tasks")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a result wait for the others only for a moment."""
    monkeypatch.setattr(requests_wait, "COLLECT_AFTER", 0.02)


def saver(folder: Path, ids: Any, **kwargs: Any) -> FaceSwapResultOperator:
    given = {"poke_interval": 0.005, "timeout": 30, "destination": str(folder), **kwargs}
    return FaceSwapResultOperator(task_id="save", request_id=ids, **given)


def saved(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.rglob("manifest.json")}


def run_beside(task: Any, context: Any, steps: list[tuple[Callable[[], bool], Callable[[], None]]]) -> Any:
    """Run a task, and beside it in a thread one step after the other: wait until, and do; all come."""
    left = list(steps)

    def go() -> None:
        limit = time.monotonic() + 20
        while left and time.monotonic() < limit:
            until, do = left[0]
            if until():
                do()
                left.pop(0)
            time.sleep(0.005)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        return run_task(task, context)
    finally:
        thread.join()
        assert not left


@BOTH
def test_a_result_is_saved_while_others_run_and_the_end_has_all_in_order(
    connected: StandIn, deferrable: bool, tmp_path: Path
) -> None:
    slow = [connected.add_job(duration=600) for _ in range(2)]
    done = connected.add_job()
    ids = [slow[0], done, slow[1]]
    context = {"ti": Pushed()}
    steps = [
        (lambda: saved(tmp_path) == {str(done)}, lambda: connected.finish(slow[1])),
        (lambda: saved(tmp_path) == {str(done), str(slow[1])}, lambda: connected.finish(slow[0])),
    ]
    results = run_beside(saver(tmp_path, ids, deferrable=deferrable), context, steps)
    assert [result["id"] for result in results] == list(map(str, ids))
    assert all(len(result["files"]) == 1 for result in results)
    assert connected.stats()["file"] == 3
    kept = context["ti"].xcoms.get("completed")
    assert kept is None or {value["id"] for value in kept} == set(map(str, ids))


@BOTH
@pytest.mark.parametrize("if_exists", ["overwrite", "fail"])
def test_what_is_there_is_dealt_with_once_in_a_run_of_the_task(
    connected: StandIn, deferrable: bool, if_exists: str, tmp_path: Path
) -> None:
    jobs = [connected.add_job(), connected.add_job(**LATE)]
    results = run_task(saver(tmp_path, jobs, deferrable=deferrable, if_exists=if_exists))
    assert [result["id"] for result in results] == list(map(str, jobs))
    assert connected.stats()["file"] == 2


@BOTH
def test_failures_among_them_lose_nothing(connected: StandIn, deferrable: bool, tmp_path: Path) -> None:
    failed = connected.add_job(ending="failed", message="No face detected", **BRIEF)
    late = connected.add_job(**LATE)
    jobs = [late, failed, connected.add_job()]
    context = {"ti": Pushed()}
    with pytest.raises(FaceSwapFailedError, match=f"1 of 3 .* {failed} .*No face detected"):
        run_task(saver(tmp_path, jobs, deferrable=deferrable), context)
    assert saved(tmp_path) == {str(late), str(jobs[2])}
    assert {value["id"] for value in context["ti"].xcoms["completed"]} == saved(tmp_path)


@BOTH
def test_a_link_that_is_no_longer_served_keeps_no_other_from_being_saved(
    connected: StandIn, deferrable: bool, tmp_path: Path
) -> None:
    gone, late = connected.add_job(), connected.add_job(**LATE)
    connected.fault("download", id=gone, status=410, times="always")
    with pytest.raises(ExpiredUrlError, match=str(gone)):
        run_task(saver(tmp_path, [gone, late], deferrable=deferrable))
    assert saved(tmp_path) == {str(late)}


def test_there_are_few_task_starts_and_the_deadline_stays(connected: StandIn, tmp_path: Path) -> None:
    jobs = [connected.add_job(duration=0.02 * number, starts="first_look") for number in range(8)]
    rows: list[dict[str, Any]] = []
    task = saver(tmp_path, jobs, deferrable=True)
    serialize = FaceSwapResultTrigger.serialize

    def noting(self: FaceSwapResultTrigger) -> tuple[str, dict[str, Any]]:
        rows.append(json.loads(json.dumps(serialize(self)[1])))
        return serialize(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FaceSwapResultTrigger, "serialize", noting)
        run_task(copy.copy(task))
    assert 1 < len(rows) <= 7
    assert len({(row["started"], row["deadline"]) for row in rows}) == 1
    assert len(rows[-1]["request_ids"]) < len(rows[0]["request_ids"])


def test_without_a_destination_there_is_nothing_to_hurry_for(connected: StandIn) -> None:
    jobs = [connected.add_job(), connected.add_job(**LATE)]
    context = {"ti": Pushed()}
    run_task(saver(Path(), jobs, deferrable=True, destination=None), context)
    assert not context["ti"].xcoms


def test_a_result_that_is_lost_does_not_start_the_task_again_and_again_but_is_told_at_the_end(
    connected: StandIn, tmp_path: Path
) -> None:
    lost, slow = connected.add_job(), connected.add_job(duration=0.16, starts="first_look")
    connected.fault("download", id=lost, times="always", status=410)
    task = saver(tmp_path, [lost, slow], deferrable=True)
    task.save_options = replace(task.save_options, url_patience=0.0)
    with pytest.raises(ExpiredUrlError) as caught:
        run_task(task, {"ti": Pushed()})
    assert caught.value.request_id == str(lost)
    assert saved(tmp_path) == {str(slow)}
    tried = [each for each in connected.requests("file") if each["id"] == str(lost)]
    assert len(tried) == 2  # as soon as it was there, and when the other had ended
