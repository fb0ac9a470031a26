"""No bytes break the judgement of whole and cut, and no way of cutting them into pieces changes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stress.fuzz import properties, targets

pytestmark = pytest.mark.thorough

SEEDS = [seed[16:] for seed in targets.seeds("file")]
sizes = st.lists(st.integers(0, 5000), max_size=8)
spliced = st.tuples(st.sampled_from(SEEDS), st.integers(0, 1500), st.binary(max_size=40), st.integers(0, 40))


@given(spliced, sizes)
def test_a_damaged_file_is_judged_alike_in_any_pieces(
    parts: tuple[bytes, int, bytes, int], pieces: list[int]
) -> None:
    seed, at, other, lost = parts
    properties.check_completeness(seed[:at] + other + seed[at + lost :], pieces)


@given(st.sampled_from(SEEDS), st.binary(max_size=6000), sizes)
def test_any_bytes_behind_a_beginning_are_judged_alike(seed: bytes, behind: bytes, pieces: list[int]) -> None:
    properties.check_completeness(seed[:20] + behind, pieces)
