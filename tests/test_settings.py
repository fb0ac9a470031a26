"""The section of airflow.cfg, and when tasks have the tab."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab import settings
from airflow_provider_modelslab.provider_info import get_provider_info

ROOT = "s3://aws_default@bucket/faces/"


@pytest.mark.parametrize(
    ("version", "tab", "roots", "expected"),
    [
        ("3.1.0", "on", ROOT, False),
        ("2.11.2", "on", ROOT, False),
        ("3.1.1", "auto", "", False),
        ("3.1.1", "auto", ROOT, True),
        ("3.3.2", "on", "", True),
        ("3.3.2", "off", ROOT, False),
        ("3.3.2", " Off ", ROOT, False),
        ("3.4.0b2", "auto", "", True),
        ("3.10.0", "auto", "", True),
        ("3.4.0", "off", "", False),
    ],
)
def test_the_tab_is_there_where_it_is_of_use(
    monkeypatch: pytest.MonkeyPatch, version: str, tab: str, roots: str, expected: bool
) -> None:
    monkeypatch.setattr("airflow.__version__", version)
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_TAB", tab)
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", roots)

    assert settings.has_preview_tab() is expected


def test_nothing_may_be_shown_unless_somebody_says_so() -> None:
    assert settings.preview_roots() == settings.usable_preview_roots() == ()


def test_a_setting_that_cannot_be_read_shows_nothing_and_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", f"{ROOT}, relative/folder")

    assert settings.usable_preview_roots() == ()
    with pytest.raises(ValueError, match=r"entry 2 of preview_roots is no root: that is s3://"):
        settings.preview_roots()


def test_airflow_knows_the_settings_of_the_provider() -> None:
    options = get_provider_info()["config"]["modelslab"]["options"]

    assert set(options) == {"preview_roots", "preview_tab"}
    assert all(option["description"] and option["type"] == "string" for option in options.values())
