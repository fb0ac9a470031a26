"""The example whose files start other DAGs: it is the scheduler that starts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.running import Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Standalone
    from tests.support.standin import StandIn

SAVES = "modelslab_save_for_others"
READS = "modelslab_read_what_was_saved"
LOOKS = "modelslab_look_at_each_picture"


@pytest.mark.airflow
def test_what_is_saved_starts_the_dags_that_read_it_and_tells_them_the_files(
    airflow: Standalone, standin: StandIn, tmp_path: Path
) -> None:
    job = standin.add_job(duration=3, starts="first_look", files=["jpg", "png"])
    for dag_id in (READS, LOOKS):
        airflow.wait_for(lambda dag_id=dag_id: airflow.api.knows(dag_id), 60, f"{dag_id} to be read")
    saves = airflow.trigger(SAVES, {"request_id": str(job), "destination": f"file://{tmp_path}/swaps"})
    airflow.wait(saves, timeout=180)
    reads, looks = (started(airflow, dag_id) for dag_id in (READS, LOOKS))

    saved = saves.xcom("save_face_swap")["files"]
    assert len(saved) == 2
    assert reads.xcom("list_files") == [file["uri"] for file in saved]
    assert looks.xcom("list_checksums") == sorted(file["sha256"] for file in saved)


def started(airflow: Standalone, dag_id: str) -> Run:
    """The run of a DAG that was started by an event, at its end."""
    path = airflow.home.path
    airflow.wait_for(lambda: Run.newest(path, dag_id), 120, f"a run of {dag_id}")
    run = Run.newest(path, dag_id)
    assert run
    return airflow.wait(run)
