"""What keeps a wheel from being released is told, all of it."""

from __future__ import annotations

import sys
from email.message import Message
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from types import ModuleType

SCRIPTS = ROOT / ".ci"
ADDRESSES = ("Source", "Documentation", "Changelog", "Issues")
DATED = "# Changelog\n\n## 1.2.0 - 2026-01-31\n\n## 1.1.0 - 2025-01-31\n"
pytestmark = pytest.mark.skipif(not SCRIPTS.exists(), reason="only a checkout has the script")


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    for name in ("release", "sbom"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return import_module("release")


def metadata(version: str = "1.2.0", description: str = "", without: str = "") -> Message:
    message = Message()
    message["Version"] = version
    for name in ADDRESSES:
        if name != without:
            message["Project-URL"] = f"{name}, https://git.example/{name}"
    message.set_payload(description)
    return message


def test_nothing_is_told_of_a_wheel_that_is_ready(release: ModuleType) -> None:
    text = "[a](https://git.example/a) [b](#b) ![c](https://git.example/c.png)"
    assert list(release.faults(metadata(description=text), DATED)) == []


@pytest.mark.parametrize("name", ADDRESSES)
def test_each_address_that_is_missing_is_told(release: ModuleType, name: str) -> None:
    (fault,) = release.faults(metadata(without=name), DATED)
    assert fault.endswith(f"for {name}")


@pytest.mark.parametrize("link", ["[a](docs/a.md)", "![a](docs/a.png)"])
def test_a_link_that_leads_nowhere_on_an_index_page_is_told(release: ModuleType, link: str) -> None:
    (fault,) = release.faults(metadata(description=f"text {link} text"), DATED)
    assert "docs/a" in fault


@pytest.mark.parametrize("changelog", ["", "## 1.2.0\n", "## 1.1.0 - 2026-01-31\n", "## 1.2.0 - soon\n"])
def test_a_version_without_a_date_in_the_changelog_is_told(release: ModuleType, changelog: str) -> None:
    (fault,) = release.faults(metadata(), changelog)
    assert "'## 1.2.0 - YYYY-MM-DD'" in fault
