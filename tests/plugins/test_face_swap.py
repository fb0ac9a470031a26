"""The plugin as Airflow finds it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from typing import Any

import pytest

from airflow_provider_modelslab.plugins.face_swap import FaceSwapPlugin
from airflow_provider_modelslab.settings import FIRST_WITH_TABS, airflow_is

has_tabs = pytest.mark.skipif(not airflow_is(FIRST_WITH_TABS), reason="no tabs before Airflow 3.1.1")

PROBE = """
import importlib, json, os, sys
import airflow.plugins_manager
from airflow.configuration import conf
from airflow.providers.common.compat.sdk import AirflowPlugin
before = set(sys.modules)
import airflow_provider_modelslab.plugins.face_swap as plugin
found = {"loaded": sorted(set(sys.modules) - before)}
for tab in ("on", "off"):
    os.environ["AIRFLOW__MODELSLAB__PREVIEW_TAB"] = tab
    importlib.reload(plugin)
    apps = [app["url_prefix"] for app in plugin.FaceSwapPlugin.fastapi_apps]
    found[tab] = {"apps": apps, "views": plugin.FaceSwapPlugin.external_views}
print("PROBE" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def probe() -> dict[str, Any]:
    """The plugin in a process of its own: what it loads, and what it offers with the tab on and off."""
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.partition("PROBE")[2])
    return found


def test_airflow_finds_it_by_its_entry_point() -> None:
    found = [each for each in entry_points(group="airflow.plugins") if each.name == "modelslab"]

    assert [each.load() for each in found] == [FaceSwapPlugin]


@has_tabs
def test_the_tab_is_told_as_airflow_fills_it_in(probe: dict[str, Any]) -> None:
    task, run = probe["on"]["views"]

    assert task["href"] == "modelslab/dags/{DAG_ID}/runs/{RUN_ID}/tasks/{TASK_ID}/{MAP_INDEX}"
    assert (task["destination"], task["url_route"]) == ("task_instance", "face-swap")
    assert "FaceSwapOperator" in task["applies_to"]["operator_name"]
    assert run["href"] == "modelslab/dags/{DAG_ID}/runs/{RUN_ID}"
    assert (run["destination"], run["url_route"]) == ("dag_run", "face-swaps")


@has_tabs
def test_switched_off_there_is_no_tab_and_the_pages_stay_for_forms(probe: dict[str, Any]) -> None:
    assert probe["off"] == {"apps": ["/modelslab"], "views": []}


def test_importing_it_loads_nothing_but_itself(probe: dict[str, Any]) -> None:
    assert [name for name in probe["loaded"] if not name.startswith("airflow_provider_modelslab")] == []


@pytest.mark.skipif(airflow_is(FIRST_WITH_TABS), reason="Airflow has tabs")
def test_where_airflow_has_no_tabs_it_stays_away(probe: dict[str, Any]) -> None:
    assert probe["on"] == {"apps": [], "views": []}
