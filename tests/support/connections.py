"""Airflow connections for tests, as environment variables: the way that works everywhere."""

from __future__ import annotations

import json
from typing import Any


def connection_json(url: str, key: str, **extra: Any) -> str:
    """Return a ModelsLab connection to a server on loopback as an ``AIRFLOW_CONN_…`` variable holds it."""
    fields = {"conn_type": "modelslab", "host": url, "password": key}
    return json.dumps({**fields, "extra": {"allow_private_downloads": True, "request_timeout": 5, **extra}})
