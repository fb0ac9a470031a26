"""The section ``[modelslab]`` of Airflow's configuration: what there is to set, and how it is read."""

from __future__ import annotations

from typing import Any

from airflow_provider_modelslab.protocol.preview_roots import parse_roots

SECTION = "modelslab"
PREVIEW_ROOTS = "preview_roots"
PREVIEW_TAB = "preview_tab"
FIRST_WITH_TABS = (3, 1, 1)  # cookie sessions and connections work in plugins from here on
FIRST_WITH_TABS_OF_OPERATORS = (3, 4)  # which offers a tab on the tasks of some operators only

#: What ``airflow config list`` and Airflow's documentation show.
OPTIONS: dict[str, dict[str, Any]] = {
    PREVIEW_ROOTS: {
        "description": (
            "Folders whose pictures and films may be shown in Airflow's web pages, to users who may read the "
            "XComs of the Dag: URIs with the Airflow connection by which the API server reads them, "
            "separated by commas. Nothing is shown where this is empty. The API server and the workers "
            "need it."
        ),
        "version_added": "0.2.0",
        "type": "string",
        "example": "s3://aws_default@bucket/face-swaps/, file:///data/faces/",
        "default": "",
    },
    PREVIEW_TAB: {
        "description": (
            "Whether tasks and Dag runs have a tab with what face swaps have saved: on, off, or auto, which "
            "is on where Airflow offers it on the tasks of this provider only (from 3.4), and before that "
            "where preview_roots is set. Airflow before 3.1.1 has none."
        ),
        "version_added": "0.2.0",
        "type": "string",
        "example": None,
        "default": "auto",
    },
}


def preview_roots() -> tuple[str, ...]:
    """Return the roots whose files may be shown.

    :raises ValueError: if the setting cannot be read; the text says why
    """
    return parse_roots(_get(PREVIEW_ROOTS))


def usable_preview_roots() -> tuple[str, ...]:
    """Return the same, and none where the setting cannot be read: what would be shown then says so."""
    try:
        return preview_roots()
    except ValueError:
        return ()


def has_preview_tab() -> bool:
    """Say whether tasks have the tab."""
    wanted = _get(PREVIEW_TAB).strip().lower()
    if wanted == "off" or not airflow_is(FIRST_WITH_TABS):
        return False
    return wanted == "on" or airflow_is(FIRST_WITH_TABS_OF_OPERATORS) or bool(_get(PREVIEW_ROOTS).strip())


def airflow_is(version: tuple[int, ...]) -> bool:
    """Say whether this Airflow is of a version, or later; a beta counts as what it leads to."""
    from airflow import __version__

    found = tuple(int("".join(filter(str.isdigit, part[:2])) or 0) for part in __version__.split(".")[:3])
    return found >= version


def _get(name: str) -> str:
    from airflow.providers.common.compat.sdk import conf

    return str(conf.get(SECTION, name, fallback=OPTIONS[name]["default"]))
