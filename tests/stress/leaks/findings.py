"""What came of a hunt, and whether it is good."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.stress.leaks.places import PLACES
from tests.stress.leaks.searching import Hit, Search

KEY = "the key"


def is_leak(hit: Hit) -> bool:
    """Whether it is the key, or something that may be a part of it."""
    return hit.canary in (KEY, "unknown")


@dataclass
class Findings:
    """What came of a hunt.

    :param searches: what was found in each place
    :param problems: what did not happen as it should have
    """

    searches: dict[str, Search] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def leaks(self) -> list[str]:
        """Where the key stands, or something that may be a part of it."""
        return [
            f"{place}: {hit.disguise} in {hit.source}: {hit.excerpt}"
            for place, found in self.searches.items()
            for hit in found.hits
            if is_leak(hit)
        ]

    def bad(self) -> bool:
        """Whether the key was found, or the hunt did not see all that it should have."""
        return bool(self.leaks() or self.blind_spots() or self.problems)

    def blind_spots(self) -> list[str]:
        """The places where the canary was not found that had been put there."""
        return [
            place
            for place in PLACES
            if place not in self.searches or not any(hit.canary == place for hit in self.searches[place].hits)
        ]
