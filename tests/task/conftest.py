"""The places where a task may remember what it submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.task.places import Place


@pytest.fixture(params=["airflow", "destination"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each place that outlives the try; ``ANYWHERE`` has that where none does too."""
    from tests.task.places import Place

    return Place(request.param, tmp_path)
