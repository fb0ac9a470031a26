"""What the tests of batches ask of them."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.support.deferring import Pushed

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.support.standin import StandIn


def lines(value: dict[str, Any]) -> list[dict[str, Any]]:
    text = Path(value["report"].removeprefix("file://")).read_text()
    return [json.loads(line) for line in text.splitlines()]


def cleared() -> dict[str, Any]:
    """The context of a task that a person has cleared."""
    ti = Pushed()
    ti.try_number, ti.max_tries = 2, 1
    return {"ti": ti}


def accepted(standin: StandIn) -> int:
    return len(standin.submits(accepted=True))


def out_of_time_once(monkeypatch: pytest.MonkeyPatch, happened: Callable[[], bool]) -> timedelta:
    """Return an execution_timeout that is over for a batch as soon as that has happened, on any machine."""
    from airflow_provider_modelslab.batch import run

    def now() -> float:
        return time.time() + 7200 * happened()

    clock = SimpleNamespace(time=now, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(run, "time", clock)
    return timedelta(hours=1)


def saved_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the items that a batch takes for saved."""
    from airflow_provider_modelslab.batch.item_outcomes import ItemOutcomes

    names: list[str] = []
    original = ItemOutcomes.saved

    def noted(self: Any, item: Any, *args: Any) -> None:
        original(self, item, *args)
        names.append(item.name)

    monkeypatch.setattr(ItemOutcomes, "saved", noted)
    return names


def deferrals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note by which triggers the batch is waited for."""
    from airflow_provider_modelslab.batch import deferral

    seen: list[str] = []
    original = deferral.deferral_of

    def noted(*args: Any) -> Any:
        found = original(*args)
        seen.append(type(found.trigger).__name__)
        return found

    monkeypatch.setattr(deferral, "deferral_of", noted)
    return seen
