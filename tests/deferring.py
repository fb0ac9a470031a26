"""Runs an operator as a worker and a triggerer would, deferral included, without a database."""

from __future__ import annotations

import asyncio
import copy
import json
from typing import Any

from airflow.providers.common.compat.sdk import TaskDeferred


class Pushed:
    """Stands for the task instance: keeps what the task pushes."""

    def __init__(self) -> None:
        self.xcoms: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = json.loads(json.dumps(value))


def run_task(operator: Any, context: Any = None) -> Any:
    """Execute an operator; where it defers, run its trigger and resume with the event.

    Like in Airflow, the trigger is made from its stored row, and another copy of the task resumes.
    """
    context = context or {"ti": Pushed()}
    resumed = copy.copy(operator)
    try:
        return operator.execute(context)
    except TaskDeferred as deferral:
        _, kwargs = deferral.trigger.serialize()
        trigger = type(deferral.trigger)(**json.loads(json.dumps(kwargs)))
        event = asyncio.run(first_event(trigger)).payload
        return resumed.resume_execution(
            deferral.method_name, {**(deferral.kwargs or {}), "event": json.loads(json.dumps(event))}, context
        )


async def first_event(trigger: Any) -> Any:
    """The event of a trigger, which fires once."""
    async for event in trigger.run():
        return event
    raise AssertionError("the trigger ended without an event")
