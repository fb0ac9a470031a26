"""The Airflow connection of type ModelsLab: its form, and what its fields mean.

This module does not import Airflow, because the provider info is made from it at every start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_modelslab.protocol.endpoint import (
    DEFAULT_API_PATH,
    DEFAULT_HOST,
    parse_api_path,
    parse_base_url,
)
from airflow_provider_modelslab.protocol.fields import as_number, one_line
from airflow_provider_modelslab.protocol.redact import without_secret

CONN_TYPE = "modelslab"
DEFAULT_CONN_ID = "modelslab_default"
HOOK_NAME = "ModelsLab"
DEFAULT_REQUEST_TIMEOUT = 30.0  # seconds
_LONGEST_REQUEST_TIMEOUT = 600.0  # seconds


@dataclass(frozen=True)
class ExtraField:
    """One extra field of the form; both forms, old and new, are generated from these."""

    name: str
    label: str
    description: str
    type: str
    default: Any


EXTRA_FIELDS = (
    ExtraField(
        "api_path",
        "API path",
        "Path of the face swap calls; /api/v1/enterprise/faceswap on a dedicated server.",
        "string",
        DEFAULT_API_PATH,
    ),
    ExtraField(
        "request_timeout",
        "Request timeout (seconds)",
        "How long one call to the API may take.",
        "integer",
        int(DEFAULT_REQUEST_TIMEOUT),
    ),
    ExtraField(
        "allow_private_downloads",
        "Allow private downloads",
        "Let result files come from private addresses and over plain http: for an on-premises server.",
        "boolean",
        False,
    ),
    ExtraField(
        "require_consent",
        "Require consent",
        "Submit no face swap without a reference to the consent of the persons shown.",
        "boolean",
        False,
    ),
)
_NAMES = [field.name for field in EXTRA_FIELDS]
_AIRFLOW_S_OWN = {"__extra__"}  # how a connection's URI carries what is nested
HIDDEN_FIELDS = ("login",)
RELABELING = {"password": "API key", "host": "Base URL", "schema": "Scheme"}
PLACEHOLDERS = {"host": DEFAULT_HOST, "password": "the key of your ModelsLab account"}


@dataclass(frozen=True)
class ConnectionSettings:
    """What the calls need to know of a connection.

    :param base_url: scheme, host and port, without a trailing slash
    :param key: the API key; not shown by ``repr``
    :param api_path: path of the face swap calls
    :param request_timeout: seconds that one call may take
    :param allow_private_downloads: whether files may come from private addresses and over plain http
    :param require_consent: whether a face swap without a reference to consent is refused
    """

    base_url: str
    key: str = field(repr=False)
    api_path: str = DEFAULT_API_PATH
    request_timeout: float = DEFAULT_REQUEST_TIMEOUT
    allow_private_downloads: bool = False
    require_consent: bool = False


def read_settings(connection: Any) -> ConnectionSettings:
    """Return the settings that an Airflow connection holds.

    :param connection: anything with the attributes of Airflow's ``Connection``
    :raises ValueError: when the connection cannot be used; the text says which field and why, without
        the key, which may stand in that field too
    """
    key = (connection.password or "").strip()
    try:
        return _read_fields(connection, key)
    except ValueError as err:
        raise ValueError(one_line(without_secret(str(err), key))) from None


def _read_fields(connection: Any, key: str) -> ConnectionSettings:
    if connection.conn_type and connection.conn_type.lower() != CONN_TYPE:
        raise ValueError(f"its type is {connection.conn_type!r}, not {CONN_TYPE!r}")
    if not key:
        raise ValueError("it has no key: put the API key into its password field")
    extra = _read_extra(connection.extra)
    return ConnectionSettings(
        base_url=parse_base_url(connection.host, connection.schema, connection.port),
        key=key,
        api_path=parse_api_path(_read_text(extra, "api_path")),
        request_timeout=_read_timeout(extra.get("request_timeout")),
        allow_private_downloads=_read_flag(extra, "allow_private_downloads"),
        require_consent=_read_flag(extra, "require_consent"),
    )


def unknown_extras(connection: Any) -> list[str]:
    """Describe each extra field that means nothing here, with the name that it may be a misspelling of.

    Of its value nothing is told, nor of the key where that stands in a name.

    :param connection: one whose settings can be read
    """
    return [
        one_line(without_secret(_describe_unknown(str(name)), (connection.password or "").strip()))
        for name in _read_extra(connection.extra)
        if name not in _NAMES and name not in _AIRFLOW_S_OWN
    ]


def _describe_unknown(name: str) -> str:
    from difflib import get_close_matches

    plain = name.strip().lower().replace("-", "_").removeprefix(f"extra__{CONN_TYPE}__")
    near = get_close_matches(plain, _NAMES, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_NAMES)}."
    return f"the extra field {name[:60]!r}, which means nothing here: {hint}"


def _read_extra(extra: str | Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Parse by hand: Airflow's ``extra_dejson`` masks on the way, which blocks an event loop."""
    if not extra:
        return {}
    if isinstance(extra, Mapping):  # Airflow 3.2, of a connection given as URI
        return extra
    try:
        value = json.loads(extra)
    except ValueError:
        raise ValueError("its extra is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("its extra is not a JSON object")
    return value


def _read_text(extra: Mapping[str, Any], name: str) -> str | None:
    value = extra.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"its extra field {name} is not a text")
    return value


def _read_timeout(value: Any) -> float:
    if value in (None, ""):
        return DEFAULT_REQUEST_TIMEOUT
    seconds = as_number(value)
    if not seconds or seconds > _LONGEST_REQUEST_TIMEOUT:
        raise ValueError(
            "its extra field request_timeout must be a number of seconds above 0, "
            f"at most {_LONGEST_REQUEST_TIMEOUT:.0f}"
        )
    return seconds


def _read_flag(extra: Mapping[str, Any], name: str) -> bool:
    """A URI carries every extra as text, so the words count as well."""
    value = extra.get(name)
    word = str(value).strip().lower()
    if value in (None, "") or word in ("false", "0", "no", "off"):
        return False
    if word in ("true", "1", "yes", "on"):
        return True
    raise ValueError(f"its extra field {name} must be true or false")
