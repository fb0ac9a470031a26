"""What is slow to start is started once."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.support.order import TOGETHER

if TYPE_CHECKING:
    from pathlib import Path

PATHS = tuple(path for paths in TOGETHER.values() for path in paths)
NEEDS = {"s3_server", "azure_server", "gcs_server", "bucket", "pages"}


@functools.cache
def asks_for_a_store(file: Path) -> bool:
    """Whether its fixtures do so by name, while they run."""
    return bool(re.search(r"getfixturevalue\(.*_(server|bucket)\b", file.read_text()))


def test_what_needs_a_store_or_the_pages_is_together(request: pytest.FixtureRequest) -> None:
    """Of the tests of this run; those that take longer than the start may stand alone."""
    files = {
        item.nodeid.partition("::")[0]
        for item in request.session.items
        if (NEEDS & set(getattr(item, "fixturenames", ())) or asks_for_a_store(item.path))
        and not any(item.get_closest_marker(name) for name in ("airflow", "browser", "thorough", "kills"))
    }
    assert [file for file in files if not file.startswith(PATHS)] == []


@pytest.mark.parametrize("path", PATHS)
def test_what_is_together_is_there(path: str) -> None:
    assert (ROOT / path).exists()
