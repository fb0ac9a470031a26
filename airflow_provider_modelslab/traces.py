"""Spans of OpenTelemetry, below the span that Airflow has for the task or the trigger, where it has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

Step = Literal["submit", "wait", "save"]
NAMES = tuple(f"face_swap.{step}" for step in get_args(Step))


@contextmanager
def span(step: Step) -> Iterator[None]:
    """Trace a block, or a function as its decorator; without a tracer provider this does nothing.

    Of an error only its class is told: the text of one that is not this provider's may hold anything.

    :param step: what is done
    """
    from opentelemetry import trace

    tracer = trace.get_tracer("airflow_provider_modelslab")
    name = f"face_swap.{step}"
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(trace.StatusCode.ERROR, type(error).__name__)
            raise
