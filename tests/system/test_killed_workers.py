"""Workers are killed where only the destination remembers, on every Airflow: no swap is paid for twice."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.running.workers import components
from tests.system.killing import TASK, Killing, dags

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.saving.buckets import S3Bucket
    from tests.support.running import AirflowHome, Run
    from tests.support.standin import StandIn

pytestmark = pytest.mark.airflow
# Airflow 3.0 fails a task whose process is killed, whatever its retries; then a person clears it.
IS_NOT_RETRIED = version("apache-airflow").startswith("3.0.")


def before_the_answer(stage: Killing, dag_id: str, destination: str, *, accepts: bool) -> Run:
    """Kill the worker while the call is on its way: nobody knows, until a person has looked."""
    stage.standin.fault("submit", accepts=accepts, hang=True)
    return killed(stage, stage.begin(dag_id, "submit", destination), "failed")


def before_the_call(stage: Killing, dag_id: str, destination: str) -> Run:
    """Nothing was queued, which a person finds out, and clears the task."""
    run = before_the_answer(stage, dag_id, destination, accepts=False)
    assert "may have been queued and paid for" in run.task_log(TASK)
    stage.standin.configure(submit={})
    stage.clear(run)
    return run


def after_the_call(stage: Killing, dag_id: str, destination: str) -> Run:
    """The answer is lost: no try pays again for itself."""
    return before_the_answer(stage, dag_id, destination, accepts=True)


def after_the_answer(stage: Killing, dag_id: str, destination: str) -> Run:
    """The id was kept, and the wait had not begun, or had in this process."""
    stage.standin.fault("fetch", hang=True)
    return killed(stage, stage.begin(dag_id, "fetch", destination, duration=5, eta=1), "success")


def while_saving(stage: Killing, dag_id: str, destination: str) -> Run:
    """After the wait, and so after the deferral; then a person clears the task that has succeeded."""
    stage.standin.fault("file", drip=100_000)
    job: dict[str, Any] = {"files": ["mp4:20000000"], "duration": 15}
    run = killed(stage, stage.begin(dag_id, "file", destination, **job), "success")
    files = run.xcom(TASK)["files"]
    stage.clear(run)
    assert run.xcom(TASK)["files"] == files
    return run


MOMENTS = {
    before_the_call: "success",
    after_the_call: "failed",
    after_the_answer: "success",
    while_saving: "success",
}


def killed(stage: Killing, run: Run, state: str) -> Run:
    """Kill the worker, let ModelsLab be well, and wait for the run to end so."""
    assert stage.kill_tasks() == 1
    stage.standin.clear_faults()
    stage.airflow.wait(run, 300)
    if IS_NOT_RETRIED:
        stage.clear(run)
    assert run.state == state, run.task_log(TASK)
    return run


def check(moment: Callable[[Killing, str, str], Run], stage: Killing, dag_id: str, destination: str) -> None:
    """Exactly one submission was accepted, and where the task ended well, its result is that of this one."""
    before = len(stage.standin.submits(accepted=True))
    run = moment(stage, dag_id, destination)
    accepted = stage.standin.submits(accepted=True)[before:]
    assert len(accepted) == 1, (moment.__name__, dag_id)
    assert run.state == MOMENTS[moment], run.task_log(TASK)
    if run.state == "success":
        assert run.xcom(TASK)["id"] == str(accepted[0]["id"])
        assert f"is kept in {destination}/.modelslab/submissions/{dag_id}_" in run.task_log(TASK)


@pytest.fixture
def home(airflow_home: AirflowHome, standin: StandIn) -> AirflowHome:
    return airflow_home.add_dag(dags(submission_record="destination")).connect(
        host=standin.url,
        password=standin.key,
        extra={"allow_private_downloads": True, "request_timeout": 300},
    )


@pytest.mark.smoke
def test_a_killed_worker_pays_for_nothing_twice(home: AirflowHome, standin: StandIn, tmp_path: Path) -> None:
    with components(home, timeout=240) as airflow:
        stage = Killing(airflow, standin)
        check(after_the_answer, stage, "waiting", f"file://{tmp_path}/swaps")


@pytest.mark.kills
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("store", ["local", "s3"])
def test_no_moment_is_so_bad_that_a_swap_is_paid_for_twice(
    home: AirflowHome, standin: StandIn, s3_bucket: S3Bucket, tmp_path: Path, store: str
) -> None:
    home.connect("saving_tests_s3", **json.loads(os.environ["AIRFLOW_CONN_SAVING_TESTS_S3"]))
    destination = f"file://{tmp_path}/swaps" if store == "local" else f"{s3_bucket.uri}/swaps"
    with components(home, timeout=240) as airflow:
        stage = Killing(airflow, standin)
        for dag_id in ("waiting", "deferring"):
            for moment in MOMENTS:
                check(moment, stage, dag_id, destination)
    assert standin.stats()["key_leaks"] == 0
