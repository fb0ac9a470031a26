"""XCom stays small, and what the API found not safe for work is said."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_modelslab.exceptions import ExpiredUrlError, FaceSwapFailedError
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.protocol.xcom_size import LARGE
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger
from tests.operators import BOTH, clear, first_try, swapper
from tests.support.deferring import Pushed, first_event, run_task
from tests.support.standin import BRIEF

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks", "short_pauses")
INLINE = pytest.mark.parametrize("shape", ["data_uri", "base64"])
BIG = "mp4:60000"
Said = Callable[[str], list[str]]


def operator(request_id: Any, **kwargs: Any) -> FaceSwapResultOperator:
    return FaceSwapResultOperator(task_id="get", request_id=request_id, poke_interval=0.005, **kwargs)


def sensor(request_id: Any, **kwargs: Any) -> FaceSwapResultSensor:
    return FaceSwapResultSensor(
        task_id="wait", request_id=request_id, poke_interval=0.005, timeout=20, **kwargs
    )


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Said:
    """Return the lines of the log in which a word stands."""

    def lines(word: str) -> list[str]:
        texts = caplog.text, capsys.readouterr().out  # on Airflow 2.11 both have it
        found = ([line for line in text.splitlines() if word in line] for text in texts)
        return next(filter(None, found), [])

    return lines


@INLINE
@BOTH
def test_where_files_are_saved_none_goes_to_xcom_itself(
    connected: StandIn, tmp_path: Path, shape: str, deferrable: bool
) -> None:
    job = connected.add_job(**BRIEF, files=["mp4:60000", "jpg"], shape=shape)
    value = run_task(operator(job, destination=str(tmp_path), deferrable=deferrable))
    assert value["output"] == ["data:video/mp4;base64,…", "data:image/jpeg;base64,…"]
    assert value["proxy_links"] == connected.urls(job, "proxy")
    assert [each["sha256"] for each in value["files"]] == [connected.sha256(job, 0), connected.sha256(job, 1)]
    assert [each["uri"].rpartition("/")[2] for each in value["files"]] == ["output-1.mp4", "output-2.jpg"]
    assert len(json.dumps(value)) < LARGE


def test_the_alternates_in_xcom_carry_no_file_either(connected: StandIn, tmp_path: Path) -> None:
    job = connected.add_job()
    inline = connected.add_job(shape="data_uri")
    result = run_task(operator(inline))
    connected.world.jobs.get(job).proxy_links = result["output"]  # type: ignore[union-attr]
    value = run_task(operator(job, destination=str(tmp_path)))
    assert value["proxy_links"] == ["data:image/jpeg;base64,…"]


def test_a_large_entry_that_cannot_be_read_does_not_stay_where_its_alternate_was_saved(
    connected: StandIn, tmp_path: Path
) -> None:
    for entry in ("/" + "x" * LARGE, "BM" + "A" * LARGE, f"https://127.0.0.1:1/?{'x' * LARGE}"):
        job = connected.add_job()
        connected.world.jobs.get(job).output = [entry]  # type: ignore[union-attr]
        task = operator(job, destination=str(tmp_path))
        task.save_options = replace(task.save_options, url_patience=0.0)  # the proxy link is there at once
        value = run_task(task)
        assert value["output"] in (["(not a URL)"], ["https://127.0.0.1:1/"])
        assert [each["sha256"] for each in value["files"]] == [connected.sha256(job)]


@INLINE
def test_without_a_destination_a_large_value_is_passed_on_with_one_warning(
    connected: StandIn, said: Said, shape: str
) -> None:
    jobs = [connected.add_job(files=[BIG], shape=shape) for _ in range(2)]
    values = run_task(operator(jobs))
    assert all(len(value["output"][0]) > LARGE for value in values)
    (line,) = said(" KiB")
    assert "Give a destination" in line


def test_the_sensor_s_warning_names_the_operator_that_has_a_destination(
    connected: StandIn, said: Said
) -> None:
    run_task(sensor(connected.add_job(files=[BIG], shape="data_uri")))
    (line,) = said(" KiB")
    assert "FaceSwapResultOperator with a destination" in line


def test_a_task_that_does_not_wait_is_advised_to_let_another_save(connected: StandIn, said: Said) -> None:
    connected.configure(submit={"files": [BIG], "shape": "data_uri"})
    run_task(swapper(wait_for_completion=False))  # with which a destination is refused
    (line,) = said(" KiB")
    assert "to a FaceSwapResultOperator after this" in line


def test_a_small_picture_and_many_urls_are_no_matter(connected: StandIn, said: Said) -> None:
    many = [f"https://h/{number}.jpg" for number in range(5000)]
    run_task(operator([connected.add_job(shape="data_uri"), connected.add_job(output=many)]))
    assert said(" KiB") == []


def test_small_files_of_many_results_add_up(connected: StandIn, said: Said) -> None:
    run_task(operator([connected.add_job(files=["mp4:20000"], shape="data_uri") for _ in range(3)]))
    assert len(said(" KiB")) == 1


@pytest.mark.parametrize(("files", "ends_there"), [([BIG], False), (["jpg"], True)])
def test_a_large_file_does_not_go_into_the_event_that_ends_the_task(
    connected: StandIn, files: list[str], ends_there: bool
) -> None:
    job = connected.add_job(files=files, shape="data_uri")
    now = time.time()
    trigger = FaceSwapResultTrigger(
        request_ids=[str(job)],
        modelslab_conn_id="modelslab_default",
        started=now,
        deadline=now + 20,
        end_task="one",
    )
    event = asyncio.run(first_event(trigger))
    assert (type(event).__name__ == "TaskSuccessEvent") == ends_there
    if not ends_there:
        assert event.payload["done"] == [str(job)]
        assert len(json.dumps(event.payload)) < LARGE


def test_a_task_that_was_to_end_from_the_trigger_resumes_with_a_large_file(connected: StandIn) -> None:
    job = connected.add_job(**BRIEF, files=[BIG], shape="data_uri")
    with DAG("a_dag", schedule=None):
        value = run_task(sensor(job, deferrable=True, end_from_trigger=True))
    assert len(value["output"][0]) > LARGE


@BOTH
def test_what_was_found_not_safe_for_work_is_kept_and_named(
    connected: StandIn, tmp_path: Path, said: Said, deferrable: bool
) -> None:
    job = connected.add_job(**BRIEF, files=["jpg", "png"], nsfw=[False, True])
    value = run_task(operator(job, destination=str(tmp_path), deferrable=deferrable))
    assert value["nsfw_content_detected"] == [False, True]
    manifest = json.loads((tmp_path / str(job) / "manifest.json").read_text())
    assert manifest["nsfw_content_detected"] == [False, True]
    (line,) = said("safe for work")
    assert f"Request {job}, file 2 of 2 " in line
    assert f"file://{tmp_path}/{job}/{job}-1.png" in line
    assert "black" in line


def test_what_was_found_not_safe_for_work_is_named_by_its_url_where_it_is_not_saved(
    connected: StandIn, said: Said
) -> None:
    job = connected.add_job(nsfw=True, shape="signed")
    assert run_task(sensor(job))["nsfw_content_detected"] == [True]
    (line,) = said("safe for work")
    assert f"{connected.url}/files/{job}/{job}-0.jpg" in line
    assert "Signature" not in line


@pytest.mark.parametrize("nsfw", [None, [False], False])
def test_what_is_safe_for_work_is_no_matter(
    connected: StandIn, tmp_path: Path, said: Said, nsfw: Any
) -> None:
    job = connected.add_job(nsfw=nsfw)
    value = run_task(operator(job, destination=str(tmp_path), fail_on_nsfw=True))
    manifest = json.loads((tmp_path / str(job) / "manifest.json").read_text())
    expected = {} if nsfw is None else {"nsfw_content_detected": [False]}
    for kept in (value, manifest):
        assert {name: kept[name] for name in kept if name.startswith("nsfw")} == expected
    assert said("safe for work") == []


@BOTH
def test_it_is_a_failed_job_where_asked_for_and_the_others_are_kept(
    connected: StandIn, tmp_path: Path, deferrable: bool
) -> None:
    good, bad = connected.add_job(**BRIEF), connected.add_job(**BRIEF, nsfw=[True])
    context = {"ti": Pushed()}
    task = operator([bad, good], destination=str(tmp_path), fail_on_nsfw=True, deferrable=deferrable)
    with pytest.raises(FaceSwapFailedError, match=rf"{bad} .*not safe for work.*fail_on_nsfw"):
        run_task(task, context)
    assert [each["id"] for each in context["ti"].xcoms["completed"]] == [str(good)]
    assert [path.name for path in tmp_path.iterdir()] == [str(good)]


@BOTH
@pytest.mark.parametrize("waits", [True, False])
def test_a_swap_that_was_found_not_safe_for_work_fails_like_any_job(
    connected: StandIn, deferrable: bool, waits: bool
) -> None:
    connected.configure(submit={"nsfw": [True], **(BRIEF if waits else {})})
    context = first_try(store=True)
    task = swapper(fail_on_nsfw=True, deferrable=deferrable, wait_for_completion=waits)
    with pytest.raises(FaceSwapFailedError, match="not safe for work"):
        run_task(task, context)
    connected.configure(submit={})
    run_task(task, clear(context))
    assert len(connected.submits()) == 2


def test_a_swap_that_was_paid_for_is_not_forgotten_while_its_files_are_denied(
    connected: StandIn, tmp_path: Path
) -> None:
    context = first_try(store=True)
    connected.fault("file", status=403, times=3)
    assert run_task(swapper(destination=str(tmp_path)), context)["files"]
    assert len(connected.submits()) == 1


@pytest.mark.parametrize(
    ("of_output", "of_proxy", "submits"),
    [(403, 503, 1), (503, 410, 1), (403, 404, 1), (410, 204, 1), (403, 410, 2)],
)
def test_a_swap_is_submitted_anew_only_where_no_link_leaves_hope(
    connected: StandIn,
    tmp_path: Path,
    of_output: int,
    of_proxy: int,
    submits: int,
) -> None:
    context = first_try(store=True)
    connected.fault("file", status=of_output, times="always")
    connected.fault("proxy", status=of_proxy, times="always")
    task = swapper(destination=str(tmp_path))
    task.save_options = replace(task.save_options, url_patience=0.02)
    with pytest.raises(Exception, match="its proxy link") as caught:
        run_task(task, context)
    assert isinstance(caught.value, ExpiredUrlError) == (submits == 2)
    connected.clear_faults()
    assert run_task(task, clear(context))["files"]
    assert len(connected.submits()) == submits
