"""The spans, below whatever span is current, and nothing where nobody traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from airflow_provider_modelslab.traces import NAMES, span
from tests.operators import swapper
from tests.support.deferring import run_task
from tests.support.standin import BRIEF
from tests.triggers.test_face_swap import make_trigger

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks")


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


def names(traced: InMemorySpanExporter) -> list[str]:
    return [each.name for each in traced.get_finished_spans()]


@pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])
def test_a_swap_is_traced_from_its_submission_to_its_files(
    connected: StandIn, traced: InMemorySpanExporter, deferrable: bool, tmp_path: Path
) -> None:
    connected.configure(submit=BRIEF)
    run_task(swapper(destination=str(tmp_path), deferrable=deferrable))
    assert tuple(names(traced)) == NAMES


async def test_a_wait_in_the_triggerer_stands_below_the_span_that_airflow_has_for_it(
    connected: StandIn, traced: InMemorySpanExporter
) -> None:
    trigger = make_trigger(connected.add_job(duration=0.05))
    with trace.get_tracer("airflow").start_as_current_span("trigger.wait"):
        assert [event async for event in trigger.run()]
    wait, parent = traced.get_finished_spans()
    assert (wait.name, parent.name) == ("face_swap.wait", "trigger.wait")
    assert wait.parent is not None
    assert wait.parent.span_id == parent.context.span_id


def test_of_an_error_only_its_class_is_told(traced: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="secret"), span("save"):
        raise ValueError("https://example.com/?token=secret")
    (failed,) = traced.get_finished_spans()
    assert failed.status.status_code is trace.StatusCode.ERROR
    assert "ValueError" in failed.to_json()
    assert "secret" not in failed.to_json()


def test_a_span_has_no_attributes(connected: StandIn, traced: InMemorySpanExporter) -> None:
    connected.configure(submit=BRIEF)
    run_task(swapper())
    attributes: list[Any] = [dict(each.attributes or {}) for each in traced.get_finished_spans()]
    assert attributes == [{}] * 2


def test_without_a_tracer_provider_nothing_happens() -> None:
    with span("wait"):
        assert not trace.get_current_span().is_recording()
