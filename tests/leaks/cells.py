"""Each kind in each mode: a DAG of sensors and operators, whose tasks are named `kind-mode`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.leaks.connections import BROKEN, USABLE
from tests.leaks.kinds import KINDS, Kind

DAG_ID = "cells"
MODES: dict[str, dict[str, Any]] = {
    "poke": {},
    "reschedule": {"mode": "reschedule"},
    "deferrable": {"deferrable": True},
    "end_from_trigger": {"deferrable": True, "end_from_trigger": True},
}
SAVING_MODES: dict[str, dict[str, Any]] = {"operator": {}, "operator_deferrable": {"deferrable": True}}

TEXT = """
import json

from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

with DAG("cells", schedule=None) as dag:
    for task_id, saves, arguments in json.loads(CELLS):
        if saves:
            saved = "{{ dag_run.conf.saved }}"
            task = FaceSwapResultOperator(task_id=task_id, destination=saved, **arguments)
        else:
            task = FaceSwapResultSensor(task_id=task_id, **arguments)
        task.tolerance = 2  # looks in a row that may fail; the usual 8 take two minutes
"""


@dataclass(frozen=True)
class Cell:
    """A kind in a mode, or a connection that cannot be used.

    :param task_id: the name of the task, and of its request
    :param saves: whether it is an operator that saves
    :param arguments: of the task
    :param error: the exception that its log must name; none for a success
    :param kind: what is to happen to the request; none where it is never made
    """

    task_id: str
    saves: bool
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
    for row, kind in enumerate(KINDS):
        modes = SAVING_MODES if kind.saving else MODES | SAVING_MODES
        for column, (mode, how) in enumerate(modes.items()):
            conn_id = USABLE[(row + column) % len(USABLE)]
            name = f"{kind.name}-{mode}"
            arguments = {"request_id": name, "modelslab_conn_id": conn_id, "timeout": 300}
            yield Cell(name, mode in SAVING_MODES, {**arguments, **kind.arguments, **how}, kind.error, kind)


def _of_broken_connections() -> Iterator[Cell]:
    for conn_id in BROKEN:
        for mode, how in MODES.items():
            arguments = {"request_id": "any", "modelslab_conn_id": conn_id, "timeout": 300, **how}
            yield Cell(f"{conn_id}-{mode}", False, arguments, "InvalidConnectionError")


def dag_file(cells: Sequence[Cell]) -> str:
    """The text of the DAG file."""
    listed = [(cell.task_id, cell.saves, cell.arguments) for cell in cells]
    return TEXT.replace("CELLS", repr(json.dumps(listed)))
