"""A hunt is good only where the key was found nowhere, and what was put there was found everywhere."""

from __future__ import annotations

import pytest

from tests.stress.leaks.findings import KEY, Findings
from tests.stress.leaks.places import PLACES, XCOMS
from tests.stress.leaks.report import report
from tests.stress.leaks.searching import Hit, Search


def found(*canaries: str) -> Search:
    return Search(1, 9, [Hit(canary, "plain", "a.log", "some text") for canary in canaries])


@pytest.fixture
def good() -> Findings:
    return Findings({place: found(place) for place in PLACES})


def test_a_good_hunt(good: Findings) -> None:
    assert not good.bad()
    assert report("info", good).endswith("good: the key was found nowhere")


def test_a_hunt_that_searched_nothing_is_bad() -> None:
    assert Findings().blind_spots() == list(PLACES)
    assert Findings().bad()


def test_a_place_where_what_was_put_there_is_not_found_is_a_blind_spot(good: Findings) -> None:
    good.searches[XCOMS] = found("task logs")
    assert good.blind_spots() == [XCOMS]
    assert good.bad()
    assert "NOT SEARCHED XComs" in report("info", good)


@pytest.mark.parametrize("name", [KEY, "unknown"])
def test_the_key_or_what_may_be_a_part_of_it_is_a_leak(good: Findings, name: str) -> None:
    good.searches[XCOMS] = found(XCOMS, name)
    assert good.bad()
    assert "LEAK XComs: plain in a.log: some text" in report("info", good)


def test_a_failure_that_did_not_happen_is_no_good_hunt(good: Findings) -> None:
    good.problems.append("cells.failed-poke is success, expected FaceSwapFailedError")
    assert good.bad()
    assert "WRONG cells.failed-poke" in report("info", good)
