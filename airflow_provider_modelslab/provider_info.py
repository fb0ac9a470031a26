"""What Airflow reads of this provider at every start; imports nothing of Airflow."""

from __future__ import annotations

from typing import Any

from airflow_provider_modelslab import __version__
from airflow_provider_modelslab.client.connection import (
    CONN_TYPE,
    EXTRA_FIELDS,
    HIDDEN_FIELDS,
    HOOK_NAME,
    PLACEHOLDERS,
    RELABELING,
)
from airflow_provider_modelslab.settings import OPTIONS, SECTION

_INTEGRATION = "ModelsLab"
_GUIDES = (
    *("waiting", "saving", "submitting", "batch", "approval-and-preview", "events-and-assets", "scale"),
    *("failures", "hook", "observability"),
)


def get_provider_info() -> dict[str, Any]:
    """Return the provider's entry in the shape of Airflow's ``provider_info.schema.json``."""
    return {
        "package-name": "airflow-provider-modelslab",
        "name": "ModelsLab",
        "description": (
            "Submit `ModelsLab <https://modelslab.com/>`__ face swaps, wait for them and save their files."
        ),
        "versions": [__version__],
        "integrations": [
            {
                "integration-name": _INTEGRATION,
                "external-doc-url": "https://docs.modelslab.com/",
                "how-to-guide": [f"/docs/guides/{name}.md" for name in _GUIDES],
                "tags": ["service"],
            }
        ],
        "hooks": [_modules("hooks.connected", "hooks.modelslab")],
        "operators": [_modules("operators.approval", "operators.face_swap", "operators.face_swap_batch")],
        "sensors": [_modules("sensors.face_swap")],
        "triggers": [_modules("triggers.face_swap", "triggers.queue_room")],
        "plugins": [
            {
                "name": "modelslab",
                "plugin-class": "airflow_provider_modelslab.plugins.face_swap.FaceSwapPlugin",
            }
        ],
        "extra-links": ["airflow_provider_modelslab.links.face_swap.FaceSwapLink"],
        "config": {
            SECTION: {"description": "The provider of ModelsLab's face swaps.", "options": OPTIONS},
        },
        "connection-types": [_connection_type()],
    }


def _connection_type() -> dict[str, Any]:
    return {
        "connection-type": CONN_TYPE,
        "hook-class-name": "airflow_provider_modelslab.hooks.modelslab.ModelsLabHook",
        "hook-name": HOOK_NAME,
        "conn-fields": {field.name: _conn_field(field) for field in EXTRA_FIELDS},
        "ui-field-behaviour": {
            "hidden-fields": list(HIDDEN_FIELDS),
            "relabeling": dict(RELABELING),
            "placeholders": dict(PLACEHOLDERS),
        },
    }


def _modules(*names: str) -> dict[str, Any]:
    modules = [f"airflow_provider_modelslab.{name}" for name in names]
    return {"integration-name": _INTEGRATION, "python-modules": modules}


def _conn_field(field: Any) -> dict[str, Any]:
    return {
        "label": field.label,
        "description": field.description,
        "schema": {"type": [field.type, "null"], "default": field.default},
    }
