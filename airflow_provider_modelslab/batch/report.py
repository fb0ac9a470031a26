"""What became of each item, and the file that says it: a line of JSON for each, in the order of the input."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import Any, Literal

from airflow_provider_modelslab.batch.item import Item

NAME = "batch.jsonl"
State = Literal["saved", "failed", "unknown", "waiting", "not_submitted"]
_LONGEST_ERROR = 1000  # characters


class Report:
    """Collects what became of the items; used by several threads."""

    def __init__(self) -> None:
        self._lines: dict[str, bytes] = {}  # in the order in which items were first named
        self._states: dict[str, tuple[State, bool]] = {}
        self._counts: Counter[tuple[State, bool]] = Counter()
        self._lock = Lock()

    def expect(self, item: Item) -> None:
        """Give the item its place."""
        with self._lock:
            self._lines.setdefault(item.name, b"")

    def add(self, item: Item, state: State, *, final: bool = True, **told: Any) -> bytes:
        """Note what became of an item, and return its line.

        :param state: in a word
        :param final: whether another try of the task would meet the same
        :param told: what else there is to say, such as ``id``, ``files`` and ``error``
        """
        if "error" in told:
            told["error"] = str(told["error"])[:_LONGEST_ERROR]
        line = {"name": item.name, "input": item.target, "state": state, **told}
        return self.add_line(item, state, json.dumps(line, ensure_ascii=False).encode(), final=final)

    def add_line(self, item: Item, state: State, line: bytes, *, final: bool = True) -> bytes:
        """Note the same of an item whose line is known."""
        with self._lock:
            self._lines[item.name] = line
            if before := self._states.get(item.name):
                self._counts[before] -= 1
            self._states[item.name] = (state, final)
            self._counts[state, final] += 1
        return line

    def counts(self) -> dict[str, int]:
        """Return how many items are in which state."""
        with self._lock:
            return dict(Counter(state for state, _ in self._states.values()))

    def ended(self) -> int:
        """Return of how many items it is known what became of them."""
        return len(self._states)

    def not_saved(self) -> int:
        """Return how many items have no files, of those that are known to have ended."""
        return self.ended() - self._counts["saved", True]

    def failed_for_good(self) -> int:
        """Return how many of them another try of the task would not mend."""
        return self._counts["failed", True] + self._counts["unknown", True]

    def __len__(self) -> int:
        return len(self._lines)

    def content(self) -> bytes:
        """Return the file."""
        with self._lock:
            return b"\n".join(filter(None, self._lines.values())) + b"\n"


def read_lines(data: bytes | None) -> Mapping[str, bytes]:
    """Return the lines of an earlier report, by the item's name; what cannot be read is left out."""
    lines: dict[str, bytes] = {}
    for line in (data or b"").splitlines():
        try:
            lines[json.loads(line)["name"]] = line
        except (ValueError, TypeError, KeyError):  # noqa: PERF203 - it is looked up again
            continue
    return lines
