"""The smaller form of `python -m tests.stress.distributed`: a few of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stress.distributed.running import Options, run
from tests.support.running.distributed import missing

if TYPE_CHECKING:
    from pathlib import Path

FEW = Options(waits=2, saves=2, swaps=1, pictures=6, limit=150)


@pytest.mark.airflow
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_killed_worker_and_a_killed_triggerer_lose_nothing_and_pay_nothing_twice(tmp_path: Path) -> None:
    rows, stage = run(FEW, tmp_path)
    assert stage.problems == [], stage.killed
    assert [(row.tasks, row.succeeded) for row in rows] == [(2, 2), (2, 2), (1, 1), (1, 1)]
    assert sum(row.retried for row in rows) > 0
