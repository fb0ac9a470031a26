from __future__ import annotations

import pytest


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trouble be given up in no time."""
    from airflow_provider_modelslab.protocol import poll_intervals

    monkeypatch.setattr(poll_intervals, "TROUBLE_FIRST", 0.0001)
