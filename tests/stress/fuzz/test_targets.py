"""What the fuzzer runs, on what it begins with."""

from __future__ import annotations

import pytest

from tests.stress.fuzz import properties, targets

pytestmark = pytest.mark.thorough

BEGINNINGS = [(target, seed) for target in targets.TARGETS for seed in targets.seeds(target)]


@pytest.mark.parametrize(("target", "seed"), BEGINNINGS)
def test_a_seed_and_all_of_its_beginnings_are_read(target: str, seed: bytes) -> None:
    """Each target asserts its properties itself."""
    for end in range(0, len(seed) + 1, 7):
        targets.TARGETS[target](seed[:end])


def test_a_reader_that_breaks_a_property_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(properties, "plan_stems", lambda urls: ["../x" for _ in urls])
    with pytest.raises(AssertionError):
        targets.names(b"1\nhttps://h/x")
