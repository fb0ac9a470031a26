"""Where a task remembers what it submitted, and that a destination remembers as Airflow does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_modelslab.exceptions import (
    InvalidSwapError,
    ModelsLabError,
    ModelsLabUnavailableError,
    ResultNotCollectedError,
    SubmissionUnknownError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.trigger_event import write_event
from airflow_provider_modelslab.saving.records import DestinationRecords
from airflow_provider_modelslab.saving.store import Store
from airflow_provider_modelslab.task.submission_place import FOLDER
from tests.operators import BOTH, ending_once_refused, first_try, raising, swapper
from tests.support.deferring import run_task
from tests.support.standin import BRIEF

if TYPE_CHECKING:
    from pathlib import Path

    from tests.saving.buckets import S3Bucket
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks")


class Promises:
    """A logger that keeps what a task says of where its submission is kept."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.warning = self.error = self.debug = lambda *_, **__: None

    def info(self, text: str, *args: Any, **_: Any) -> None:
        if "is kept" in text:
            self.heard.append(text % args)


@pytest.fixture
def promises(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    log = Promises()
    monkeypatch.setattr(FaceSwapOperator, "log", log, raising=False)
    return log.heard


@pytest.fixture
def connected_folder(connected: StandIn, tmp_path: Path) -> Path:
    return tmp_path


def records_in(folder: Path) -> list[str]:
    return [path.name for path in (folder / FOLDER).glob("*")]


@pytest.mark.parametrize(
    ("choice", "there", "expected"),
    [
        ("auto", "airflow, destination", "in Airflow's task state store"),
        ("airflow", "airflow", "in Airflow's task state store"),
        ("auto", "destination", "in file:///"),
        ("destination", "airflow, destination", "in file:///"),
        ("auto", "", "nowhere: a worker that is killed now and tried again pays again; give a destination"),
        (
            "none",
            "airflow, destination",
            "nowhere, as submission_record='none' says: a worker that is killed",
        ),
    ],
)
def test_the_log_says_once_where_a_submission_is_kept(
    connected_folder: Path, promises: list[str], choice: Any, there: str, expected: str
) -> None:
    folder = connected_folder
    context = first_try(store="airflow" in there)
    destination = {"destination": str(folder)} if "destination" in there else {}
    run_task(swapper(submission_record=choice, **destination), context)
    assert len(promises) == 1
    assert promises[0].startswith(f"What is submitted is kept {expected}")
    assert bool(records_in(folder)) == ("file://" in expected)
    assert bool("airflow" in there and context["task_state_store"].kept) == ("Airflow's" in expected)


def test_airflow_is_not_asked_to_keep_what_it_cannot(connected: StandIn, tmp_path: Path) -> None:
    with pytest.raises(
        InvalidSwapError, match=r"from 3\.3 on. Nothing was submitted: choose 'auto'"
    ) as caught:
        run_task(swapper(submission_record="airflow", destination=str(tmp_path)), first_try(store=False))
    assert isinstance(caught.value, AirflowFailException)
    assert connected.stats()["requests"] == 0


@pytest.mark.parametrize(
    ("choice", "match"), [("destination", "needs a destination"), ("elsewhere", "one of .*'elsewhere'")]
)
def test_a_choice_that_cannot_be_is_refused_when_the_dag_is_parsed(choice: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        swapper(submission_record=choice)


@BOTH
def test_a_bucket_remembers_too(connected: StandIn, s3_bucket: S3Bucket, deferrable: bool) -> None:
    connected.configure(submit=BRIEF)
    task = swapper(destination=f"{s3_bucket.uri}/swaps/", deferrable=deferrable)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelsLabHook, "fetch", raising(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):  # as abrupt as an exception can be
            run_task(task, first_try(store=False))
    first, cleared = (run_task(task, first_try(store=False)) for _ in range(2))
    assert first == cleared
    assert len(connected.submits()) == 1
    assert [key.split("/")[1:3] for key in s3_bucket.sizes() if "submissions" in key] == [FOLDER.split("/")]


@pytest.mark.parametrize(
    "other", [{"run_id": "b_run"}, {"task_id": "b_task"}, {"dag_id": "x"}, {"map_index": 0}]
)
def test_tasks_that_share_a_destination_do_not_meet(
    connected: StandIn, tmp_path: Path, other: dict[str, Any]
) -> None:
    context, another = first_try(store=False), first_try(store=False)
    vars(another["ti"]).update(other)
    ids = {run_task(swapper(destination=str(tmp_path)), each)["id"] for each in (context, another)}
    assert len(ids) == len(connected.submits()) == len(records_in(tmp_path)) == 2


def test_results_that_are_deleted_are_had_again_while_their_links_last(
    connected: StandIn, tmp_path: Path
) -> None:
    task = swapper(destination=str(tmp_path))
    result = run_task(task, first_try(store=False))
    for path in (tmp_path / result["id"]).iterdir():
        path.unlink()
    assert run_task(task, first_try(store=False))["files"] == result["files"]
    assert len(connected.submits()) == 1


def test_who_removes_the_record_has_the_swap_made_anew(connected: StandIn, tmp_path: Path) -> None:
    run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    (tmp_path / FOLDER / records_in(tmp_path)[0]).unlink()
    run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    assert len(connected.submits()) == 2


def test_a_damaged_record_is_never_taken_for_none(connected: StandIn, tmp_path: Path) -> None:
    run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    (tmp_path / FOLDER / records_in(tmp_path)[0]).write_bytes(b"")
    with pytest.raises(SubmissionUnknownError, match="remove that file"):
        run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    assert len(connected.submits()) == 1


def test_a_record_that_cannot_be_read_just_now_is_left_to_retries(connected: StandIn, tmp_path: Path) -> None:
    (tmp_path / ".modelslab").write_text("in place of the folder")
    with pytest.raises(ModelsLabError, match="could not be read") as caught:
        run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    assert not isinstance(caught.value, AirflowFailException)
    assert connected.stats()["requests"] == 0


def test_what_an_older_release_deferred_has_no_record_and_no_retry_pays_for_it_again(
    connected: StandIn, tmp_path: Path
) -> None:
    request_id = str(connected.add_job())
    task = swapper(deferrable=True, destination=str(tmp_path))
    lost = write_event({request_id: Ending(EndingKind.UNAVAILABLE, "HTTP 502")})
    with pytest.raises(
        ResultNotCollectedError, match=rf"FaceSwapResultOperator\(request_id='{request_id}'\)"
    ):
        task.execute_complete(first_try(store=False), lost)  # type: ignore[arg-type]


def test_a_task_that_resumes_with_its_id_does_not_depend_on_a_damaged_record(
    connected: StandIn, tmp_path: Path
) -> None:
    request_id = str(connected.add_job())
    context = first_try(store=False)
    run_task(swapper(destination=str(tmp_path)), context)
    (tmp_path / FOLDER / records_in(tmp_path)[0]).write_bytes(b"")
    task = swapper(deferrable=True, destination=str(tmp_path))
    done = write_event({request_id: Ending(EndingKind.DONE, result=FaceSwapResult(request_id, ()))})
    assert task.execute_complete(context, done)["id"] == request_id  # type: ignore[arg-type]
    with pytest.raises(SubmissionUnknownError, match="remove that file"):
        task.resume_execution("__fail__", {"error": "Trigger timeout"}, context)  # type: ignore[arg-type]


@pytest.mark.usefixtures("short_slow_downs")
@BOTH
def test_a_full_queue_is_waited_for_where_one_may_write_and_not_delete(
    connected: StandIn, tmp_path: Path, deferrable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "remove", raising(PermissionError))
    connected.configure(queue_limit=1, retry_after=0.01)
    with ending_once_refused(connected):
        run_task(swapper(destination=str(tmp_path), deferrable=deferrable), first_try(store=False))
    assert len(connected.submits(accepted=True)) == 1


def test_a_task_that_resumes_remembers_in_its_destination(connected: StandIn, tmp_path: Path) -> None:
    connected.configure(submit=BRIEF)
    fault = connected.fault("fetch", payload="html_502", times="always")
    task = swapper(deferrable=True, destination=str(tmp_path))
    with pytest.raises(ModelsLabUnavailableError):  # left to retries, which go on with the same
        run_task(task, first_try(store=False))
    connected.remove_fault(fault)
    assert run_task(task, first_try(store=False))["status"] == "success"
    assert len(connected.submits()) == 1


def test_of_a_task_that_runs_twice_at_once_the_last_to_submit_is_remembered(
    connected: StandIn, tmp_path: Path
) -> None:
    """Airflow 2 may try a task again while a worker that it lost sight of is about to submit."""
    submit, others = ModelsLabHook.submit, []

    def overtaken(*args: Any) -> Any:
        if not others:
            others.append(None)
            others[0] = run_task(
                swapper(destination=str(tmp_path), on_unknown="submit"), first_try(store=False)
            )
        return submit(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelsLabHook, "submit", overtaken)
        first = run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    third = run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    assert third["id"] == first["id"] != others[0]["id"]
    assert len(connected.submits()) == 2


def test_a_store_that_fails_after_the_answer_does_not_lose_the_id(
    connected: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.configure(submit=BRIEF)
    write = DestinationRecords.set

    def failing(self: DestinationRecords, name: str, value: Any, **more: Any) -> None:
        if value["request_id"]:
            raise ModelsLabError("the bucket is away")
        write(self, name, value, **more)

    monkeypatch.setattr(DestinationRecords, "set", failing)
    connected.fault("fetch", payload="html_502", times="always")
    with pytest.raises(ResultNotCollectedError) as caught:
        run_task(swapper(destination=str(tmp_path)), first_try(store=False))
    assert caught.value.request_id == str(connected.submits()[0]["id"])
