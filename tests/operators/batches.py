"""What the tests of batches ask of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.deferring import Pushed

if TYPE_CHECKING:
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
