"""Saving: a finished face swap's files, whole and verified, in the team's own storage.

The entry points are imported when first used: a DAG file that names them pays nothing at parsing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_modelslab.saving.destination import check_destination
    from airflow_provider_modelslab.saving.options import SaveOptions
    from airflow_provider_modelslab.saving.save_result import save_result

__all__ = ["SaveOptions", "check_destination", "save_result"]

_HOMES = {"check_destination": "destination", "SaveOptions": "options", "save_result": "save"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
