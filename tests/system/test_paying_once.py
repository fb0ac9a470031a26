"""Workers of a real Airflow are killed at the bad moments of a submission, and no swap is paid for twice."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.running import Components
from tests.system.killing import Killing, dags

if TYPE_CHECKING:
    from tests.support.running import AirflowHome
    from tests.support.standin import StandIn

AIRFLOW = tuple(int(part) for part in version("apache-airflow").split(".")[:2])
pytestmark = [
    pytest.mark.airflow,
    pytest.mark.skipif(AIRFLOW < (3, 3), reason="Airflow keeps the state of a task from 3.3 on"),
]


@pytest.mark.timeout(600)
def test_killed_workers_pay_for_nothing_twice(
    airflow_home: AirflowHome, standin: StandIn, tmp_path: Path
) -> None:
    airflow_home.add_dag(dags()).connect(
        host=standin.url,
        password=standin.key,
        extra={"allow_private_downloads": True, "request_timeout": 300},
    )
    with Components(airflow_home, timeout=240) as airflow:
        stage = Killing(airflow, standin)
        folder = str(tmp_path / "swaps")

        standin.fault("submit", accepts=True, hang=True)
        lost = stage.begin("waiting", "submit", folder)
        standin.fault("fetch", hang=True)
        undeferred = stage.begin("deferring", "fetch", folder, duration=20, eta=2)
        waiting = stage.begin("waiting", "fetch", folder, duration=6000)
        standin.fault("file", drip=100_000)
        saving = stage.begin("deferring", "file", folder, files=["mp4:20000000"])
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
