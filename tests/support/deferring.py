"""Runs an operator as a worker and a triggerer would, deferrals included, without a database."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
from functools import partial
from typing import Any

from airflow.providers.common.compat.sdk import TaskDeferred


class Pushed:
    """Stands for the task instance: keeps what the task pushes."""

    dag_id, run_id, task_id, map_index = "a_dag", "a_run", "a_task", -1
    try_number, max_tries = 1, 0

    def __init__(self) -> None:
        self.xcoms: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = json.loads(json.dumps(value))

    def xcom_pull(self, *, task_ids: str, key: str, map_indexes: int) -> Any:
        assert (task_ids, map_indexes) == (self.task_id, self.map_index)
        return self.xcoms.get(key)


class Store:
    """Stands for the task state store of Airflow 3.3: what one try keeps, the next finds."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str, default: Any = None) -> Any:
        return json.loads(self.kept[key]) if key in self.kept else default

    def set(self, key: str, value: Any, *, retention: Any = None) -> None:
        self.kept[key] = json.dumps(value)

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)


def run_task(operator: Any, context: Any = None) -> Any:
    """Execute an operator; where it defers, run its trigger and resume with the event.

    Like in Airflow, the trigger is made from its stored row, and another copy of the task resumes.
    """
    step = partial(copy.copy(operator).execute, context := context or {"ti": Pushed()})
    while True:
        try:
            return step()
        except TaskDeferred as deferral:  # noqa: PERF203 - each turn is a process of its own in Airflow
            step = _resumption(operator, deferral, context, asyncio.run(_event_of(deferral)))


async def run_tasks(operators: list[Any], workers: int, start: float = 0.0) -> list[Any]:
    """Run many at once as ``run_task`` does one, all triggers in this loop, with so many workers.

    :param start: seconds that a worker takes until it runs a task's code
    """
    free = asyncio.Semaphore(workers)

    async def run(operator: Any) -> Any:
        context = {"ti": Pushed()}
        execute = inspect.unwrap(type(operator).execute)  # Airflow 2.11 guards it outside the main thread
        step = partial(execute, copy.copy(operator), context)
        while True:
            try:
                async with free:
                    await asyncio.sleep(start)
                    return await asyncio.to_thread(step)
            except TaskDeferred as deferral:  # noqa: PERF203 - as above
                step = _resumption(operator, deferral, context, await _event_of(deferral))

    return await asyncio.gather(*map(run, operators))


def _resumption(operator: Any, deferral: TaskDeferred, context: Any, event: Any) -> Any:
    kept = json.loads(json.dumps({"event": event}))  # dag.test() gives no more
    return partial(copy.copy(operator).resume_execution, deferral.method_name, kept, context)


async def _event_of(deferral: TaskDeferred) -> Any:
    _, kwargs = deferral.trigger.serialize()
    trigger = type(deferral.trigger)(**json.loads(json.dumps(kwargs)))
    return (await first_event(trigger)).payload


async def first_event(trigger: Any) -> Any:
    """The event of a trigger, which fires once."""
    async for event in trigger.run():
        return event
    raise AssertionError("the trigger ended without an event")
