"""The plan has as many waits as were asked for, of every kind."""

from __future__ import annotations

import pytest

from tests.stress.kills.plan import MOST_BAD, ending_of, make_plan


@pytest.mark.parametrize(("ids", "mapped"), [(200, 20), (24, 4), (1000, 101)])
def test_every_id_is_there_once_and_every_ending(ids: int, mapped: int) -> None:
    plan = make_plan("s", ids, mapped, overdue=60)
    assert len(set(plan.ids)) == len(plan.ids) == ids
    assert {ending_of(each) for each in plan.ids} == {"done", "failed", "never"}
    assert sum(task.group.mapped for task in plan.tasks) == mapped


def test_a_task_has_no_more_bad_ids_than_its_error_names() -> None:
    assert max(len(task.bad) for task in make_plan("s", 1000, 20, overdue=60).tasks) <= MOST_BAD


def test_jobs_that_never_end_have_a_deadline_of_their_own() -> None:
    timeouts = {
        task.group.timeout
        for task in make_plan("s", 200, 20, overdue=60).tasks
        if "never" in map(ending_of, task.ids)
    }
    assert timeouts == {60}
