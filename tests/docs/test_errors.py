"""The page of errors has every class, says of each whether it is retried, and what to do."""

from __future__ import annotations

import inspect

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSensorTimeout

from airflow_provider_modelslab import exceptions
from airflow_provider_modelslab.exceptions import ModelsLabError
from tests.docs import DOCS, rows, sections

PAGE = sections(DOCS / "errors.md")
ERRORS = {
    name: error
    for name, error in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(error, ModelsLabError)
}
#: Which only say what others have in common.
COMMON = {"ModelsLabError", "RequestRefusedError"}


def test_every_class_has_its_section_and_none_has_one_that_is_not_there() -> None:
    assert {heading for heading in PAGE if heading.endswith("Error")} == set(ERRORS) - COMMON
    assert all(f"`{name}`" in "".join(PAGE.values()) for name in COMMON)


@pytest.mark.parametrize("name", sorted(set(ERRORS) - COMMON))
def test_a_section_says_what_to_do_and_whether_retries_apply(name: str) -> None:
    final = issubclass(ERRORS[name], (AirflowFailException, AirflowSensorTimeout))
    assert "- **What to do:** " in PAGE[name]
    assert f"- **Retried:** {'no' if final else 'yes'}." in PAGE[name]


def test_every_attribute_of_an_error_is_told() -> None:
    told = rows(sections(DOCS / "guides" / "failures.md")["What an error says"])
    assert [row[0].strip("`") for row in told] == list(ModelsLabError().facts)
