"""What a task logs, raises, returns and tells by event has not the key, where no Airflow masks anything."""

from __future__ import annotations

import json
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.connections import connection_json
from tests.deferring import Pushed, run_task
from tests.leaks.canary import Flock
from tests.leaks.echoes import Echo
from tests.leaks.kinds import KINDS, Kind, Stage
from tests.leaks.searching import search
from tests.leaks.vault import Vault
from tests.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ECHOING = [kind for kind in KINDS if kind.name != "done"]
QUICK = {"request_id": "one", "poke_interval": 0.05, "timeout": 30}


@pytest.fixture
def flock() -> Flock:
    return Flock()


@pytest.fixture
def stage(flock: Flock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    key = flock.add("the key").key
    (tmp_path / "saved").mkdir()
    with StandIn(key) as server:
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(server.url, key))
        yield Stage(server, Echo(key), tmp_path / "saved")


def make_task(kind: Kind, mode: str, stage: Stage) -> Any:
    arguments = QUICK | {"timeout": 1} if kind.arguments else QUICK
    if mode == "sensor":
        task: Any = FaceSwapResultSensor(task_id="t", deferrable=True, **arguments)
    else:
        where = stage.saved.as_uri()
        task = FaceSwapResultOperator(
            task_id="t", deferrable=mode == "deferrable", destination=where, **arguments
        )
    task.tolerance = 1
    return task


def said_by(task: Any) -> tuple[str, str]:
    """The name of the exception that ends the task, and all that it gives and raises, as text."""
    pushed = Pushed()
    try:
        value = run_task(task, {"ti": pushed})
    except Exception as error:
        return type(error).__name__, "".join(traceback.format_exception(error)) + json.dumps(pushed.xcoms)
    return "", json.dumps([value, pushed.xcoms])


@pytest.mark.usefixtures("prompt_triggers")
@pytest.mark.parametrize("mode", ["sensor", "operator", "deferrable"])
@pytest.mark.parametrize("kind", ECHOING, ids=lambda kind: kind.name)
def test_the_key_is_in_nothing_that_a_task_says(
    kind: Kind, mode: str, stage: Stage, flock: Flock, caplog: pytest.LogCaptureFixture
) -> None:
    if kind.saving and mode == "sensor":
        pytest.skip("a sensor does not save")
    caplog.set_level(logging.DEBUG)
    kind.prepare(stage, "one")
    error, text = said_by(make_task(kind, mode, stage))
    saved = [path.read_text("latin-1") for path in stage.saved.rglob("manifest.json")]
    everything = "\n".join([text, caplog.text, *map(str, stage.saved.rglob("*")), *saved])
    assert error == kind.error, text
    assert caplog.text
    assert not search([("task", everything.encode())], flock, Vault().unlock).hits
