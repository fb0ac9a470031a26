"""What is counted, once whichever process sees it, and how it reaches Airflow's Stats."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab import metrics
from airflow_provider_modelslab.exceptions import ModelsLabError, SubmissionUnknownError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests import ROOT
from tests.operators import swapper
from tests.support.deferring import run_task
from tests.support.recorded_stats import RecordedStats
from tests.support.standin import BRIEF
from tests.triggers.test_face_swap import make_trigger

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks", "short_slow_downs")
BOTH = pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])
DASHBOARD = ROOT / "docs" / "grafana" / "face-swaps.json"
GUIDE = ROOT / "docs" / "guides" / "observability.md"
NAMES = [*metrics.COUNTERS, *metrics.TIMERS]


@pytest.fixture
def stats(monkeypatch: pytest.MonkeyPatch) -> RecordedStats:
    recorded = RecordedStats()
    monkeypatch.setattr(metrics, "_stats", lambda: recorded)
    return recorded


def operator(request_id: Any, **arguments: Any) -> FaceSwapResultOperator:
    return FaceSwapResultOperator(
        task_id="get", request_id=request_id, **{"poke_interval": 0.005, "timeout": 20, **arguments}
    )


@BOTH
def test_a_swap_is_counted_from_its_submission_to_its_files(
    connected: StandIn, stats: RecordedStats, deferrable: bool, tmp_path: Path
) -> None:
    connected.configure(submit=BRIEF)
    result = run_task(swapper(destination=str(tmp_path), deferrable=deferrable))
    looks = stats.short().pop("looks")
    assert looks == connected.stats()["fetch"]
    assert stats.short() == {
        "submitted": 1,
        "looks": looks,
        "results": 1,
        "results.done": 1,
        "saved_files": 1,
        "saved_bytes": result["files"][0]["size"],
    }
    assert {name: len(times) for name, times in stats.timed.items()} == dict.fromkeys(metrics.TIMERS, 1)
    assert stats.tags == {"outcome": {"done"}}


@BOTH
def test_of_several_each_outcome_is_counted_once(
    connected: StandIn, stats: RecordedStats, deferrable: bool, tmp_path: Path
) -> None:
    jobs = [connected.add_job(**BRIEF), connected.add_job(**BRIEF), connected.add_job(ending="failed")]
    with pytest.raises(ModelsLabError):
        run_task(operator(jobs, deferrable=deferrable, destination=str(tmp_path)))
    counted = stats.short()
    assert (counted["results"], counted["results.done"], counted["results.failed"]) == (3, 2, 1)
    assert len(stats.timed[metrics.WAIT_DURATION]) == 3
    assert stats.tags == {"outcome": {"done", "failed"}}


@BOTH
def test_a_wait_that_is_over_is_counted_as_that(
    connected: StandIn, stats: RecordedStats, deferrable: bool
) -> None:
    job = connected.add_job(duration=600)
    with pytest.raises(ModelsLabError):
        run_task(operator(job, timeout=0.05, deferrable=deferrable))
    assert stats.short()["results.timeout"] == stats.short()["results"] == 1


@BOTH
def test_a_sensor_counts_its_result_once(connected: StandIn, stats: RecordedStats, deferrable: bool) -> None:
    job = connected.add_job(duration=0.02)
    run_task(FaceSwapResultSensor(task_id="wait", request_id=job, poke_interval=0.005, deferrable=deferrable))
    assert stats.short()["results.done"] == stats.short()["results"] == 1


async def test_a_task_that_ends_in_the_triggerer_is_counted_there(
    connected: StandIn, stats: RecordedStats
) -> None:
    trigger = make_trigger(connected.add_job(duration=0.02), end_task="one")
    assert [event async for event in trigger.run()]
    assert stats.short()["results.done"] == 1
    assert stats.short()["looks"] == connected.stats()["fetch"]


def test_a_poking_sensor_counts_the_timeout_that_airflow_puts_to_it(
    connected: StandIn, stats: RecordedStats
) -> None:
    job = connected.add_job(duration=600)
    with pytest.raises(ModelsLabError):
        run_task(FaceSwapResultSensor(task_id="wait", request_id=job, poke_interval=0.005, timeout=0.05))
    assert stats.short()["results.timeout"] == 1


def test_a_full_queue_and_a_rate_limit_are_counted(connected: StandIn, stats: RecordedStats) -> None:
    hook = ModelsLabHook()
    connected.fault("submit", payload="rate_limit")
    connected.configure(submit=BRIEF)
    job = hook.swap_faces_in_image(image="https://example.com/1.jpg", face="https://example.com/2.jpg")
    connected.fault("fetch", payload="rate_limit")
    hook.get_result(job, poke_interval=0.005)
    counted = stats.short()
    assert (counted["queue_full"], counted["submitted"], counted["rate_limited"]) == (1, 1, 1)


def test_a_submission_whose_answer_was_lost_is_counted(connected: StandIn, stats: RecordedStats) -> None:
    connected.fault("submit", accepts=True, reset=True)
    with pytest.raises(SubmissionUnknownError):
        ModelsLabHook().swap_faces_in_image(
            image="https://example.com/1.jpg", face="https://example.com/2.jpg"
        )
    assert stats.short()["submit_unknown"] == 1
    assert "submitted" not in stats.short()


def test_files_that_stand_already_are_not_counted_again(
    connected: StandIn, stats: RecordedStats, tmp_path: Path
) -> None:
    job = connected.add_job(files=["jpg", "png"])
    for _ in range(2):
        run_task(operator(job, destination=str(tmp_path)))
    assert stats.short()["saved_files"] == 2


def test_files_that_cannot_be_had_are_counted(
    connected: StandIn, stats: RecordedStats, tmp_path: Path
) -> None:
    job = connected.add_job(files=["jpg"])
    with pytest.raises(ModelsLabError):
        run_task(operator(job, destination=str(tmp_path), max_file_size=10))
    assert stats.short()["save_failed"] == 1
    assert "saved_files" not in stats.short()


def test_trouble_with_metrics_is_not_the_tasks(connected: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_stats", lambda: None)
    assert run_task(operator(connected.add_job()))["id"]


def test_airflow_has_a_place_for_them_and_drops_them_where_metrics_are_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", logger=metrics.__name__)
    metrics.prepare_metrics()
    metrics.count_saved([1], 1.0)
    assert not caplog.records  # neither is there a place missing, nor does it refuse what is sent


def test_names_are_such_as_every_backend_takes() -> None:
    assert all(re.fullmatch(r"modelslab\.face_swap\.[a-z_]+(\.[a-z_]+)?", name) for name in NAMES)
    assert len(set(NAMES)) == len(NAMES)


def test_the_guide_has_a_line_for_each_name() -> None:
    rows = re.findall(r"^\| `(modelslab\.[^`]+)` \| (counter|timer) \|", GUIDE.read_text(), re.MULTILINE)
    plain = {name: "counter" for name in metrics.COUNTERS if not name.startswith(f"{metrics.RESULTS}.")}
    assert dict(rows) == plain | {f"{metrics.RESULTS}.OUTCOME": "counter"} | dict.fromkeys(
        metrics.TIMERS, "timer"
    )
    assert all(f"`{outcome}`" in GUIDE.read_text() for outcome in metrics.OUTCOMES)


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    queries = [
        target["expr"]
        for panel in json.loads(DASHBOARD.read_text())["panels"]
        for target in panel.get("targets", [])
    ]
    shown = {name for query in queries for name in re.findall(r"\bairflow_modelslab_[a-z_]+", query)}
    timed = [f"{name}_{part}" for name in metrics.TIMERS for part in ("sum", "count")]
    expected = [*metrics.COUNTERS, *timed]
    assert shown == {f"airflow_{name.replace('.', '_')}" for name in expected}
