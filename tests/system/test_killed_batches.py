"""A batch whose worker, triggerer and API server are killed at random moments: each swap is paid for once."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.saved import picture
from tests.support.running.workers import components
from tests.system.killing import Killing

if TYPE_CHECKING:
    from tests.support.running import AirflowHome, Run
    from tests.support.standin import StandIn

pytestmark = [pytest.mark.airflow, pytest.mark.kills]
PICTURES, ROOM = 300, 30
DAG = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator

with DAG("catalogue", schedule=None, default_args={"retries": 20, "retry_delay": 1}):
    FaceSwapBatchOperator(
        task_id="swap",
        face="{{ dag_run.conf.folder }}/face.jpg",
        images="{{ dag_run.conf.folder }}/pictures",
        destination="{{ dag_run.conf.folder }}/out",
        deferrable=True,
    )
"""


@pytest.fixture
def home(airflow_home: AirflowHome, standin: StandIn) -> AirflowHome:
    return airflow_home.add_dag(DAG).connect(
        host=standin.url, password=standin.key, extra={"allow_private_downloads": True}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "face.jpg").write_bytes(picture(seed="face"))
    for number in range(PICTURES):
        (tmp_path / "pictures" / f"{number:03}.jpg").write_bytes(picture(seed=str(number)))
    return tmp_path


class Batch:
    """A batch that runs in a real Airflow.

    :param stage: what kills its tasks
    :param folder: where its pictures, and its destination, are
    """

    def __init__(self, stage: Killing, folder: Path) -> None:
        self.stage, self.out = stage, folder / "out"
        self.run: Run = stage.airflow.trigger("catalogue", {"folder": f"file://{folder}"})

    def wait_for_submits(self, count: int) -> None:
        """Wait until so many more are accepted, or the run has ended."""
        wanted = self.accepted + count
        self.wait(lambda: self.accepted >= wanted or self.run.finished, f"{wanted} submissions")

    def wait(self, until: Any, what: str) -> None:
        self.stage.airflow.wait(self.run, 300, until, what)

    @property
    def accepted(self) -> int:
        return len(self.stage.standin.submits(accepted=True))

    def is_deferred(self) -> bool:
        return "deferred" in self.run.task_states().values()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "batch.jsonl").read_text().splitlines()]

    def tell_what_became_of_the_unknown(self) -> None:
        """Look into the account as a person does, and write into the records what is there."""
        ids = {str(each["track_id"]): each["id"] for each in self.stage.standin.submits(accepted=True)}
        for line in self.lines():
            if line["state"] != "unknown":
                continue
            record = Path(line["record"].removeprefix("file://"))
            if request_id := ids.get(str(line["track_id"])):
                kept = json.loads(record.read_text())
                kept["value"].update({"state": "queued", "request_id": str(request_id)})
                record.write_text(json.dumps(kept))
            else:
                record.unlink()


def kill_at_random(batch: Batch) -> None:
    """Kill the triggerer while the batch is deferred, then the worker and the API server now and then."""
    airflow, chance = batch.stage.airflow, random.Random(7)
    batch.wait(batch.is_deferred, "its deferral")
    airflow.kill_one("triggerer")
    batch.stage.standin.configure(submit={"duration": 1.0})
    airflow.start_one("triggerer")
    for _ in range(3):
        batch.wait_for_submits(chance.randint(20, 50))
        time.sleep(chance.random())
        batch.stage.kill_tasks()
    if "api-server" in airflow.kinds:
        batch.wait_for_submits(10)
        airflow.kill_one("api-server")
        time.sleep(3)
        airflow.start_one("api-server")
    batch.wait(lambda: batch.run.finished, "its end")


@pytest.mark.timeout(900)
def test_killed_at_random_moments_each_swap_is_paid_for_once(
    home: AirflowHome, standin: StandIn, folder: Path
) -> None:
    standin.configure(queue_limit=ROOM, submit={"duration": 45, "eta": "exact"})
    with components(home, timeout=240) as airflow:
        batch = Batch(stage := Killing(airflow, standin), folder)
        kill_at_random(batch)
        if batch.run.state == "failed":  # a call was on its way to the API when its worker was killed
            batch.tell_what_became_of_the_unknown()
            stage.clear(batch.run)

    assert batch.run.state == "success", batch.run.task_log("swap")[-5000:]
    assert batch.accepted == PICTURES
    assert [line["state"] for line in batch.lines()] == ["saved"] * PICTURES
    for line in batch.lines():
        (file,) = line["files"]
        assert Path(file.removeprefix("file://")).read_bytes() == standin.content(int(line["id"]), 0)
    for item in batch.out.iterdir():
        if item.is_dir():
            kinds = sorted(path.name.rpartition(".")[2] for path in item.iterdir())
            assert kinds == ["done", "jpg", "json"], list(item.iterdir())
    assert standin.stats()["key_leaks"] == 0
