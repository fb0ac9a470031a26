"""What Airflow is told of the provider."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from importlib.metadata import entry_points, version
from importlib.resources import files
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import pytest
from airflow.providers.common.compat.sdk import BaseHook, BaseOperator, BaseSensorOperator
from airflow.providers_manager import ProvidersManager
from airflow.triggers.base import BaseTrigger
from jsonschema import Draft7Validator

import airflow_provider_modelslab
from airflow_provider_modelslab.client.connection import EXTRA_FIELDS
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.provider_info import get_provider_info
from tests.support.hitl import HAS_HITL

if TYPE_CHECKING:
    from types import ModuleType

    from tests.support.running import AirflowHome

AIRFLOW = tuple(int(part) for part in version("apache-airflow").split(".")[:2])
NO_FORM = (3,) <= AIRFLOW < (3, 2) and not find_spec("flask_appbuilder")
NO_FORM_REASON = "Airflow 3.0 and 3.1 make this form of flask_appbuilder, where it is installed"
INFO = get_provider_info()
(CONNECTION,) = INFO["connection-types"]
NEEDS_HITL = set() if HAS_HITL else {"airflow_provider_modelslab.operators.approval"}
KINDS = {
    "hooks": BaseHook,
    "operators": BaseOperator,
    "sensors": BaseSensorOperator,
    "triggers": BaseTrigger,
}


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
    schema = Draft7Validator(json.loads(files("airflow").joinpath("provider_info.schema.json").read_text()))
    assert [error.message for error in schema.iter_errors(INFO)] == []
    without_hook = {name: value for name, value in CONNECTION.items() if name != "hook-class-name"}
    assert not schema.is_valid({**INFO, "connection-types": [without_hook]})


@pytest.mark.parametrize("kind", KINDS)
def test_the_modules_named_are_just_those_that_hold_a_class_of_the_kind(kind: str) -> None:
    package = importlib.import_module(f"airflow_provider_modelslab.{kind}")
    names = {name for _, name, _ in iter_modules(package.__path__, f"{package.__name__}.")} - NEEDS_HITL
    modules = [importlib.import_module(name) for name in names]
    holding = {module.__name__ for module in modules if has_own(KINDS[kind], module)}
    assert {name for entry in INFO[kind] for name in entry["python-modules"]} - NEEDS_HITL == holding


def has_own(base: type, module: ModuleType) -> bool:
    classes = [
        cls for _, cls in inspect.getmembers(module, inspect.isclass) if cls.__module__ == module.__name__
    ]
    return any(issubclass(cls, base) for cls in classes)


def test_the_info_is_made_without_importing_airflow() -> None:
    code = (
        "import sys; from airflow_provider_modelslab.provider_info import get_provider_info as get; get();"
        "print([name for name in sys.modules if name.split('.')[0] in ('airflow', 'requests', 'aiohttp')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.filterwarnings("ignore")  # Airflow's own, of its providers manager
@pytest.mark.skipif(NO_FORM, reason=NO_FORM_REASON)
def test_airflow_finds_the_connection_type_and_every_field_of_its_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if AIRFLOW[0] > 2:  # the hooks of all other providers, Google's for one, take many seconds to import
        monkeypatch.setattr(ProvidersManager, "_import_info_from_all_hooks", lambda self: None)
    manager = ProvidersManager()
    assert manager.hooks["modelslab"].hook_name == "ModelsLab"
    widgets = {name for name in manager.connection_form_widgets if name.startswith("extra__modelslab__")}
    assert widgets == {f"extra__modelslab__{field.name}" for field in EXTRA_FIELDS}
    behaviour = manager.field_behaviours["modelslab"]
    assert behaviour["hidden_fields"] == ["login"]
    assert behaviour["relabeling"]["password"] == "API key"


@pytest.mark.skipif(AIRFLOW[0] < 3, reason="the web UI of Airflow 3")
@pytest.mark.skipif(
    AIRFLOW < (3, 1) and not find_spec("wtforms"), reason="Airflow 3.0 shows no form without wtforms"
)
def test_the_web_ui_is_given_every_field_with_its_default() -> None:
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService

    (meta,) = (meta for meta in HookMetaService.hook_meta_data() if meta.connection_type == "modelslab")
    assert {name: field["value"] for name, field in meta.extra_fields.items()} == {
        field.name: field.default for field in EXTRA_FIELDS
    }
    assert meta.standard_fields.password.title == "API key"
    assert meta.standard_fields.login.hidden


def test_both_forms_old_and_new_say_the_same() -> None:
    assert set(CONNECTION["conn-fields"]) == {field.name for field in EXTRA_FIELDS}
    old = ModelsLabHook.get_ui_field_behaviour()
    new = CONNECTION["ui-field-behaviour"]
    assert old == {name.replace("-", "_"): value for name, value in new.items()}


def test_the_fixed_names_of_the_hook() -> None:
    assert ModelsLabHook.conn_name_attr == "modelslab_conn_id"
    assert ModelsLabHook.default_conn_name == "modelslab_default"
    assert ModelsLabHook.conn_type == CONNECTION["connection-type"] == "modelslab"


SHOW = """
from airflow.cli.cli_parser import get_parser
for command in (["get", "airflow-provider-modelslab"], ["hooks"], ["widgets"], ["behaviours"], ["triggers"]):
    print("==", command[0])
    arguments = get_parser().parse_args(["providers", *command])
    arguments.func(arguments)
"""


@pytest.mark.airflow
@pytest.mark.skipif(NO_FORM, reason=NO_FORM_REASON)
def test_the_command_line_shows_the_provider_without_a_warning(airflow_home: AirflowHome) -> None:
    output = airflow_home.python("-c", SHOW)
    parts = {part.split()[0]: part for part in output.split("== ")[1:]}
    assert set(parts) == {"get", "hooks", "widgets", "behaviours", "triggers"}
    assert all("modelslab" in part for part in parts.values())
    assert not [line for line in output.splitlines() if "modelslab" in line and "warn" in line.lower()]
