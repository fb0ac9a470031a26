"""The runs of the examples fit the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stress.leaks.examples import FOLDER, POOL, Example, all_examples
from tests.support import hitl

BY_STEM = {each.stem: each for each in all_examples()}


@pytest.fixture(params=BY_STEM.values(), ids=BY_STEM)
def example(request: pytest.FixtureRequest) -> Example:
    one: Example = request.param
    return one


def text_of(example: Example) -> str:
    return (FOLDER / f"{example.stem}.py").read_text()


def test_there_are_runs_of_every_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} - hitl.EXAMPLES == set(BY_STEM)


def test_a_run_is_given_params_that_the_file_has(example: Example) -> None:
    given = example.conf(Path("/saved"))
    assert given
    assert all(f'"{name}": Param(' in text_of(example) for name in given)


def test_the_task_that_is_looked_at_is_in_the_file(example: Example) -> None:
    task_id, map_index = example.task
    assert f'task_id="{task_id}"' in text_of(example)
    assert (".expand(" in text_of(example)) == (map_index == 0)


def test_the_pool_of_an_example_is_there(example: Example) -> None:
    assert ("pool=" in text_of(example)) == (f'pool="{POOL}"' in text_of(example))
