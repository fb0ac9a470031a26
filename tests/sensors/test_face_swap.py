"""The sensor in poke mode and deferrable mode, against a real server."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import DAG, Asset, TaskDeferred

from airflow_provider_modelslab.exceptions import (
    FaceSwapFailedError,
    FaceSwapTimeoutError,
    InvalidConnectionError,
    InvalidKeyError,
    InvalidRequestIdError,
    ModelsLabUnavailableError,
)
from airflow_provider_modelslab.protocol.poll_intervals import Pace
from airflow_provider_modelslab.protocol.trigger_event import write_event
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.sensors import BOTH, sensor
from tests.support.deferring import Pushed, run_task
from tests.support.standin import BRIEF

if TYPE_CHECKING:
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_triggers")


@BOTH
def test_the_result_of_a_job_is_what_the_task_returns(connected: StandIn, deferrable: bool) -> None:
    job = connected.add_job(**BRIEF)
    result = run_task(sensor(job, deferrable=deferrable))
    assert result["id"] == str(job)
    assert result["output"] == connected.urls(job)
    assert set(result) == {"id", "status", "generationTime", "output", "proxy_links", "meta"}


@BOTH
def test_a_sequence_of_ids_gives_a_list_in_the_same_order(connected: StandIn, deferrable: bool) -> None:
    jobs = [connected.add_job(duration=seconds) for seconds in (0.06, 0, 0.03)]
    results = run_task(sensor([*jobs, jobs[0]], deferrable=deferrable))
    assert [result["id"] for result in results] == [str(job) for job in (*jobs, jobs[0])]


@BOTH
def test_a_sequence_of_one_gives_a_list_and_an_empty_one_an_empty_list(
    connected: StandIn,
    deferrable: bool,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len(run_task(sensor([connected.add_job()], deferrable=deferrable))) == 1
    with caplog.at_level(logging.INFO):
        assert run_task(sensor([], deferrable=deferrable)) == []
    said = capsys.readouterr().out or caplog.text
    assert said.count("request_id is an empty list") == 1


def test_a_job_that_is_done_never_defers(connected: StandIn) -> None:
    job = connected.add_job()
    assert sensor(job, deferrable=True).execute({})["id"] == str(job)
    assert connected.looks(job) == 1


def test_what_is_deferred_carries_the_deadline_the_eta_and_no_key(connected: StandIn) -> None:
    job = connected.add_job(duration=600, eta=7)
    before = time.time()
    with pytest.raises(TaskDeferred) as deferral:
        sensor(job, deferrable=True, timeout=timedelta(minutes=10), poke_interval=None).execute({})
    after = time.time()
    _, kwargs = deferral.value.trigger.serialize()
    assert before + 600 <= kwargs["deadline"] <= after + 600
    assert before + 7.5 <= kwargs["first_looks"][str(job)] <= after + 8.4
    assert connected.key not in repr(kwargs)
    assert deferral.value.timeout > timedelta(minutes=10)


def test_one_look_is_enough_to_defer_a_thousand(connected: StandIn) -> None:
    jobs = connected.add_jobs(1000, duration=600)
    with pytest.raises(TaskDeferred):
        sensor(jobs, deferrable=True).execute({})
    assert connected.stats()["fetch"] == 1


@pytest.mark.parametrize("count", [150, pytest.param(1000, marks=pytest.mark.thorough)])
def test_many_are_waited_for_and_collected_in_their_order(connected: StandIn, count: int) -> None:
    slow = count // 10
    jobs = [*connected.add_jobs(slow, duration=0.1, starts="first_look"), *connected.add_jobs(count - slow)]
    results = run_task(sensor(jobs, deferrable=True))
    assert [result["id"] for result in results] == list(map(str, jobs))
    assert [result["output"] for result in results[::slow]] == [connected.urls(job) for job in jobs[::slow]]


@BOTH
def test_a_failed_job_fails_the_task_at_once(connected: StandIn, deferrable: bool) -> None:
    job = connected.add_job(**BRIEF, ending="failed", message="No face detected")
    with pytest.raises(FaceSwapFailedError, match=f"{job}.*No face detected"):
        run_task(sensor(job, deferrable=deferrable))


@BOTH
def test_of_several_a_failed_one_is_named_at_the_end_and_the_others_results_are_kept(
    connected: StandIn, deferrable: bool
) -> None:
    good = connected.add_job(**BRIEF)
    bad = connected.add_job(ending="failed", message="No face detected")
    pushed = Pushed()
    with pytest.raises(FaceSwapFailedError, match=f"1 of 2 face swap requests .* {bad} "):
        run_task(sensor([good, bad], deferrable=deferrable), {"ti": pushed})
    (completed,) = pushed.xcoms["completed"]
    assert completed["id"] == str(good)


@BOTH
def test_an_id_that_is_given_twice_is_one_request(connected: StandIn, deferrable: bool) -> None:
    bad = connected.add_job(ending="failed")
    with pytest.raises(FaceSwapFailedError, match=f"^Face swap request {bad}: the job failed"):
        run_task(sensor([bad, bad], deferrable=deferrable))
    with pytest.raises(FaceSwapFailedError, match=f"1 of 2 face swap requests .* {bad} "):
        run_task(sensor([bad, connected.add_job(), bad], deferrable=deferrable))


def test_a_sensor_that_is_executed_again_begins_anew(connected: StandIn) -> None:
    job, context = connected.add_job(duration=60), {"ti": Pushed()}
    task = sensor(job, timeout=0.06, poke_interval=0.03)
    with pytest.raises(FaceSwapTimeoutError):
        task.execute(context)
    connected.fault("fetch", payload="html_502")  # is ridden out, until the deadline of this time
    with pytest.raises(FaceSwapTimeoutError):
        task.execute(context)
    assert connected.looks(job) < 10
    connected.finish(job)
    assert task.execute(context)["id"] == str(job)


@BOTH
def test_a_deadline_is_a_timeout_that_names_the_request(connected: StandIn, deferrable: bool) -> None:
    job = connected.add_job(duration=60)
    with pytest.raises(FaceSwapTimeoutError, match=f"request {job}: not complete at the deadline"):
        run_task(sensor(job, deferrable=deferrable, timeout=0.03))


@BOTH
def test_without_any_time_there_is_still_one_look(connected: StandIn, deferrable: bool) -> None:
    done, running = connected.add_job(), connected.add_job(duration=60)
    assert run_task(sensor(done, deferrable=deferrable, timeout=0))["id"] == str(done)
    with pytest.raises(FaceSwapTimeoutError, match=f"request {running}: not complete at the deadline"):
        run_task(sensor(running, deferrable=deferrable, timeout=0))
    assert connected.looks(running) == 1


@BOTH
def test_a_refused_key_fails_the_task_at_once(connected: StandIn, deferrable: bool) -> None:
    connected.rotate_key("a-key-that-nobody-told-us")
    with pytest.raises(InvalidKeyError, match="password field"):
        run_task(sensor(connected.add_job(), deferrable=deferrable))


@BOTH
@pytest.mark.usefixtures("hasty")
def test_an_api_out_of_reach_is_given_up_with_an_error_that_is_retried(
    connected: StandIn, deferrable: bool
) -> None:
    connected.fault("fetch", payload="html_502", times="always")
    with pytest.raises(ModelsLabUnavailableError, match="HTTP 502"):
        run_task(sensor(connected.add_job(), deferrable=deferrable))


@BOTH
@pytest.mark.usefixtures("hasty")
def test_trouble_that_passes_is_ridden_out(connected: StandIn, deferrable: bool) -> None:
    connected.fault("fetch", payload="html_502", times=4)
    job = connected.add_job()
    assert run_task(sensor(job, deferrable=deferrable))["id"] == str(job)


@BOTH
@pytest.mark.parametrize("bad", ["", "None", None, -5, "1/2", "1\n2", ["1", ""]])
def test_a_bad_id_is_refused_before_anything_is_sent(connected: StandIn, deferrable: bool, bad: Any) -> None:
    with pytest.raises(InvalidRequestIdError, match="request_id is not usable"):
        run_task(sensor(bad, deferrable=deferrable))
    assert connected.stats()["requests"] == 0


@BOTH
def test_a_connection_without_a_key_is_refused_before_the_wait(
    monkeypatch: pytest.MonkeyPatch, deferrable: bool
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", '{"conn_type": "modelslab"}')
    with pytest.raises(InvalidConnectionError, match="no key"):
        run_task(sensor(1, deferrable=deferrable))


def test_a_connection_that_only_the_triggerer_cannot_use_fails_the_task(connected: StandIn) -> None:
    event = write_event({}, error="it has no key")
    with pytest.raises(InvalidConnectionError, match="it has no key"):
        sensor(connected.add_job()).execute_complete({}, event)  # type: ignore[arg-type]


def test_airflow_s_own_end_of_a_deferral_is_a_timeout() -> None:
    for error in ("Trigger timeout", "Trigger/execution timeout"):
        with pytest.raises(FaceSwapTimeoutError, match="triggerer is running"):
            sensor(7).resume_execution("__fail__", {"error": error}, {})  # type: ignore[arg-type]


def test_without_a_poke_interval_the_provider_chooses_and_with_backoff_airflow_s_default_counts() -> None:
    assert FaceSwapResultSensor(task_id="a", request_id=1).pace == Pace(None)
    assert FaceSwapResultSensor(task_id="b", request_id=1, exponential_backoff=True).pace == Pace(60, True)
    assert FaceSwapResultSensor(task_id="c", request_id=1, poke_interval=7, max_wait=9).pace == Pace(
        7, False, 9
    )


def test_in_poke_mode_a_rate_limit_holds_back_the_next_look_but_not_past_the_deadline(
    connected: StandIn,
) -> None:
    connected.fault("fetch", payload="rate_limit")
    connected.fault("fetch", payload="rate_limit")
    connected.fault("fetch", payload="rate_limit")
    for elapsed, expected in (
        (0, pytest.approx(31.5, abs=1.5)),
        (95, pytest.approx(5, abs=0.1)),
        (101, 0),
    ):
        task = sensor(connected.add_job(), timeout=100)
        assert task.poke({}) is False  # type: ignore[arg-type]
        assert task._get_next_poke_interval(0, lambda at=elapsed: at, 1) == expected  # type: ignore[misc]


def test_reschedule_mode_spaces_its_looks_by_the_time_waited() -> None:
    def pause(elapsed: float) -> float:
        task = sensor(1, mode="reschedule", poke_interval=10, exponential_backoff=True, timeout=10_000)
        return task._get_next_poke_interval(0, lambda: elapsed, 1)

    assert pause(0) < 15
    assert pause(500) > 100


def test_in_reschedule_mode_two_looks_are_never_so_close_that_airflow_confuses_them() -> None:
    def pause(elapsed: float, **kwargs: Any) -> float:
        task = FaceSwapResultSensor(task_id="a", request_id=1, mode="reschedule", timeout=100, **kwargs)
        return task._get_next_poke_interval(0, lambda: elapsed, 1)

    assert pause(0) == 10
    assert pause(99) == 10
    assert pause(0, poke_interval=3) == pytest.approx(3, abs=0.4)
    assert pause(98, poke_interval=60) == 10


def end_task_of(request_id: Any, **kwargs: Any) -> str | None:
    with DAG("d", schedule=None), pytest.raises(TaskDeferred) as deferral:
        sensor(request_id, deferrable=True, **kwargs).execute({})  # type: ignore[arg-type]
    return deferral.value.trigger.end_task


def test_the_wait_can_end_in_the_triggerer_for_one_id_and_for_many(connected: StandIn) -> None:
    job = connected.add_job(duration=60)
    assert end_task_of(job) is None
    assert end_task_of(job, end_from_trigger=True) == "one"
    assert end_task_of([job], end_from_trigger=True) == "many"


def test_it_does_not_end_in_the_triggerer_where_that_would_lose_something(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = connected.add_job(duration=60)
    assert end_task_of(job, end_from_trigger=True, outlets=[Asset("s3://bucket/key")]) is None
    assert end_task_of(job, end_from_trigger=True, do_xcom_push=False) is None
    monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", "my_company.xcom.Backend")
    assert end_task_of(job, end_from_trigger=True) is None


def test_it_does_not_end_in_the_triggerer_where_tasks_are_mapped_over_the_result(connected: StandIn) -> None:
    with DAG("mapped", schedule=None):
        task = sensor([connected.add_job(duration=60)], deferrable=True, end_from_trigger=True)
        FaceSwapResultSensor.partial(task_id="each").expand(request_id=task.output)
    with pytest.raises(TaskDeferred) as deferral:
        task.execute({})  # type: ignore[arg-type]
    assert deferral.value.trigger.end_task is None


def test_arguments_are_checked_when_the_dag_is_parsed() -> None:
    with pytest.raises(Exception, match="poke_interval"):
        sensor(1, poke_interval=-1)
