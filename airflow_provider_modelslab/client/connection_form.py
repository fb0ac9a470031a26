"""The connection form of Airflow before 3.2; later ones read the provider info."""

from __future__ import annotations

from typing import Any

from airflow_provider_modelslab.client.connection import EXTRA_FIELDS, HIDDEN_FIELDS, PLACEHOLDERS, RELABELING


def form_widgets() -> dict[str, Any]:
    """Return the form's extra fields."""
    from flask_appbuilder.fieldwidgets import BS3TextFieldWidget
    from wtforms import BooleanField, IntegerField, StringField

    fields = {"string": StringField, "integer": IntegerField, "boolean": BooleanField}
    return {
        field.name: fields[field.type](
            field.label,
            description=field.description,
            default=field.default,
            **({} if field.type == "boolean" else {"widget": BS3TextFieldWidget()}),
        )
        for field in EXTRA_FIELDS
    }


def field_behaviour() -> dict[str, Any]:
    """Return how the form's standard fields look."""
    return {
        "hidden_fields": list(HIDDEN_FIELDS),
        "relabeling": dict(RELABELING),
        "placeholders": dict(PLACEHOLDERS),
    }
