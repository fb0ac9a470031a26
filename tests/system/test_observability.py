"""What a whole Airflow tells of face swaps: OpenLineage's events, metrics and spans, of all processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab import metrics
from airflow_provider_modelslab.settings import airflow_is
from airflow_provider_modelslab.traces import NAMES
from tests.support.receivers import Otlp, StatsD
from tests.support.running import Standalone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import AirflowHome, Run
    from tests.support.standin import StandIn

pytestmark = pytest.mark.airflow
TRACES = airflow_is((3, 2))  # before that Airflow gives tasks no tracer provider
DAG = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

with DAG("observed", schedule=None, params={"job": "", "failing": "", "destination": ""}):
    FaceSwapOperator(
        task_id="swap",
        face="https://example.com/face.jpg?token=not-to-be-told",
        image="https://example.com/group.jpg",
        destination="{{ params.destination }}",
        deferrable=True,
        linger=0,
    )
    FaceSwapResultOperator(
        task_id="save", request_id="{{ params.job }}", destination="{{ params.destination }}"
    )
    FaceSwapResultOperator(task_id="failing", request_id="{{ params.failing }}", deferrable=True, linger=0)
    FaceSwapResultSensor(task_id="wait", request_id="{{ params.job }}", deferrable=True, linger=0)

with DAG("brief", schedule=None, params={"job": ""}):
    FaceSwapResultSensor(task_id="wait", request_id="{{ params.job }}", deferrable=True, linger=0)
"""


def observe(home: AirflowHome, **settings: dict[str, Any]) -> None:
    """Set sections of Airflow's configuration."""
    for section, values in settings.items():
        home.env |= {f"AIRFLOW__{section}__{name}".upper(): str(value) for name, value in values.items()}


def events_of(file: Path, task_id: str) -> dict[str, Any]:
    """The last event of each kind that OpenLineage's provider has sent of a task."""
    events = [json.loads(line) for line in file.read_text().splitlines()]
    return {event["eventType"]: event for event in events if event["job"]["name"] == f"observed.{task_id}"}


def names(datasets: list[dict[str, Any]]) -> list[str]:
    return [f"{each['namespace']}/{each['name']}" for each in datasets]


def check_saved(event: dict[str, Any], folder: Path) -> None:
    """Compare an event with what was saved."""
    manifest = json.loads((folder / "manifest.json").read_text())
    assert names(event["outputs"]) == [
        *(f"file/{folder}/{file['name']}" for file in manifest["files"]),
        f"file/{folder}/manifest.json",
    ]
    sizes = [each["outputFacets"]["outputStatistics"]["size"] for each in event["outputs"][:-1]]
    assert sizes == [(folder / file["name"]).stat().st_size for file in manifest["files"]]
    assert names(event["inputs"]) == list(manifest.get("inputs", {}).values())
    assert event["run"]["facets"]["externalQuery"]["externalQueryId"] == manifest["id"]


def check_failed(event: dict[str, Any], request_id: object) -> None:
    assert event["run"]["facets"]["externalQuery"]["externalQueryId"] == str(request_id)
    assert "No face detected" in event["run"]["facets"]["errorMessage"]["message"]


def check_counted(counted: dict[str, float], folders: list[Path], looks: int) -> None:
    """Compare what came at StatsD with what is saved, and with the requests of the stand-in."""
    short = {name.removeprefix("airflow.modelslab.face_swap."): value for name, value in counted.items()}
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in folders]
    sizes = [file["size"] for manifest in manifests for file in manifest["files"]]
    assert short.pop("wait_duration") > 0
    assert short.pop("save_duration") > 0
    assert short == {
        "submitted": 1,
        "looks": looks,
        "results": 4,
        "results.done": 3,
        "results.failed": 1,
        "saved_files": len(sizes),
        "saved_bytes": sum(sizes),
    }


