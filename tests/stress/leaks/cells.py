"""Each kind in each mode: a DAG of sensors and operators, whose tasks are named `kind-mode`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.stress.leaks.connections import BROKEN, USABLE
from tests.stress.leaks.kinds import KINDS, Kind
from tests.stress.leaks.submissions import AT_SUBMISSION, error_of_batch, submitted, url_of

DAG_ID = "cells"
SAVED = "{{ dag_run.conf.saved }}"
SENSOR, COLLECTS, SUBMITS = "FaceSwapResultSensor", "FaceSwapResultOperator", "FaceSwapOperator"
BATCH = "FaceSwapBatchOperator"


@dataclass(frozen=True)
class Mode:
    """One way to run one of the three.

    :param cls: the sensor or operator
    :param arguments: of the task
    """

    cls: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def given(self, name: str) -> dict[str, Any]:
        """All arguments of a task that is about the request of that name."""
        if self.cls == SENSOR:
            return {"request_id": name, **self.arguments}
        if self.cls == BATCH:
            swap = {"face": FACE, "image": url_of(name)}
            return {"swaps": [swap], "destination": f"{SAVED}/{name}", **self.arguments}
        about = {"request_id": name} if self.cls == COLLECTS else {"face": FACE, "image": url_of(name)}
        return {**about, "destination": SAVED, **self.arguments}


FACE = "https://example.com/face.jpg"
SENSING = {
    "poke": Mode(SENSOR),
    "reschedule": Mode(SENSOR, {"mode": "reschedule"}),
    "deferrable": Mode(SENSOR, {"deferrable": True}),
    "end_from_trigger": Mode(SENSOR, {"deferrable": True, "end_from_trigger": True}),
}
SAVING = {"operator": Mode(COLLECTS), "operator_deferrable": Mode(COLLECTS, {"deferrable": True})}
SUBMITTING = {
    "swap": Mode(SUBMITS),
    "swap_deferrable": Mode(SUBMITS, {"deferrable": True}),
    "batch": Mode(BATCH),
}

TEXT = """
import json

from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from airflow_provider_modelslab.protocol import poll_intervals
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

# seconds between submit calls that fail; the usual ones take two minutes
poll_intervals.TROUBLE_LONGEST = 2.0
poll_intervals.LINGER = 0.0  # so that what can defer does

ALL = FaceSwapResultSensor, FaceSwapResultOperator, FaceSwapOperator, FaceSwapBatchOperator
CLASSES = {cls.__name__: cls for cls in ALL}

with DAG("cells", schedule=None) as dag:
    for task_id, cls, arguments in json.loads(CELLS):
        task = CLASSES[cls](task_id=task_id, **arguments)
        task.max_failed_looks = 2  # looks in a row that may fail; the usual 8 take two minutes
"""


@dataclass(frozen=True)
class Cell:
    """A kind in a mode, or a connection that cannot be used.

    :param task_id: the name of the task, and of its request
    :param cls: the sensor or operator
    :param arguments: of the task
    :param error: the exception that its log must name; none for a success
    :param kind: what is to happen to the request; none where it is never made
    """

    task_id: str
    cls: str
    arguments: dict[str, Any]
    error: str
    kind: Kind | None = None


def all_cells() -> list[Cell]:
    """Every kind in every mode."""
    return [*_of_kinds(), *_of_broken_connections()]


def some_cells(cells: Sequence[Cell]) -> list[Cell]:
    """Every kind in one mode, and every mode with several kinds."""
    by_name: dict[str, list[Cell]] = {}
    for cell in cells:
        by_name.setdefault(cell.task_id.rpartition("-")[0], []).append(cell)
    return [modes[turn % len(modes)] for turn, modes in enumerate(by_name.values())]


def _of_kinds() -> Iterator[Cell]:
    for row, kind in enumerate((*KINDS, *AT_SUBMISSION)):
        for column, (name, mode) in enumerate(_modes_of(kind).items()):
            conn_id = USABLE[(row + column) % len(USABLE)]
            met = submitted(kind) if mode.cls in (SUBMITS, BATCH) and kind in KINDS else kind
            if mode.cls == BATCH:
                met = replace(met, error=error_of_batch(kind.error, submits=kind in AT_SUBMISSION))
            yield _cell(f"{kind.name}-{name}", mode, conn_id, met)


def _modes_of(kind: Kind) -> dict[str, Mode]:
    if kind in AT_SUBMISSION:
        return SUBMITTING
    return (SAVING if kind.saving else SENSING | SAVING) | SUBMITTING


def _cell(task_id: str, mode: Mode, conn_id: str, kind: Kind) -> Cell:
    how = {"modelslab_conn_id": conn_id, "timeout": 300, **kind.arguments, **mode.given(task_id)}
    return Cell(task_id, mode.cls, how, kind.error, kind)


def _of_broken_connections() -> Iterator[Cell]:
    for conn_id in BROKEN:
        for name, mode in SENSING.items():
            arguments = {"modelslab_conn_id": conn_id, "timeout": 300, **mode.given("any")}
            yield Cell(f"{conn_id}-{name}", mode.cls, arguments, "InvalidConnectionError")


def dag_file(cells: Sequence[Cell]) -> str:
    """The text of the DAG file."""
    listed = [(cell.task_id, cell.cls, cell.arguments) for cell in cells]
    return TEXT.replace("CELLS", repr(json.dumps(listed)))
