"""What is slow to start is started once."""

from __future__ import annotations

import pytest

from tests import ROOT
from tests.support.together import TOGETHER

PATHS = tuple(path for paths in TOGETHER.values() for path in paths)
NEEDS = {"s3_server", "azure_server", "gcs_server", "bucket", "pages"}


def test_what_needs_a_store_or_the_pages_is_together(request: pytest.FixtureRequest) -> None:
    """Of the tests of this run; those that take longer than the start may stand alone."""
    files = {
        item.nodeid.partition("::")[0]
        for item in request.session.items
        if NEEDS & set(getattr(item, "fixturenames", ()))
        and not any(item.get_closest_marker(name) for name in ("airflow", "browser", "thorough", "kills"))
    }
    assert [file for file in files if not file.startswith(PATHS)] == []


@pytest.mark.parametrize("path", PATHS)
def test_what_is_together_is_there(path: str) -> None:
    assert (ROOT / path).exists()
