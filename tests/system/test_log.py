"""What a task says in its log, in every way to wait."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.task.rescheduling import AirflowRescheduleException
from tests.operators import first_try, swapper
from tests.sensors import AIRFLOW_3, BOTH, Rescheduled, sensor
from tests.support.deferring import run_task
from tests.support.standin import BRIEF

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks")


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """Give what was said since the last call of how requests stand."""
    caplog.set_level("INFO")

    def since_then() -> list[str]:
        printed, logged = capsys.readouterr().out, caplog.text
        caplog.clear()
        text = logged if version("apache-airflow") < "3" else printed  # the former has both
        text = re.sub(r"after (\d+) s", lambda found: f"after {int(found[1]) // 60} min", text)
        return re.findall(r"(?:Request |\d+ of |\d+ requests).*?(?:\)|held)\.", text)

    return since_then


def operator(request_id: Any, **kwargs: Any) -> FaceSwapResultOperator:
    return FaceSwapResultOperator(
        task_id="get", request_id=request_id, **{"poke_interval": 0.02, "timeout": 20, **kwargs}
    )


@BOTH
@pytest.mark.parametrize("make", [sensor, operator], ids=["sensor", "operator"])
def test_a_job_that_is_done_at_the_first_look_logs_one_line(
    connected: StandIn, make: Any, deferrable: bool, said: Any
) -> None:
    job = connected.add_job()
    run_task(make(job, deferrable=deferrable))
    assert said() == [f"Request {job}: complete (after 0 min)."]
    connected.configure(submit={})
    swap = run_task(swapper(deferrable=deferrable), first_try(True))
    assert said() == [f"Request {swap['id']}: complete (after 0 min)."]


@AIRFLOW_3
def test_reschedule_mode_tells_the_time_since_its_first_look(connected: StandIn, said: Any) -> None:
    job = connected.add_job(duration=600)
    for ago, time in ((None, 0), (630, 10)):
        with pytest.raises(AirflowRescheduleException):
            run_task(sensor(job, mode="reschedule", timeout=1000), {"ti": Rescheduled(ago)})
        assert said() == [f"Request {job}: processing (after {time} min)."]
    connected.finish(job)
    run_task(sensor(job, mode="reschedule", timeout=1000), {"ti": Rescheduled(930)})
    assert said() == [f"Request {job}: complete (after 15 min)."]


def list_of(connected: StandIn) -> tuple[list[Any], str]:
    """Ids of which the first two are done, and what is to be said of them."""
    jobs = [connected.add_job(), connected.add_job(), *connected.add_jobs(3, duration=600)]
    return jobs, f"2 of 5 complete; request {jobs[2]}: processing"


@pytest.mark.parametrize("make", [sensor, operator], ids=["sensor", "operator"])
def test_a_list_says_how_many_are_complete_as_it_defers(connected: StandIn, make: Any, said: Any) -> None:
    jobs, words = list_of(connected)
    with pytest.raises(TaskDeferred):
        make(jobs, deferrable=True).execute({})
    assert said() == [f"{words}. Deferring; no worker is held."]


@AIRFLOW_3
def test_a_list_says_so_in_reschedule_mode(connected: StandIn, said: Any) -> None:
    jobs, words = list_of(connected)
    with pytest.raises(AirflowRescheduleException):
        run_task(sensor(jobs, mode="reschedule"), {"ti": Rescheduled(10)})
    assert said() == [f"{words} (after 0 min)."]


@pytest.mark.parametrize("make", [sensor, operator], ids=["sensor", "operator"])
def test_a_list_says_so_on_the_worker_and_ends_with_all(connected: StandIn, make: Any, said: Any) -> None:
    jobs = [connected.add_job(), *connected.add_jobs(4, **BRIEF)]
    run_task(make(jobs, poke_interval=0.02))
    lines = said()
    assert f"1 of 5 complete; request {jobs[1]}: processing (after 0 min)." in lines
    assert lines[-1].startswith("5 of 5 complete (after ")
    assert len(lines) <= 3


def test_a_list_that_is_saved_as_it_comes_is_told_in_counts(
    connected: StandIn, tmp_path: Any, said: Any
) -> None:
    run_task(operator(connected.add_jobs(5, duration=0.03), destination=str(tmp_path)))
    (last,) = said()
    assert last.startswith("5 requests: 5 done (after ")
