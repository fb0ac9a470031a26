"""What a task logs, raises, returns and tells by event has not the key, where no Airflow masks anything."""

from __future__ import annotations

import json
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.stress.leaks.canary import Flock
from tests.stress.leaks.echoes import Echo
from tests.stress.leaks.kinds import KINDS, Kind, Stage
from tests.stress.leaks.places import KEEPS_STATES
from tests.stress.leaks.searching import search
from tests.stress.leaks.submissions import SUBMITTED, url_of
from tests.stress.leaks.vault import Vault
from tests.support.connections import connection_json
from tests.support.deferring import Pushed, Store, run_task
from tests.support.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("prompt_tasks", "short_pauses", "short_slow_downs")
ECHOING, SUBMITTING = ([kind for kind in kinds if kind.name != "done"] for kinds in (KINDS, SUBMITTED))
QUICK = {"poke_interval": 0.02, "timeout": 30}
MODES = {
    "sensor": [kind for kind in ECHOING if not kind.saving],
    "operator": ECHOING,
    "operator-deferrable": ECHOING,
    "swap": SUBMITTING,
    "swap-deferrable": SUBMITTING,
}
CASES = [
    pytest.param(kind, mode, id=f"{kind.name}-{mode}") for mode, kinds in MODES.items() for kind in kinds
]


@pytest.fixture(scope="module")
def flock() -> Flock:
    """One key for all tests: what finds it in a text is made once for each key, and that takes a while."""
    flock = Flock()
    flock.add("the key")
    return flock


@pytest.fixture
def stage(flock: Flock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    key = flock.members[0].key
    (tmp_path / "saved").mkdir()
    with StandIn(key) as server:
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(server.url, key))
        yield Stage(server, Echo(key), tmp_path / "saved")


def make_task(kind: Kind, mode: str, stage: Stage) -> Any:
    arguments = QUICK | {"timeout": 0.15} if kind.arguments else QUICK
    arguments = {"task_id": "t", "deferrable": mode not in ("operator", "swap"), **arguments}
    saving = {**arguments, "destination": stage.saved.as_uri()}
    if mode == "sensor":
        task: Any = FaceSwapResultSensor(request_id="one", **arguments)
    elif mode.startswith("swap"):
        task = FaceSwapOperator(face="https://example.com/face.jpg", image=url_of("one"), **saving)
    else:
        task = FaceSwapResultOperator(request_id="one", **saving)
    task.max_failed_looks = 1
    return task


def said_by(task: Any) -> tuple[str, str]:
    """The name of the exception that ends the task, and all that it gives, keeps and raises, as text."""
    pushed, store = Pushed(), Store()
    try:
        value = run_task(task, {"ti": pushed, "task_state_store": store if KEEPS_STATES else None})
    except Exception as error:
        raised = "".join(traceback.format_exception(error))
        return type(error).__name__, raised + json.dumps([pushed.xcoms, store.kept])
    return "", json.dumps([value, pushed.xcoms, store.kept])


@pytest.mark.parametrize(("kind", "mode"), CASES)
def test_the_key_is_in_nothing_that_a_task_says(
    kind: Kind, mode: str, stage: Stage, flock: Flock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kind.prepare(stage, "one")
    error, text = said_by(make_task(kind, mode, stage))
    saved = [path.read_text("latin-1") for path in stage.saved.rglob("manifest.json")]
    everything = "\n".join([text, caplog.text, *map(str, stage.saved.rglob("*")), *saved])
    assert error == kind.error, text
    assert caplog.text
    assert not search([("task", everything.encode())], flock, Vault().unlock).hits
