"""The package's description is the README, and no link of it is lost on an index page."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from email import message_from_string
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.docs import README

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "https://git.example/owner/name"
SHOW = "from hatchling.build import *; print(prepare_metadata_for_build_wheel('.'))"
OWN_URLS = re.compile(r"^\[project\.urls\]\n.*?(?=^\[)", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "airflow_provider_modelslab").mkdir()
    return tmp_path


def built(checkout: Path, urls: str) -> tuple[str, str]:
    """The version and the description that a build makes, with these lines in [project.urls] alone."""
    settings = checkout / "pyproject.toml"
    settings.write_text(f"{OWN_URLS.sub('', settings.read_text())}\n[project.urls]\n{urls}\n")
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    metadata = message_from_string((checkout / done.stdout.strip() / "METADATA").read_text())
    assert metadata["Description-Content-Type"] == "text/markdown"
    return metadata["Version"], metadata.get_payload()


def test_each_link_and_picture_leads_into_the_repository_at_the_tag(checkout: Path) -> None:
    version, text = built(checkout, f'Source = "{SOURCE}"')
    assert f"]({SOURCE}/raw/v{version}/docs/images/tab.webp)" in text
    assert f"]({SOURCE}/blob/v{version}/docs/quick-start.md#see-it-run-without-an-account)" in text
    assert [target for target in TARGET.findall(text) if not target.startswith("https://")] == []


def test_addresses_stay_and_nothing_else_is_changed(checkout: Path) -> None:
    version, text = built(checkout, f'Source = "{SOURCE}/"')
    assert "](https://airflow.apache.org)" in text
    assert re.sub(rf"{SOURCE}/(raw|blob)/v{version}/", "", text) == README.read_text()


def test_without_an_address_it_is_the_readme_as_it_is(checkout: Path) -> None:
    assert built(checkout, "")[1] == README.read_text()
