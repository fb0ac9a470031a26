"""What may be done before a trigger could see it is waited for by the worker, and everything else defers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowTaskTimeout, TaskDeferred

from airflow_provider_modelslab.exceptions import (
    FaceSwapExecutionTimeoutError,
    FaceSwapFailedError,
    FaceSwapTimeoutError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.protocol import poll_intervals
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.operators import VIDEO, first_try, swapper
from tests.support.deferring import Pushed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin import StandIn

SOON: dict[str, Any] = {"duration": 0.02, "starts": "first_look"}
WAITING = pytest.mark.parametrize("cls", [FaceSwapResultSensor, FaceSwapResultOperator])


@pytest.fixture(autouse=True)
def brisk(prompt_tasks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker linger, and look often meanwhile."""
    monkeypatch.setattr(poll_intervals, "LINGER", 5.0)
    monkeypatch.setattr(poll_intervals, "SHORTEST", 0.01)


def execute(cls: Any, request_id: Any, **kwargs: Any) -> Any:
    return cls(task_id="wait", request_id=request_id, deferrable=True, **kwargs).execute({"ti": Pushed()})


def defers(run: Callable[[], Any]) -> bool:
    try:
        run()
    except TaskDeferred:
        return True
    return False


@WAITING
def test_a_job_that_takes_some_seconds_never_defers(connected: StandIn, cls: Any) -> None:
    job = connected.add_job(**SOON)
    assert execute(cls, job)["output"] == connected.urls(job)
    assert connected.looks(job) > 1


@WAITING
def test_nor_do_several_that_end_one_after_the_other(connected: StandIn, cls: Any) -> None:
    jobs = [connected.add_job(duration=seconds, starts="first_look") for seconds in (0.02, 0.0, 0.02)]
    assert [result["id"] for result in execute(cls, jobs)] == list(map(str, jobs))


@pytest.mark.parametrize("eta", ["none", 605])
def test_a_picture_of_some_seconds_never_defers_whatever_its_eta(connected: StandIn, eta: Any) -> None:
    connected.configure(submit={"duration": 0.02, "eta": eta})
    result = swapper(deferrable=True).execute(first_try(True))  # type: ignore[arg-type]
    assert result["output"] == connected.urls(result["id"])


def test_a_job_that_promises_to_take_longer_defers_at_once(connected: StandIn) -> None:
    job = connected.add_job(duration=60, eta="exact")
    assert defers(lambda: execute(FaceSwapResultSensor, job))
    assert connected.looks(job) == 1
    connected.configure(submit={"duration": 60, "eta": "exact"})
    assert defers(lambda: swapper(video=VIDEO, deferrable=True).execute(first_try(True)))  # type: ignore[arg-type]
    assert connected.stats()["fetch"] == 1


@WAITING
@pytest.mark.parametrize("arguments", [{"linger": 0}, {"linger": timedelta(0)}, {"poke_interval": 60}])
def test_who_does_not_want_to_linger_or_to_look_meanwhile_defers_at_once(
    connected: StandIn, cls: Any, arguments: Any
) -> None:
    job = connected.add_job(**SOON)
    assert defers(lambda: execute(cls, job, **arguments))
    assert connected.looks(job) == 1


@WAITING
def test_a_job_that_is_not_done_by_then_defers(connected: StandIn, cls: Any) -> None:
    job = connected.add_job(duration=60)
    assert defers(lambda: execute(cls, job, linger=0.15))
    assert connected.looks(job) > 1


@WAITING
def test_who_is_asked_to_slow_down_leaves_it_to_the_triggerer(connected: StandIn, cls: Any) -> None:
    connected.fault("fetch", payload="rate_limit", times=1, skip=1)
    job = connected.add_job(duration=600)
    assert defers(lambda: execute(cls, job, linger=60))
    assert connected.looks(job) == 2


@WAITING
def test_trouble_that_passes_is_ridden_out(connected: StandIn, cls: Any) -> None:
    connected.fault("fetch", payload="html_502", times=2, skip=1)
    job = connected.add_job(**SOON)
    assert execute(cls, job)["id"] == str(job)


@WAITING
def test_a_job_that_fails_meanwhile_fails_the_task(connected: StandIn, cls: Any) -> None:
    job = connected.add_job(**SOON, ending="failed")
    with pytest.raises(FaceSwapFailedError, match=str(job)):
        execute(cls, job)


@WAITING
def test_a_timeout_that_is_sooner_ends_the_wait_on_the_worker(connected: StandIn, cls: Any) -> None:
    job = connected.add_job(duration=60)
    with pytest.raises(FaceSwapTimeoutError, match=f"request {job}: not complete at the deadline: proc"):
        execute(cls, job, timeout=0.05)


@WAITING
def test_an_execution_timeout_meanwhile_says_what_was_waited_for(
    connected: StandIn, cls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = connected.add_job(duration=60)
    fetch = ModelsLabHook.fetch

    def until_the_alarm_rings(hook: ModelsLabHook, request_id: str) -> Any:
        if connected.looks(job) > 1:
            raise AirflowTaskTimeout
        return fetch(hook, request_id)

    monkeypatch.setattr(ModelsLabHook, "fetch", until_the_alarm_rings)
    with pytest.raises(FaceSwapExecutionTimeoutError, match=f"request {job}: .* execution_timeout"):
        execute(cls, job)


def test_with_silent_fail_a_look_that_breaks_is_waited_out_too(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, fetch, broken = connected.add_job(**SOON), ModelsLabHook.fetch, [OSError("no database")]

    def breaking_once(hook: ModelsLabHook, request_id: str) -> Any:
        if connected.looks(job) and broken:
            raise broken.pop()
        return fetch(hook, request_id)

    monkeypatch.setattr(ModelsLabHook, "fetch", breaking_once)
    assert execute(FaceSwapResultSensor, job, silent_fail=True)["id"] == str(job)


@WAITING
def test_what_is_no_time_is_refused_when_the_dag_is_parsed(cls: Any) -> None:
    with pytest.raises(ValueError, match="linger"):
        cls(task_id="wait", request_id=1, linger=-1)
