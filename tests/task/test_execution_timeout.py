"""A task's execution_timeout holds while it is deferred, and ends it as Airflow itself does in poke mode."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferred,
)

from airflow_provider_modelslab.client import retrying
from airflow_provider_modelslab.exceptions import (
    FaceSwapExecutionTimeoutError,
    FaceSwapTimeoutError,
    QueueFullError,
    ResultNotCollectedError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.task.execution_timeout import extend_execution_timeout
from tests.operators import first_try, raising, swapper
from tests.sensors import sensor
from tests.support.deferring import Pushed, run_task

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks")


def operator(request_id: Any, **kwargs: Any) -> FaceSwapResultOperator:
    return FaceSwapResultOperator(
        task_id="get", request_id=request_id, **{"poke_interval": 0.005, "timeout": 20, **kwargs}
    )


WAITING = pytest.mark.parametrize("make", [sensor, operator], ids=["sensor", "operator"])
SHORT = timedelta(seconds=0.05)


def begun(ago: float, **context: Any) -> dict[str, Any]:
    """The context of a task that began so many seconds ago."""
    ti = Pushed()
    ti.start_date = datetime.now(timezone.utc) - timedelta(seconds=ago)  # type: ignore[attr-defined]
    return {"ti": ti, **context}


def deferred(task: Any, context: Any) -> dict[str, Any]:
    with pytest.raises(TaskDeferred) as deferral:
        task.execute(context)
    kwargs: dict[str, Any] = deferral.value.trigger.serialize()[1]
    return kwargs


@WAITING
def test_the_sooner_of_timeout_and_what_execution_timeout_leaves_is_the_deadline(
    connected: StandIn, make: Any
) -> None:
    job, context = connected.add_job(duration=600), begun(ago=30)
    start = context["ti"].start_date.timestamp()
    long, short = timedelta(hours=1), timedelta(seconds=50)
    limited = deferred(make(job, deferrable=True, timeout=100, execution_timeout=short), context)
    assert limited["deadline"] == start + 50
    patient = deferred(make(job, deferrable=True, timeout=100, execution_timeout=long), context)
    assert patient["deadline"] == pytest.approx(time.time() + 100, abs=20)
    assert "execution_deadline" not in deferred(make(job, deferrable=True, timeout=100), context)


@WAITING
def test_a_deferred_task_ends_as_airflow_s_own_timeout_does(connected: StandIn, make: Any) -> None:
    job = connected.add_job(duration=60)
    with pytest.raises(FaceSwapExecutionTimeoutError, match=f"request {job}: .* execution_timeout") as caught:
        run_task(make(job, deferrable=True, execution_timeout=SHORT))
    assert isinstance(caught.value, AirflowTaskTimeout)
    assert not isinstance(caught.value, (AirflowFailException, AirflowSensorTimeout))


@WAITING
def test_a_timeout_that_is_sooner_stays_a_timeout(connected: StandIn, make: Any) -> None:
    job, long = connected.add_job(duration=60), timedelta(hours=1)
    with pytest.raises(FaceSwapTimeoutError, match=str(job)):
        run_task(make(job, deferrable=True, timeout=0.05, execution_timeout=long))


@pytest.mark.parametrize("deferrable", [False, True], ids=["poke", "deferrable"])
def test_the_sensor_says_the_same_in_each_mode_and_skips_alike(connected: StandIn, deferrable: bool) -> None:
    job = connected.add_job(duration=60)

    def end(**lenient: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            if not deferrable:  # as the alarm does that Airflow sets
                patch.setattr(ModelsLabHook, "fetch", raising(AirflowTaskTimeout))
            return run_task(sensor(job, deferrable=deferrable, execution_timeout=SHORT, **lenient))

    words = f"Face swap request {job}: not complete when the task's execution_timeout was over: "
    with pytest.raises(FaceSwapExecutionTimeoutError, match=f"^{words}"):
        end()
    for lenient in ("soft_fail", "never_fail"):
        with pytest.raises(AirflowSkipException, match=f"^Skipped as {lenient} asks for: {words}"):
            end(**{lenient: True})


def test_a_full_queue_ends_the_wait_for_room_too_and_nothing_is_submitted_then(connected: StandIn) -> None:
    connected.configure(queue_limit=0, retry_after=1)
    with pytest.raises(FaceSwapExecutionTimeoutError, match=r"no room .* Nothing was queued"):
        run_task(swapper(deferrable=True, execution_timeout=SHORT), first_try(store=True))
    tried = len(connected.submits())
    assert tried == 1
    with pytest.raises(FaceSwapExecutionTimeoutError) as caught:
        run_task(swapper(deferrable=False, execution_timeout=SHORT), first_try(store=True))
    assert caught.value.track_id == connected.submits()[-1]["track_id"]
    assert "queued requests" in str(caught.value.api_message)
    with pytest.raises(QueueFullError):
        run_task(swapper(deferrable=True, queue_timeout=0.05, execution_timeout=timedelta(hours=1)))


def test_the_wait_for_room_leaves_its_rest_to_the_wait_for_the_swap(connected: StandIn) -> None:
    connected.configure(queue_limit=0, retry_after=1, submit={"duration": 600})
    context = begun(ago=30)
    limit = timedelta(seconds=90)
    room = deferred(swapper(deferrable=True, timeout=1000, execution_timeout=limit), context)
    end = context["ti"].start_date.timestamp() + 90
    assert room["deadline"] == room["execution_deadline"] == end
    connected.configure(queue_limit=5)
    event = {"status": "room", **{name: room[name] for name in ("since", "deadline", "execution_deadline")}}
    context["ti"].start_date = datetime.now(timezone.utc)  # as some Airflows say when a task resumes
    task = swapper(deferrable=True, timeout=1000, execution_timeout=limit)
    with pytest.raises(TaskDeferred) as deferral:
        task.resume_execution("execute_with_room", {"event": event}, context)
    assert deferral.value.trigger.serialize()[1]["deadline"] == end


@pytest.mark.parametrize("store", [True, False], ids=["store", "no_store"])
def test_what_was_submitted_is_not_paid_for_again(connected: StandIn, store: bool) -> None:
    connected.configure(submit={"duration": 60})
    context = first_try(store)
    with pytest.raises(FaceSwapExecutionTimeoutError if store else ResultNotCollectedError):
        run_task(swapper(deferrable=True, execution_timeout=SHORT), context)
    if store:
        connected.finish(connected.submits()[0]["id"])
        assert run_task(swapper(deferrable=True, execution_timeout=SHORT), context)["status"] == "success"
        assert len(connected.submits()) == 1


def test_airflow_s_own_end_of_a_deferral_is_told_apart() -> None:
    fail = ("__fail__", {"error": "Trigger/execution timeout"})
    for ago, limit, error in ((1, 600, FaceSwapTimeoutError), (700, 600, FaceSwapExecutionTimeoutError)):
        task = operator(7, execution_timeout=timedelta(seconds=limit))
        with pytest.raises(error, match="triggerer is running"):
            task.resume_execution(*fail, begun(ago))
    with pytest.raises(FaceSwapExecutionTimeoutError):
        operator(7, timeout=600, execution_timeout=timedelta(seconds=600)).resume_execution(*fail, begun(1))


def test_on_airflow_2_a_task_that_resumes_too_late_has_a_minute_to_say_so() -> None:
    task = operator(7, execution_timeout=timedelta(seconds=20))
    context = begun(ago=100)
    context["ti"].next_method = "execute_complete"
    extend_execution_timeout(task, context)
    assert task.execution_timeout > timedelta(seconds=159)
    with pytest.raises(FaceSwapExecutionTimeoutError):
        task.resume_execution("__fail__", {"error": "Trigger/execution timeout"}, context)
    fresh = operator(7, execution_timeout=timedelta(seconds=20))
    extend_execution_timeout(fresh, {"ti": SimpleNamespace()})
    assert fresh.execution_timeout == timedelta(seconds=20)


@pytest.mark.parametrize("saving", [False, True], ids=["xcom", "files"])
def test_a_wait_on_the_worker_that_airflow_ends_says_for_what_and_keeps_what_is_there(
    connected: StandIn, tmp_path: Path, saving: bool
) -> None:
    ids = [connected.add_job(), connected.add_job(duration=60)]
    fetch = ModelsLabHook.fetch

    def fetch_until_the_alarm(hook: ModelsLabHook, request_id: Any) -> Any:
        if request_id == str(ids[1]) and connected.looks(ids[1]):
            raise AirflowTaskTimeout
        return fetch(hook, request_id)

    context, destination = begun(ago=0), str(tmp_path) if saving else None
    with pytest.MonkeyPatch.context() as patch:  # as the alarm does that Airflow sets
        patch.setattr(ModelsLabHook, "fetch", fetch_until_the_alarm)
        with pytest.raises(FaceSwapExecutionTimeoutError, match=f"1 of 2 .* {ids[1]} ") as caught:
            run_task(operator(ids, destination=destination, deferrable=False), context)
    assert caught.value.request_id == str(ids[1])
    assert [value["id"] for value in context["ti"].xcoms["completed"]] == [str(ids[0])]


def test_a_swap_that_airflow_ends_on_the_worker_names_its_id(connected: StandIn) -> None:
    connected.configure(submit={"duration": 60})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelsLabHook, "fetch", raising(AirflowTaskTimeout))
        with pytest.raises(FaceSwapExecutionTimeoutError) as caught:
            run_task(swapper(deferrable=False), first_try(store=True))
    assert caught.value.request_id == str(connected.submits()[0]["id"])


def test_the_wait_for_room_says_the_same_whether_airflow_s_alarm_or_the_deadline_is_first(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.configure(queue_limit=0, retry_after=1)
    monkeypatch.setattr(retrying.time, "sleep", raising(AirflowTaskTimeout))
    with pytest.raises(FaceSwapExecutionTimeoutError, match=r"no room .* Nothing was queued") as caught:
        run_task(swapper(deferrable=False), first_try(store=True))
    assert caught.value.track_id == connected.submits()[-1]["track_id"]


def test_trouble_that_airflow_s_alarm_ends_is_not_told_as_a_full_queue(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "retry_transient", raising(AirflowTaskTimeout))
    with pytest.raises(AirflowTaskTimeout) as caught:
        run_task(swapper(deferrable=False), first_try(store=True))
    assert not isinstance(caught.value, FaceSwapExecutionTimeoutError)