def check_traced(spans: list[Any], run: Run) -> None:
    """See that ours stand below Airflow's, those of the triggerer too."""
    by_id = {span.span_id: span for span in spans}
    ours = [span for span in spans if span.name in NAMES]
    assert {span.name for span in ours} == set(NAMES)
    parents = {by_id[span.parent_span_id].name for span in ours}
    assert {"worker.swap", "trigger.swap", "worker.save", "trigger.wait"} <= parents
    assert len({span.trace_id for span in ours}) == 1, run.task_states()


@pytest.mark.timeout(400)
def test_lineage_metrics_and_spans_say_what_was_done(
    airflow_home: AirflowHome, standin: StandIn, tmp_path: Path
) -> None:
    pytest.importorskip("airflow.providers.openlineage", reason="OpenLineage's provider is not installed")
    events, folder = tmp_path / "events.jsonl", tmp_path / "swaps"
    airflow_home.add_dag(DAG)
    airflow_home.connect(host=standin.url, password=standin.key, extra={"allow_private_downloads": True})
    brief = {"duration": 4, "starts": "first_look"}
    standin.configure(submit=brief)
    job = standin.add_job(files=["jpg", "mp4:300000"], **brief)
    failing = standin.add_job(ending="failed", message="No face detected", **brief)
    transport = {"type": "file", "log_file_path": str(events), "append": True}
    with StatsD() as statsd, Otlp() as otlp:
        observe(
            airflow_home,
            metrics={"statsd_on": True, "statsd_host": "127.0.0.1", "statsd_port": statsd.port},
            openlineage={"transport": json.dumps(transport)},
            traces={"otel_on": TRACES},
        )
        airflow_home.env |= {
            "OTEL_TRACES_EXPORTER": "otlp_proto_http",
            "OTEL_EXPORTER_OTLP_ENDPOINT": otlp.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with Standalone(airflow_home, timeout=180) as airflow:
            conf = {"job": str(job), "failing": str(failing), "destination": f"file://{folder}"}
            run = airflow.wait(airflow.trigger("observed", conf), timeout=180)
            airflow.wait_for(lambda: "COMPLETE" in events_of(events, "wait"), 30, "the last event")
        counted, spans = statsd.totals("airflow.modelslab."), otlp.spans()

    states = {"swap": "success", "save": "success", "failing": "failed", "wait": "success"}
    assert run.task_states() == states, run.task_log("swap")
    saved = [folder / str(run.xcom("swap", "id")), folder / str(job)]
    for task, place in zip(("swap", "save"), saved, strict=True):
        check_saved(events_of(events, task)["COMPLETE"], place)
    assert not events_of(events, "wait")["COMPLETE"]["outputs"]
    check_failed(events_of(events, "failing")["FAIL"], failing)
    assert all(secret not in events.read_text() for secret in (standin.key, "not-to-be-told"))
    check_counted(counted, saved, standin.stats()["fetch"])
    if TRACES:
        check_traced(spans, run)


@pytest.mark.timeout(200)
def test_metrics_reach_opentelemetry_too(airflow_home: AirflowHome, standin: StandIn) -> None:
    airflow_home.add_dag(DAG).connect(host=standin.url, password=standin.key)
    job = standin.add_job(duration=4, starts="first_look")
    with Otlp() as otlp:
        otel = {"otel_on": True, "otel_host": "127.0.0.1", "otel_port": otlp.port}
        observe(airflow_home, metrics=otel | {"otel_interval_milliseconds": 500})
        airflow_home.env |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": otlp.url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_METRIC_EXPORT_INTERVAL": "500",
        }
        run = airflow_home.run_dag_test("brief", {"job": str(job)})
        found = {metric.name: metric for metric in otlp.metrics()}
    assert run.state == "success", run.task_states()
    assert {f"airflow.{name}" for name in (metrics.LOOKS, metrics.WAIT_DURATION)} < set(found)
    points = found[f"airflow.{metrics.RESULTS}"].sum.data_points
    tags = [{each.key: each.value.string_value for each in point.attributes} for point in points]
    assert tags == [{"outcome": "done"}]
