"""The smaller form of `python -m tests.stress.leaks`: each kind of failure once, all logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stress.leaks.cells import all_cells, some_cells
from tests.stress.leaks.connections import BROKEN, USABLE
from tests.stress.leaks.examples import all_examples, some_examples
from tests.stress.leaks.hunt import Hunt
from tests.stress.leaks.kinds import KINDS
from tests.stress.leaks.report import report
from tests.stress.leaks.settings import LEVELS
from tests.stress.leaks.submissions import AT_SUBMISSION

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.airflow
@pytest.mark.timeout(1500)
def test_the_key_is_found_nowhere_and_what_leaks_on_purpose_everywhere(
    tmp_path: Path, migrated_home: Path
) -> None:
    hunt = Hunt(tmp_path, LEVELS["unmasked"], template=migrated_home)
    findings = hunt.run(some_cells(all_cells()), some_examples())
    assert not findings.bad(), report("unmasked", findings)


def test_the_smaller_form_has_every_kind_every_mode_and_every_example() -> None:
    few, every = some_cells(all_cells()), all_cells()
    assert [cell.kind.name for cell in few if cell.kind] == [kind.name for kind in (*KINDS, *AT_SUBMISSION)]
    assert {cell.arguments["modelslab_conn_id"] for cell in few} == {*USABLE, *BROKEN}
    assert {mode_of(cell.task_id) for cell in few} == {mode_of(cell.task_id) for cell in every}
    assert {each.stem for each in some_examples()} == {each.stem for each in all_examples()}


def mode_of(task_id: str) -> str:
    return task_id.rpartition("-")[2]
