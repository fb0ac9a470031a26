from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.saving.options import SaveOptions


def test_the_defaults_are_safe() -> None:
    options = SaveOptions()
    assert (options.if_exists, options.allow_private, options.max_file_size) == ("skip", False, 5 * 2**30)


@pytest.mark.parametrize(
    "given",
    [
        {"if_exists": "replace"},
        {"max_file_size": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"parallel": 0},
        {"url_patience": -1},
    ],
)
def test_values_that_make_no_sense_are_refused_by_name(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        SaveOptions(**given)
