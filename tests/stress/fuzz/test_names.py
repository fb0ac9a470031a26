"""No name leaves its folder or meets another one, and no id leads anywhere else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.stress.fuzz import properties, strategies

pytestmark = pytest.mark.thorough


@given(st.lists(strategies.urls, max_size=12))
def test_every_file_has_a_name_of_its_own_in_its_folder(urls: list[str]) -> None:
    properties.check_names(urls)


@given(st.lists(st.sampled_from(["x", "X", "x-3", "x-3-3", "output-2", "", "a" * 300]), max_size=40))
def test_names_that_are_made_to_collide_do_not(names: list[str]) -> None:
    properties.check_names([f"https://h/{name}.jpg" for name in names])


@example("..")
@example("a/../b")
@given(strategies.any_text | st.text("aZ09._~-/\\%\n\0", max_size=140))
def test_an_id_is_refused_or_one_segment_of_a_path(text: str) -> None:
    properties.check_id(text)


@given(st.integers() | st.floats() | st.decimals() | st.fractions() | st.booleans())
def test_a_number_is_refused_or_the_id_that_it_says(value: object) -> None:
    properties.check_number(value)
