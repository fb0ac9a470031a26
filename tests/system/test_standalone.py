"""The main job in `airflow standalone`: real scheduler, triggerer, DAG processor, web server and workers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.support.running import Standalone

if TYPE_CHECKING:
    from tests.support.running import AirflowHome
    from tests.support.standin import StandIn

EXAMPLES = ROOT / "dags_examples"
pytestmark = pytest.mark.airflow

SENSORS = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

with DAG("sensors", schedule=None, render_template_as_native_obj=True) as dag:
    FaceSwapResultSensor(task_id="thousand", request_id="{{ dag_run.conf.thousand }}", deferrable=True)
    for name, arguments in {
        "poke": {},
        "reschedule": {"mode": "reschedule"},
        "deferrable": {"deferrable": True, "linger": 0},
    }.items():
        FaceSwapResultSensor(
            task_id=name, request_id="{{ dag_run.conf.job }}", timeout=300, **arguments
        )
        FaceSwapResultSensor(
            task_id=f"{name}_timeout", request_id="{{ dag_run.conf.slow }}", timeout=6, soft_fail=True,
            **arguments
        )
"""


@pytest.fixture
def home(airflow_home: AirflowHome, standin: StandIn) -> AirflowHome:
    airflow_home.add_dag(EXAMPLES / "wait_and_save.py").add_dag(SENSORS, "sensors.py")
    return airflow_home.connect(
        host=standin.url, password=standin.key, extra={"allow_private_downloads": True}
    )


def everything_airflow_keeps(home: AirflowHome) -> str:
    """The whole database and all logs as one text."""
    with closing(sqlite3.connect(home.path / "airflow.db")) as database:
        dump = "\n".join(database.iterdump())
    return dump + "".join(path.read_text(errors="replace") for path in home.path.rglob("*.log*"))


@pytest.mark.timeout(600)
def test_waits_defer_files_are_saved_byte_for_byte_and_the_key_is_kept_nowhere(
    home: AirflowHome, standin: StandIn, tmp_path: Path
) -> None:
    job = standin.add_job(duration=20, eta="exact", starts="first_look", files=["jpg", "mp4:3000000"])
    failing = standin.add_job(duration=8, starts="first_look", ending="failed", message="No face detected")
    watched = standin.add_job(duration=12, starts="first_look")
    slow = standin.add_job(duration=6000)
    thousand = standin.add_jobs(1000, duration=15, starts="first_look")
    destination = f"file://{tmp_path}/swaps"
    with Standalone(home, timeout=180) as airflow:
        dag = "modelslab_wait_and_save"
        good = airflow.trigger(dag, {"request_id": str(job), "destination": destination})
        bad = airflow.trigger(dag, {"request_id": str(failing), "destination": destination})
        modes = airflow.trigger("sensors", {"job": watched, "slow": slow, "thousand": thousand})
        for run in (good, bad, modes):
            airflow.wait(run, timeout=180)

    assert good.state == "success", good.task_log("save_face_swap")
    assert good.was_deferred("save_face_swap")
    folder = tmp_path / "swaps" / str(job)
    more = ("manifest.json", f"{job}-0.thumbnail.jpeg", f"{job}-1.thumbnail.jpeg")
    assert all((folder / name).is_file() for name in more)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in more} == {
        f"{job}-0.jpg": standin.content(job, 0),
        f"{job}-1.mp4": standin.content(job, 1),
    }
    assert len(good.xcom("save_face_swap")["files"]) == 2

    assert bad.state == "failed"
    assert f"request {failing}: the job failed: No face detected" in bad.task_log("save_face_swap")

    expected = {"poke": "success", "reschedule": "success", "deferrable": "success"}
    timeouts = {f"{mode}_timeout": "skipped" for mode in expected}
    assert modes.task_states() == {**expected, **timeouts, "thousand": "success"}
    assert {modes.xcom(mode)["id"] for mode in expected} == {str(watched)}
    assert modes.was_deferred("thousand")
    assert [result["id"] for result in modes.xcom("thousand")] == list(map(str, thousand))

    assert standin.key not in everything_airflow_keeps(home)
    assert standin.stats()["key_leaks"] == 0
