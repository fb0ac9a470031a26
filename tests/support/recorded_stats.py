"""Stands for Airflow's ``Stats``: keeps what is counted and timed."""

from __future__ import annotations

from collections import Counter


class RecordedStats:
    """What has been counted and timed, by name, and the values of each tag."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.timed: dict[str, list[float]] = {}
        self.tags: dict[str, set[str]] = {}

    def incr(self, stat: str, count: int = 1, rate: float = 1, *, tags: dict[str, str] | None = None) -> None:
        self.counted[stat] += count
        for name, value in (tags or {}).items():
            self.tags.setdefault(name, set()).add(value)

    def timing(self, stat: str, dt: float, *, tags: dict[str, str] | None = None) -> None:
        self.timed.setdefault(stat, []).append(dt)

    def short(self) -> dict[str, int]:
        """The counts that are not 0, without what all names begin with."""
        return {name.removeprefix("modelslab.face_swap."): count for name, count in (+self.counted).items()}
