"""A local folder is warned of where tasks run on several machines, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.task.local_folder import executors_elsewhere

if TYPE_CHECKING:
    from pathlib import Path

    from tests.saving.buckets import S3Bucket
    from tests.support.running import AirflowHome
    from tests.support.standin import StandIn

CELERY = "airflow.providers.celery.executors.celery_executor.CeleryExecutor"
LOCAL = "airflow.executors.local_executor.LocalExecutor"
WARNING = "a folder of the machine that this task runs on"
DAG = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator

with DAG("save", schedule=None):
    FaceSwapResultOperator(task_id="save", request_id="{job}", destination="{folder}")
"""


@pytest.mark.parametrize(
    "configured",
    [
        "LocalExecutor",
        "SequentialExecutor",
        "DebugExecutor",
        " LocalExecutor ",
        LOCAL,
        f"near:{LOCAL}",
        "near:LocalExecutor",
        "LocalExecutor;team1=LocalExecutor",
        "",
        ";=,:",
    ],
)
def test_local_executors_run_nothing_elsewhere(configured: str) -> None:
    assert executors_elsewhere(configured) == []


@pytest.mark.parametrize(
    ("configured", "names"),
    [
        ("CeleryExecutor", ["CeleryExecutor"]),
        (CELERY, ["CeleryExecutor"]),
        (f"far:{CELERY}", ["CeleryExecutor"]),
        ("far:CeleryExecutor", ["CeleryExecutor"]),
        ("LocalExecutor,CeleryExecutor", ["CeleryExecutor"]),
        ("CeleryExecutor, KubernetesExecutor", ["CeleryExecutor", "KubernetesExecutor"]),
        ("LocalKubernetesExecutor", ["LocalKubernetesExecutor"]),
        ("CeleryKubernetesExecutor", ["CeleryKubernetesExecutor"]),
        (f"LocalExecutor;team1=CeleryExecutor;team2=far:{CELERY}", ["CeleryExecutor"]),
        ("=CeleryExecutor", ["CeleryExecutor"]),
        ("company.executors.OurExecutor", ["OurExecutor"]),
    ],
)
def test_every_other_one_may_run_tasks_elsewhere(configured: str, names: list[str]) -> None:
    assert executors_elsewhere(configured) == names


@pytest.mark.parametrize(
    ("own", "names"),
    [
        ("near", []),
        ("LocalExecutor", []),
        (LOCAL, []),
        ("CeleryExecutor", ["CeleryExecutor"]),
        ("unknown", ["CeleryExecutor"]),
    ],
)
def test_of_several_the_one_counts_that_the_task_has_chosen(own: str, names: list[str]) -> None:
    assert executors_elsewhere(f"near:{LOCAL},CeleryExecutor", own) == names


class Checking:
    """Checks destinations, and says how often it warned."""

    def __init__(self, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
        self._caplog, self._capsys = caplog, capsys

    def says(self, destination: Any, **ti: Any) -> str:
        """What a task says that has such a destination, and of whose instance this is known."""
        operator = FaceSwapResultOperator(task_id="get", request_id="101", destination=destination)
        operator.check_destination({"ti": SimpleNamespace(**ti)})  # type: ignore[typeddict-item]
        return self._caplog.text or self._capsys.readouterr().out  # the former on Airflow 2.11


@pytest.fixture
def celery(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Checking:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    return Checking(caplog, capsys)


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_local_folder_on_many_workers_is_warned_of_once(
    celery: Checking, tmp_path: Path, form: str
) -> None:
    said = celery.says(form.format(tmp_path))
    assert said.count(WARNING) == 1
    assert f"file://{tmp_path} is {WARNING}, and CeleryExecutor may" in said
    assert "s3://conn_id@bucket/prefix/" in said


def test_a_bucket_is_not_warned_of(celery: Checking, s3_bucket: S3Bucket) -> None:
    assert WARNING not in celery.says(f"{s3_bucket.uri}/prefix")


def test_a_local_executor_is_not_warned_of(
    celery: Checking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    assert WARNING not in celery.says(tmp_path)


def test_a_pod_of_kubernetes_is_warned_of_although_its_own_configuration_says_local(
    celery: Checking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    monkeypatch.setenv("AIRFLOW_IS_K8S_EXECUTOR_POD", "True")
    assert f"{WARNING}, and KubernetesExecutor may" in celery.says(tmp_path)


@pytest.mark.parametrize(("job_id", "count"), [(None, 0), (7, 1)])
def test_on_airflow_2_only_what_a_scheduler_has_queued_is_warned_of(
    celery: Checking, tmp_path: Path, job_id: int | None, count: int
) -> None:
    assert celery.says(tmp_path, queued_by_job_id=job_id).count(WARNING) == count


def test_a_configuration_that_cannot_be_read_is_no_reason_to_fail(
    celery: Checking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AIRFLOW__CORE__EXECUTOR")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR_CMD", "false")
    assert WARNING not in celery.says(tmp_path)


@pytest.mark.airflow
def test_dag_test_is_not_warned_of(airflow_home: AirflowHome, standin: StandIn, tmp_path: Path) -> None:
    airflow_home.env["AIRFLOW__CORE__EXECUTOR"] = "company.executors.OurExecutor"  # nobody loads it
    airflow_home.connect(host=standin.url, password=standin.key, extra={"allow_private_downloads": True})
    job = standin.add_job()
    airflow_home.add_dag(DAG.format(job=job, folder=tmp_path / "out"))
    run = airflow_home.run_dag_test("save")
    assert run.state == "success", run.output
    assert WARNING not in run.output
