"""`python -m tests.system.upgrades.recording`: write down what this version leaves in Airflow's database."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from airflow.providers.common.compat.sdk import DAG, TaskDeferred

from airflow_provider_modelslab import __version__
from airflow_provider_modelslab.error_messages.waits import error_of
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.protocol.outcome import Refusal
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.trigger_event import write_event
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.operators import first_try, swapper
from tests.support.connections import connection_json
from tests.support.standin import StandIn

FOLDER = Path(__file__).parent
THIS = FOLDER / f"{__version__}.json"
REQUESTS = ("101", "102")
BEGUN_AGO = 100.0  # seconds
CLASSES = {"sensor": FaceSwapResultSensor, "operator": FaceSwapResultOperator}
OWN_PACE: dict[str, Any] = {"poke_interval": 5, "exponential_backoff": True, "max_wait": 60, "timeout": 600}
#: Tasks that defer, each in another way. Modes that poke or reschedule leave nothing of ours behind.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "a sensor": ("sensor", {"request_id": 101}),
    "a sensor of several ids": ("sensor", {"request_id": ["101", "102"]}),
    "a sensor with a pace of its own": ("sensor", {"request_id": "101", "silent_fail": True, **OWN_PACE}),
    "a sensor that ends in the triggerer": ("sensor", {"request_id": 101, "end_from_trigger": True}),
    "a sensor of several ids that ends in the triggerer": (
        "sensor",
        {"request_id": [101, 102], "end_from_trigger": True},
    ),
    "an operator": ("operator", {"request_id": "101"}),
    "an operator that saves": ("operator", {"request_id": "101", "destination": "{folder}", **OWN_PACE}),
    "an operator that saves several": ("operator", {"request_id": [101, 102], "destination": "{folder}"}),
}


def main() -> None:
    """Record against a stand-in, without a database: what is stored is what the task hands over."""
    with StandIn() as standin:
        os.environ["AIRFLOW_CONN_MODELSLAB_DEFAULT"] = connection_json(standin.url, standin.key)
        THIS.write_text(json.dumps(record(standin), indent=1, sort_keys=True) + "\n")


def record(standin: StandIn) -> dict[str, Any]:
    """Everything that this version stores of a wait: the rows of the tasks above, and every event."""
    for request_id in REQUESTS:
        standin.add_job(request_id, duration=6000)
    waits = {name: _defer(*task) for name, task in TASKS.items()}
    return {"waits": waits, "events": list(_events()), "swaps": _swaps(standin)}


def make_task(wait: dict[str, Any], folder: Path) -> Any:
    """The task of a wait, as a DAG's author wrote it and has not changed it for the upgrade."""
    given = dict(wait["arguments"])
    if "destination" in given:
        given["destination"] = str(folder)
    return CLASSES[wait["task"]](task_id="wait", deferrable=True, linger=0, **given)


def moved(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments in a row, its times moved as if the wait had begun a while ago."""
    later = time.time() - BEGUN_AGO - (kwargs["started"] if "started" in kwargs else kwargs["since"])
    looks = {request_id: at + later for request_id, at in kwargs.get("first_looks", {}).items()}
    times = {name: kwargs[name] + later for name in ("started", "since", "deadline") if name in kwargs}
    return {**kwargs, **times, **({"first_looks": looks} if looks else {})}


def _defer(kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    wait = {"task": kind, "arguments": arguments}
    with DAG("recorded", schedule=None):
        task = make_task(wait, FOLDER)
    return {**wait, **_row(task, {})}


def _swaps(standin: StandIn) -> dict[str, Any]:
    """What the operator that submits leaves: what it remembers of a swap, and the rows of its two waits."""
    context = first_try(store=True)
    task = swapper(deferrable=True, linger=0, **OWN_PACE)
    standin.configure(submit={"duration": 6000})
    queued = _row(task, context)
    in_destination = _remembered_in_destination()
    standin.configure(queue_limit=1, retry_after=1)
    return {
        "remembered": dict(context["task_state_store"].kept),
        "remembered in destination": in_destination,
        "queued": queued,
        "without room": _row(task, first_try(store=True)),
    }


def _remembered_in_destination() -> dict[str, str]:
    """The files by which a task remembers where Airflow does not."""
    with tempfile.TemporaryDirectory() as folder:
        _row(swapper(deferrable=True, linger=0, destination=folder, **OWN_PACE), first_try(store=False))
        return {
            str(path.relative_to(folder)): path.read_text()
            for path in Path(folder).rglob("*")
            if path.is_file()
        }


def _row(task: Any, context: Any) -> dict[str, Any]:
    try:
        task.execute(context)
    except TaskDeferred as deferral:
        classpath, kwargs = deferral.trigger.serialize()
        row = {"classpath": classpath, "kwargs": kwargs}
        return {**row, "next_method": deferral.method_name, "next_kwargs": deferral.kwargs or {}}
    raise AssertionError(f"{task} did not defer")


def _events() -> Any:
    """Every event, with the error that it has to end in; none where the wait succeeded."""
    yield {"event": write_event({"101": Ending(EndingKind.DONE, result=FaceSwapResult("101", ()))})}
    yield {"event": write_event({}, error="The connection has no key."), "error": "InvalidConnectionError"}
    bad = [Ending(kind, "in words") for kind in EndingKind if kind is not EndingKind.DONE]
    for ending in [*bad, *(Ending(EndingKind.REFUSED, "in words", refusal) for refusal in Refusal)]:
        yield {"event": write_event({"101": ending}), "error": type(error_of("101", ending)).__name__}


if __name__ == "__main__":
    main()
