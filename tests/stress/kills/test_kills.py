"""The smaller form of `python -m tests.stress.kills`: two kills, a few waits and one save."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stress.kills.running import Options, run_all
from tests.stress.kills.scenarios import QUICK
from tests.support.running.api import AIRFLOW_3

if TYPE_CHECKING:
    from pathlib import Path

FEW = Options(ids=24, mapped=4, overdue=60, size=100_000_000, limit=150)


@pytest.mark.airflow
@pytest.mark.kills
@pytest.mark.skipif(not AIRFLOW_3, reason="runs the components of Airflow 3")
def test_waits_and_files_survive_a_killed_triggerer_and_a_worker_killed_while_saving(tmp_path: Path) -> None:
    (row,) = run_all({"quick": QUICK}, FEW, tmp_path)
    assert not row.problems, "\n".join([*row.problems, *row.evidence])
    assert (row.in_flight, row.right, row.once) == (24, 24, 24)
    assert (row.whole, row.partial) == ("2/2", "0")
