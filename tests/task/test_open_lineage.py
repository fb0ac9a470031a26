"""What the operators tell OpenLineage when they have ended, deferred or not."""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.operators import first_try, swapper
from tests.support import deferring
from tests.support.deferring import run_task
from tests.support.standin import BRIEF, Media

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

pytest.importorskip("airflow.providers.openlineage", reason="OpenLineage's provider is not installed")
pytestmark = pytest.mark.usefixtures("prompt_tasks", "prompt_looks")
BOTH = pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])


@pytest.fixture
def last(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The copies of the operator that ran, each in what is a process of its own in Airflow."""
    copies: list[Any] = []

    def kept(copied: Any) -> Any:
        made = copy(copied)
        if isinstance(made, BaseOperator):  # libraries copy things too
            copies.append(made)
        return made

    monkeypatch.setattr(deferring.copy, "copy", kept)
    return copies


def told(lineage: Any) -> list[str]:
    return [f"{each.namespace}/{each.name}" for each in lineage]


@BOTH
def test_the_files_are_those_of_the_manifest(
    connected: StandIn, last: list[Any], deferrable: bool, tmp_path: Path
) -> None:
    connected.configure(submit=BRIEF)
    context = first_try(store=True)
    result = run_task(swapper(destination=str(tmp_path), deferrable=deferrable), context)
    lineage = last[-1].get_openlineage_facets_on_complete(context["ti"])
    manifest = json.loads((tmp_path / result["id"] / "manifest.json").read_text())
    assert [(each.name, each.outputFacets["outputStatistics"].size) for each in lineage.outputs[:-1]] == [
        (f"{tmp_path}/{result['id']}/{file['name']}", file["size"]) for file in manifest["files"]
    ]
    assert told(lineage.inputs) == list(manifest["inputs"].values())
    assert lineage.run_facets["externalQuery"].externalQueryId == manifest["id"]


@BOTH
def test_a_sensor_tells_its_request(connected: StandIn, last: list[Any], deferrable: bool) -> None:
    context, job = first_try(store=False), connected.add_job()
    run_task(FaceSwapResultSensor(task_id="wait", request_id=job, deferrable=deferrable), context)
    lineage = last[-1].get_openlineage_facets_on_complete(context["ti"])
    assert lineage.run_facets["externalQuery"].externalQueryId == str(job)


@BOTH
def test_a_failure_is_told_with_its_request_and_with_what_it_was_to_be_made_of(
    connected: StandIn, last: list[Any], deferrable: bool
) -> None:
    connected.configure(submit={**BRIEF, "ending": "failed", "message": "No face detected"})
    context = first_try(store=True)
    with pytest.raises(ModelsLabError):
        run_task(swapper(deferrable=deferrable), context)
    lineage = last[-1].get_openlineage_facets_on_failure(context["ti"])
    assert "No face detected" in lineage.run_facets["errorMessage"].message
    assert lineage.run_facets["externalQuery"].externalQueryId == context["ti"].xcoms["id"]
    assert len(lineage.inputs) == 2


@BOTH
def test_what_was_saved_is_told_though_another_failed(
    connected: StandIn, last: list[Any], deferrable: bool, tmp_path: Path
) -> None:
    jobs = [connected.add_job(), connected.add_job(ending="failed")]
    context = first_try(store=False)
    operator = FaceSwapResultOperator(
        task_id="get",
        request_id=jobs,
        destination=str(tmp_path),
        deferrable=deferrable,
        poke_interval=0.005,
        timeout=20,
    )
    with pytest.raises(ModelsLabError):
        run_task(operator, context)
    lineage = last[-1].get_openlineage_facets_on_failure(context["ti"])
    assert told(lineage.outputs)[0].startswith(f"file/{tmp_path}/{jobs[0]}/")
    assert lineage.run_facets["externalQuery"].externalQueryId.split(",")[-1] == str(jobs[1])


def test_a_task_that_was_ended_from_outside_tells_its_request_all_the_same() -> None:
    context = first_try(store=False)
    context["ti"].xcom_push("id", "7")
    lineage = swapper().get_openlineage_facets_on_failure(context["ti"])
    assert lineage.run_facets["externalQuery"].externalQueryId == "7"
    assert "errorMessage" not in lineage.run_facets
    given = FaceSwapResultOperator(task_id="get", request_id="not an id !")
    assert given.get_openlineage_facets_on_failure(context["ti"]).run_facets == {}


def test_a_batch_tells_of_folders_and_not_of_each_file(
    connected: StandIn, last: list[Any], tmp_path: Path
) -> None:
    connected.configure(submit=BRIEF)
    (tmp_path / "pictures").mkdir()
    for place in ("face.jpg", "pictures/1.jpg", "pictures/2.jpg"):
        (tmp_path / place).write_bytes(Media("jpg", seed=place).whole())
    batch = FaceSwapBatchOperator(
        task_id="batch",
        face=str(tmp_path / "face.jpg"),
        images=f"file://{tmp_path}/pictures/",
        destination=f"file://{tmp_path}/out/",
    )
    context = first_try(store=True)
    assert run_task(batch, context)["saved"] == 2
    lineage = last[-1].get_openlineage_facets_on_complete(context["ti"])
    assert told(lineage.inputs) == [f"file/{tmp_path}/face.jpg", f"file/{tmp_path}/pictures"]
    assert told(lineage.outputs) == [f"file/{tmp_path}/out"]
    assert "externalQuery" not in lineage.run_facets
