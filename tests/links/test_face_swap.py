"""The button from a task to its tab."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from airflow_provider_modelslab.links.face_swap import FaceSwapLink


def link_of(**ids: Any) -> str:
    key = SimpleNamespace(**{"dag_id": "faces", "run_id": "r", "task_id": "save", "map_index": -1} | ids)
    return FaceSwapLink().get_link(None, ti_key=key)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/team/")


def test_it_leads_to_the_tab_of_the_task_instance() -> None:
    assert link_of() == "https://airflow.example/team/dags/faces/runs/r/tasks/save/plugin/face-swap"


def test_of_a_mapped_task_it_leads_to_that_instance() -> None:
    assert link_of(map_index=7).endswith("/tasks/save/mapped/7/plugin/face-swap")


def test_ids_with_anything_in_them_stay_one_part_of_the_address() -> None:
    assert "/runs/a%2Fb%3F%23%20%2B%25/" in link_of(run_id="a/b?# +%")
