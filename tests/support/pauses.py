"""Fixtures that spare tests what the product waits for, or takes long to make, before what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import ssl


@pytest.fixture
def one_ssl_context(ssl_context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give all clients that trust the usual certificates one context; where others are named, it is made."""
    from airflow_provider_modelslab.client import aio

    make = aio.make_ssl_context
    monkeypatch.setattr(aio, "make_ssl_context", lambda bundle: make(bundle) if bundle else ssl_context)


@pytest.fixture
def prompt_triggers(one_ssl_context: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare tests the pauses before and after a deferral, and take finer steps."""
    from airflow_provider_modelslab.client import aio
    from airflow_provider_modelslab.protocol import poll_intervals

    monkeypatch.setattr(poll_intervals, "LINGER", 0.0)
    monkeypatch.setattr(poll_intervals, "AFTER_DEFERRAL", 0.0)
    monkeypatch.setattr(aio, "_STEP", 0.002)


@pytest.fixture
def prompt_tasks(prompt_triggers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare tests the pauses of a worker too, between two tries in trouble."""
    from airflow_provider_modelslab.protocol import poll_intervals

    monkeypatch.setattr(poll_intervals, "TROUBLE_FIRST", 0.0001)


@pytest.fixture
def prompt_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a batch look often: at itself, and at its first swaps, of which nothing is known yet."""
    from airflow_provider_modelslab.batch import look_times, run, savers
    from airflow_provider_modelslab.protocol import poll_intervals

    monkeypatch.setattr(poll_intervals, "SHORTEST", 0.015)
    monkeypatch.setattr(look_times, "_SHORTEST", 0.015)
    for module in (run, savers):
        monkeypatch.setattr(module, "_TICK", 0.01)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try a download again after thousandths of a second instead of seconds."""

    from airflow_provider_modelslab.saving import retry_budget

    monkeypatch.setattr(retry_budget, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(retry_budget, "LONGEST_PAUSE", 0.005)
    monkeypatch.setattr(retry_budget, "LONGEST_RETRY_AFTER", 0.02)


@pytest.fixture
def short_slow_downs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep away for a twentieth of a second where the API asks to, for however long it asks."""

    from airflow_provider_modelslab.protocol import poll_intervals

    monkeypatch.setattr(poll_intervals, "SLOW_DOWN_LONGEST", 0.05)
    monkeypatch.setattr(poll_intervals, "ROOM_SHORTEST", 0.05)
