"""Where a task may remember what it submitted, each with what a test does there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.saving.file_names import record_name
from airflow_provider_modelslab.saving.records import DestinationRecords
from airflow_provider_modelslab.task.submission_place import FOLDER, STORE_KEY
from tests.operators import first_try, swapper
from tests.support.deferring import Pushed, Store

if TYPE_CHECKING:
    from pathlib import Path

    from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator

ANYWHERE = pytest.mark.parametrize("place", ["airflow", "destination", "nowhere"], indirect=True)


class Place:
    """One of them.

    :param kind: airflow, destination or nowhere
    :param folder: the task's destination, in the second case
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self.outlives = kind != "nowhere"
        #: What keeps it there.
        self.records: Any = DestinationRecords if kind == "destination" else Store
        self._store = Store()

    def first_try(self) -> dict[str, Any]:
        """The context of a task; the next try may have the same."""
        return {
            **first_try(store=False),
            **({"task_state_store": self._store} if self.kind == "airflow" else {}),
        }

    def swapper(self, **kwargs: Any) -> FaceSwapOperator:
        """A task that remembers there."""
        saves = {"destination": str(self.folder)} if self.kind == "destination" else {}
        return swapper(**{**saves, **kwargs})

    def kept(self) -> Any:
        """What is remembered; None where nothing is."""
        if self.kind == "airflow":
            return self._store.get(STORE_KEY)
        files = list((self.folder / FOLDER).glob("*"))
        return json.loads(files[0].read_text())["value"] if files else None

    def keep(self, value: Any) -> None:
        """Have it remember something else, as an earlier try may have."""
        if self.kind == "airflow":
            self._store.set(STORE_KEY, value)
            return
        path = self.folder / FOLDER / record_name(Pushed.dag_id, Pushed.run_id, Pushed.task_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"version": 1, "name": path.name, "value": value}))
