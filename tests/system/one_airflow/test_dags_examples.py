"""Every example DAG runs to success in a real Airflow, with the stand-in as the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT
from tests.support import hitl
from tests.support.standin import Media

if TYPE_CHECKING:
    from tests.support.running import AirflowHome, Run, Standalone
    from tests.support.standin import StandIn

EXAMPLES = {path.stem: path.read_text() for path in (ROOT / "dags_examples").glob("*.py")}
DAGS = EXAMPLES if hitl.HAS_HITL else {name: EXAMPLES[name] for name in EXAMPLES.keys() - hitl.EXAMPLES}
pytestmark = pytest.mark.airflow


def run_example(airflow: Standalone, dag_id: str, **conf: Any) -> Run:
    run = airflow.wait(airflow.trigger(dag_id, conf))
    assert run.state == "success", run.task_states()
    return run


def test_the_tests_below_cover_every_example() -> None:
    elsewhere = hitl.EXAMPLES | {"save_for_others"}  # which takes a scheduler: test_save_for_others
    assert set(EXAMPLES) - elsewhere == {
        "around_with_taskflow",
        "many_at_once",
        "swap_and_publish",
        "swap_and_save",
        "swap_batch",
        "swap_catalogue",
        "wait_and_pass_on",
        "wait_and_save",
    }


def test_wait_and_pass_on(airflow: Standalone, standin: StandIn) -> None:
    job = standin.add_job(duration=14, eta="exact", starts="first_look")
    run = run_example(airflow, "modelslab_wait_and_pass_on", request_id=str(job))
    assert run.xcom("wait_for_face_swap")["output"] == standin.urls(job)
    assert run.xcom("show_links") == standin.urls(job)
    assert run.was_deferred("wait_for_face_swap")


@pytest.mark.smoke
def test_wait_and_save_by_dags_test(airflow_home: AirflowHome, standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(duration=14, eta="exact", starts="first_look", files=["jpg", "mp4:200000"])
    destination = f"file://{tmp_path}/swaps"
    airflow_home.add_dag(EXAMPLES["wait_and_save"]).connect(
        host=standin.url, password=standin.key, extra={"allow_private_downloads": True}
    )
    run = airflow_home.run_dag_test(
        "modelslab_wait_and_save", {"request_id": str(job), "destination": destination}
    )
    assert run.state == "success", run.output
    saved = run.xcom("save_face_swap")["files"]
    contents = [Path(entry["uri"].removeprefix("file://")).read_bytes() for entry in saved]
    assert contents == [standin.content(job, 0), standin.content(job, 1)]
    assert run.was_deferred("save_face_swap")
    # `airflow dags test` of 3.0 logs, at DEBUG, the message by which a task asks for a secret to be masked.
    said = [line for line in run.output.splitlines() if "MaskSecret(value=" not in line]
    assert standin.key not in "\n".join(said)


def test_many_at_once(airflow: Standalone, standin: StandIn, tmp_path: Path) -> None:
    jobs = [str(job) for job in standin.add_jobs(3, duration=2, starts="first_look")]
    run = run_example(
        airflow, "modelslab_many_at_once", request_ids=jobs, destination=str(tmp_path / "swaps")
    )
    assert run.xcom("count_files") == 3
    assert {path.parent.name for path in tmp_path.glob("swaps/*/manifest.json")} == set(jobs)


def test_around_with_taskflow(airflow: Standalone, standin: StandIn, tmp_path: Path) -> None:
    job = standin.add_job(duration=2, starts="first_look")
    run = run_example(
        airflow, "modelslab_around_with_taskflow", request_id=str(job), destination=str(tmp_path / "swaps")
    )
    assert run.xcom("read_manifest") == {standin.sha256(job): "image/jpeg"}
    assert json.loads((tmp_path / "swaps" / str(job) / "manifest.json").read_text())["id"] == str(job)


def test_swap_and_save(airflow: Standalone, standin: StandIn, tmp_path: Path) -> None:
    standin.configure(submit={"duration": 14, "eta": "exact"})
    run = run_example(airflow, "modelslab_swap_and_save", destination=str(tmp_path / "swaps"))
    result = run.xcom("swap_faces")
    (submitted,) = standin.submits()
    assert result["id"] == str(submitted["id"])
    manifest = json.loads((tmp_path / "swaps" / result["id"] / "manifest.json").read_text())
    assert manifest["consent_reference"] == result["consent_reference"] == "form 12"
    assert run.was_deferred("swap_faces")
    assert standin.key not in run.task_log("swap_faces")


def test_swap_catalogue(airflow: Standalone, standin: StandIn, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a.jpg", "b.png", "c.jpg"):
        (pictures / name).write_bytes(Media(name[-3:]).whole())
    (pictures / "notes.txt").write_text("no picture")
    airflow.api.set_pool("modelslab", 5)
    run = run_example(
        airflow,
        "modelslab_swap_catalogue",
        face=str(pictures / "a.jpg"),
        folder=str(pictures),
        destination=str(tmp_path / "swaps"),
    )
    assert len(run.xcom("list_results")) == len(standin.submits(accepted=True)) == 3
    assert len({each["track_id"] for each in standin.submits()}) == 3
    assert len(list(tmp_path.glob("swaps/*/manifest.json"))) == 3


def test_swap_batch(airflow: Standalone, standin: StandIn, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a.jpg", "b.png", "c.jpg"):
        (pictures / name).write_bytes(Media(name[-3:]).whole())
    conf = {"face": str(pictures / "a.jpg"), "folder": str(pictures), "destination": str(tmp_path / "swaps")}
    assert run_example(airflow, "modelslab_swap_batch", **conf).xcom("swap_faces")["saved"] == 3
    (pictures / "d.jpg").write_bytes(Media("jpg", seed="new").whole())
    assert run_example(airflow, "modelslab_swap_batch", **conf).xcom("swap_faces")["saved"] == 4
    assert len(standin.submits(accepted=True)) == 4


def test_swap_and_publish(airflow: Standalone, standin: StandIn, tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    published = tmp_path / "published" / "clip.mp4"
    run_example(
        airflow,
        "modelslab_swap_and_publish",
        destination=str(tmp_path / "swaps"),
        publish_as=f"file://{published}",
    )
    assert published.read_bytes() == standin.content(standin.submits()[0]["id"])
