"""The tables of arguments have those of the signatures, with their defaults, and no others."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.client.connection import EXTRA_FIELDS
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from airflow_provider_modelslab.settings import OPTIONS
from airflow_provider_modelslab.task.base_operator import FaceSwapBaseOperator
from tests.docs import DOCS, rows, sections
from tests.support.hitl import needs_hitl

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = sections(DOCS / "arguments.md")
#: What the sensor takes of Airflow's own sensors, and the provider's operators have of their own.
OF_EVERY_SENSOR = {"timeout", "exponential_backoff", "max_wait"}
IN_CONFIGURATION = {"deferrable", "timeout"}  # the signature has what this configuration says
METHODS = (
    *("swap_faces_in_image", "swap_face_in_image", "swap_faces_in_video", "swap_face_in_video"),
    *("get_result", "save", "fetch", "test_connection"),
)
#: Of methods that hand on what they do not name.
HANDED_ON = {"swap_face_in_image": {"image", "face"}, "swap_face_in_video": {"video", "face"}}
SIZES = {"5 GiB": 5 * 2**30}


def documented(*headings: str) -> dict[str, str]:
    """The arguments under headings, with what stands there as their defaults."""
    cells = [row for heading in headings for row in rows(PAGE[heading])]
    return {row[0].strip("`"): row[2] for row in cells}


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters that a function names, and those that it gathers under another name than `kwargs`."""
    found = inspect.signature(function).parameters
    return {name: each for name, each in found.items() if name not in ("self", "kwargs")}


def says(text: str, default: Any) -> bool:
    """Whether a cell says what a default is. Where it is None, words say what that means."""
    if default is inspect.Parameter.empty:
        return text == "required"
    if default is None:
        return text != "required"
    return text.strip("`") == str(default).removesuffix(".0") or SIZES.get(text) == default


def wrong_defaults(table: dict[str, str], found: dict[str, inspect.Parameter]) -> dict[str, str]:
    checked = {name: text for name, text in table.items() if text and name not in IN_CONFIGURATION}
    return {
        name: text for name, text in checked.items() if name in found and not says(text, found[name].default)
    }


def test_the_operators_share_the_arguments_of_waiting_and_saving() -> None:
    table, found = documented("Waiting", "Saving"), parameters(FaceSwapBaseOperator)
    assert set(table) == set(found)
    assert wrong_defaults(table, found) == {}


@pytest.mark.parametrize(
    ("operator", "heading"),
    [
        (FaceSwapOperator, "Submitting"),
        (FaceSwapResultOperator, "Which request"),
        (FaceSwapBatchOperator, "A batch"),
    ],
    ids=["FaceSwapOperator", "FaceSwapResultOperator", "FaceSwapBatchOperator"],
)
def test_an_operator_has_those_of_its_own(operator: type, heading: str) -> None:
    table, found = documented(heading), parameters(operator)
    assert set(table) == set(found)
    assert wrong_defaults(table, found) == {}


def test_the_sensor_has_those_of_waiting_and_its_own() -> None:
    table = documented("Waiting", "Which request", "The sensor")
    found = parameters(FaceSwapResultSensor)
    assert set(table) == set(found) | OF_EVERY_SENSOR
    assert wrong_defaults(table, found) == {}


@needs_hitl
def test_both_operators_that_ask_a_person_have_the_same() -> None:
    from airflow_provider_modelslab.operators import approval

    for operator in (approval.FaceSwapApprovalOperator, approval.FaceSwapSelectionOperator):
        table, found = documented("Asking a person"), parameters(operator)
        assert set(table) == set(found)
        assert wrong_defaults(table, found) == {}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_of_the_hook_has_its_arguments(method: str) -> None:
    table, found = documented(method), parameters(getattr(ModelsLabHook, method))
    assert set(table) == set(found) | HANDED_ON.get(method, set())
    assert wrong_defaults(table, found) == {}


def test_the_connection_has_all_its_fields() -> None:
    table = {row[0]: row[2].strip("`") for row in rows(sections(DOCS / "connection.md")["Fields"])}
    extra = {name.split("`")[1]: value for name, value in table.items() if name.endswith("(extra)")}
    assert extra == {field.name: f"{field.default}" for field in EXTRA_FIELDS}


def test_the_configuration_has_all_its_options() -> None:
    table = rows(sections(DOCS / "connection.md")["Settings of the provider"])
    assert {row[0].strip("`") for row in table} == set(OPTIONS)


def test_what_there_is_can_be_imported() -> None:
    for name, _, module in rows(PAGE["What there is"]):
        first = name.split("`")[1]
        if not module.endswith(".approval`"):  # of Airflow 3.1 and later
            assert hasattr(import_of(module), first)


def import_of(module: str) -> Any:
    from importlib import import_module

    return import_module(f"airflow_provider_modelslab.{module.strip('`')}")
