"""What Airflow is told of the provider."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from importlib.metadata import entry_points, version
from importlib.resources import files

from airflow.providers_manager import ProvidersManager
from jsonschema import Draft7Validator

import airflow_provider_modelslab
from airflow_provider_modelslab.hooks.connection import EXTRA_FIELDS
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.provider_info import get_provider_info

INFO = get_provider_info()
(CONNECTION,) = INFO["connection-types"]


def test_the_entry_point_leads_to_the_info() -> None:
    (entry,) = (
        entry
        for entry in entry_points(group="apache_airflow_provider")
        if entry.value.startswith("airflow_provider_modelslab")
    )
    assert entry.name == "provider_info"
    assert entry.load()() == INFO


def test_the_version_is_that_of_the_distribution() -> None:
    assert airflow_provider_modelslab.__version__ == version(INFO["package-name"])


def test_the_info_is_what_airflow_s_schema_asks_for() -> None:
    schema = json.loads(files("airflow").joinpath("provider_info.schema.json").read_text())
    Draft7Validator(schema).validate(INFO)


def test_every_module_that_is_named_exists() -> None:
    for kind in ("hooks", "operators", "sensors", "triggers"):
        for entry in INFO[kind]:
            for module in entry["python-modules"]:
                importlib.import_module(module)


def test_the_info_is_made_without_importing_airflow() -> None:
    code = (
        "import sys; from airflow_provider_modelslab.provider_info import get_provider_info as get; get();"
        "print([name for name in sys.modules if name.split('.')[0] in ('airflow', 'requests', 'aiohttp')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_airflow_finds_the_connection_type_and_every_field_of_its_form() -> None:
    manager = ProvidersManager()
    assert manager.hooks["modelslab"].hook_name == "ModelsLab"
    widgets = {name for name in manager.connection_form_widgets if name.startswith("extra__modelslab__")}
    assert widgets == {f"extra__modelslab__{field.name}" for field in EXTRA_FIELDS}
    behaviour = manager.field_behaviours["modelslab"]
    assert behaviour["hidden_fields"] == ["login"]
    assert behaviour["relabeling"]["password"] == "API key"


def test_both_forms_old_and_new_say_the_same() -> None:
    assert set(CONNECTION["conn-fields"]) == {field.name for field in EXTRA_FIELDS}
    old = ModelsLabHook.get_ui_field_behaviour()
    new = CONNECTION["ui-field-behaviour"]
    assert old == {name.replace("-", "_"): value for name, value in new.items()}


def test_the_fixed_names_of_the_hook() -> None:
    assert ModelsLabHook.conn_name_attr == "modelslab_conn_id"
    assert ModelsLabHook.default_conn_name == "modelslab_default"
    assert ModelsLabHook.conn_type == CONNECTION["connection-type"] == "modelslab"
