"""Workers of a real Airflow are killed at the bad moments of a submission, and no swap is paid for twice."""

from __future__ import annotations

import signal
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil
import pytest

from tests.support.running import Components

if TYPE_CHECKING:
    from tests.support.running import AirflowHome, Run
    from tests.support.standin import StandIn

AIRFLOW = tuple(int(part) for part in version("apache-airflow").split(".")[:2])
pytestmark = [
    pytest.mark.airflow,
    pytest.mark.skipif(AIRFLOW < (3, 3), reason="Airflow keeps the state of a task from 3.3 on"),
]
DAGS = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator

for mode, deferrable in {"waiting": False, "deferring": True}.items():
    with DAG(mode, schedule=None, default_args={"retries": 3, "retry_delay": 1}):
        FaceSwapOperator(
            task_id="swap",
            face="https://example.com/face.jpg",
            image="https://example.com/group.jpg",
            destination="{{ dag_run.conf.destination }}",
            deferrable=deferrable,
            timeout=600,
        )
"""


class Stage:
    """Runs of the DAGs, each brought to its bad moment."""

    def __init__(self, airflow: Components, standin: StandIn, folder: Path) -> None:
        self.airflow, self.standin, self.folder = airflow, standin, folder

    def begin(self, dag_id: str, counter: str, **job: Any) -> Run:
        """Begin a run whose swap makes such a job; come back when the stand-in was asked for something."""
        self.standin.configure(submit=job)
        before = self.standin.stats()[counter]
        run = self.airflow.trigger(dag_id, {"destination": str(self.folder)})
        self.airflow.wait(run, 90, lambda: self.standin.stats()[counter] > before, f"its {counter}")
        return run

    def kill_tasks(self) -> int:
        """Kill the processes that talk to the stand-in, as the kernel does when memory runs out."""
        port, killed = urlsplit(self.standin.url).port, 0
        for each in psutil.Process(self.airflow.processes["scheduler"].pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if any(link.raddr and link.raddr.port == port for link in each.net_connections()):
                    each.send_signal(signal.SIGKILL)
                    killed += 1
        return killed

    def clear(self, run: Run) -> None:
        """Clear the task, as a person does."""
        body = {"dry_run": False, "dag_run_id": run.run_id, "task_ids": ["swap"], "only_failed": False}
        self.airflow.api.call("POST", f"/api/v2/dags/{run.dag_id}/clearTaskInstances", body)
        self.airflow.wait_for(lambda: not run.finished, 60, "the run to begin again")
        self.airflow.wait(run, 120)


@pytest.mark.timeout(600)
def test_killed_workers_pay_for_nothing_twice(
    airflow_home: AirflowHome, standin: StandIn, tmp_path: Path
) -> None:
    airflow_home.add_dag(DAGS).connect(
        host=standin.url,
        password=standin.key,
        extra={"allow_private_downloads": True, "request_timeout": 300},
    )
    with Components(airflow_home, timeout=240) as airflow:
        stage = Stage(airflow, standin, tmp_path / "swaps")

        standin.fault("submit", accepts=True, hang=True)
        lost = stage.begin("waiting", "submit")
        standin.fault("fetch", hang=True)
        undeferred = stage.begin("deferring", "fetch", duration=20, eta=2)
        waiting = stage.begin("waiting", "fetch", duration=6000)
        standin.fault("file", drip=100_000)
        saving = stage.begin("deferring", "file", files=["mp4:20000000"])
        ids = [str(each["id"]) for each in standin.submits()]
        assert stage.kill_tasks() == 4

        standin.clear_faults()
        standin.finish(ids[2])
        for run in (lost, undeferred, waiting, saving):
            airflow.wait(run, 180)
        assert [run.state for run in (lost, undeferred, waiting, saving)] == ["failed", *["success"] * 3]
        assert "may have been queued and paid for" in lost.task_log("swap")
        assert [run.xcom("swap")["id"] for run in (undeferred, waiting, saving)] == ids[1:]
        assert len(standin.submits()) == 4

        stage.clear(saving)
        assert saving.xcom("swap")["id"] == ids[3]
        assert len(standin.submits()) == 4

        standin.configure(submit={})
        stage.clear(lost)
        assert lost.state == "success"
        assert len(standin.submits()) == 5
    clip = tmp_path / "swaps" / ids[3] / f"{ids[3]}-0.mp4"
    assert clip.read_bytes() == standin.content(ids[3])
    assert standin.stats()["key_leaks"] == 0
