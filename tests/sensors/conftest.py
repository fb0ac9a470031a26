from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol import schedule


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trouble be given up in no time."""
    monkeypatch.setattr(schedule, "TROUBLE_FIRST", 0.001)
