"""What became of each item, and the file that says it: a line of JSON for each, in the order of the input."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

from airflow_provider_modelslab.batch.item import Item, Version

_NAME = re.compile(r"batch(-[0-9]+)?\.jsonl")
State = Literal["saved", "failed", "unknown", "waiting", "not_submitted"]
_LONGEST_ERROR = 1000  # characters


class Report:
    """Collects what became of the items; used by several threads."""

    def __init__(self) -> None:
        self._lines: dict[str, bytes] = {}  # in the order in which items were first named
        self._states: dict[str, tuple[State, bool]] = {}
        self._counts: Counter[tuple[State, bool]] = Counter()
        self._now: Counter[tuple[State, bool]] = Counter()  # of these, what came about in this run
        self._lock = Lock()

    def expect(self, item: Item) -> None:
        """Give the item its place."""
        with self._lock:
            self._lines.setdefault(item.name, b"")

    def add(
        self, item: Item, state: State, *, final: bool = True, earlier: bool = False, **told: Any
    ) -> bytes:
        """Note what became of an item, and return its line.

        :param state: in a word
        :param final: whether another try of the task would meet the same
        :param earlier: whether it became so in an earlier run, and does not count for this one
        :param told: what else there is to say, such as ``id``, ``files`` and ``error``
        """
        if "error" in told:
            told["error"] = str(told["error"])[:_LONGEST_ERROR]
        line = {"name": item.name, "input": item.target, "state": state, **told}
        if state == "saved":
            line |= {"fingerprint": item.fingerprint, "made_of": _made_of(item)}
        if not earlier:
            with self._lock:
                self._now[state, final] += 1
        return self.add_line(item, state, json.dumps(line).encode(), final=final)

    def add_line(self, item: Item, state: State, line: bytes, *, final: bool = True) -> bytes:
        """Note the same of an item whose line is known."""
        with self._lock:
            self._lines[item.name] = line
            if before := self._states.get(item.name):
                self._counts[before] -= 1
            self._states[item.name] = (state, final)
            self._counts[state, final] += 1
        return line

    def has_ended(self, item: Item) -> bool:
        """Tell whether anybody has said what became of an item."""
        return item.name in self._states

    def ended_names(self) -> set[str]:
        """Return the names of these items."""
        with self._lock:
            return set(self._states)

    def counts(self) -> dict[str, int]:
        """Return how many items are in which state."""
        found: Counter[str] = Counter()
        for (state, _), count in list(self._counts.items()):
            found[state] += count
        return {state: count for state, count in found.items() if count}

    def ended(self) -> int:
        """Return of how many items it is known what became of them."""
        return len(self._states)

    def not_saved(self) -> int:
        """Return how many items have ended without files."""
        return self.ended() - self._counts["saved", True]

    def failed_for_good(self) -> int:
        """Return how many of them another try of the task would not mend."""
        return _for_good(self._counts)

    @property
    def saved_now(self) -> int:
        """How many items were saved in this run."""
        return self._now["saved", True]

    @property
    def failed_now(self) -> int:
        """How many have failed for good in this run."""
        return _for_good(self._now)

    def __len__(self) -> int:
        return len(self._lines)

    def content(self, earlier: Iterable[bytes] = ()) -> bytes:
        """Return the file.

        :param earlier: lines of an earlier run that come first
        """
        with self._lock:
            return b"\n".join([*earlier, *filter(None, self._lines.values())]) + b"\n"


def _for_good(counts: Counter[tuple[State, bool]]) -> int:
    return sum(count for (state, final), count in counts.items() if final and state != "saved")


def report_name(map_index: int) -> str:
    """Return the name of a task's report; mapped tasks may share a destination.

    :param map_index: -1 where it is not mapped
    """
    return "batch.jsonl" if map_index < 0 else f"batch-{map_index}.jsonl"


def is_report_name(name: str) -> bool:
    """Tell whether a file may be a report, by its name."""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True)
class SavedLine:
    """A line that tells of files that stand.

    :param line: itself
    :param made_of: the versions of the files that the swap was made of, by URI
    """

    line: bytes
    made_of: Mapping[str, Version]


def saved_lines(data: bytes | None) -> dict[tuple[str, str], SavedLine]:
    """Return the lines of a report that tell of files that stand, by the item's name and fingerprint.

    :param data: a report of an earlier run, or lines that stand with items; what cannot be read is left out
    """
    found: dict[tuple[str, str], SavedLine] = {}
    for line in (data or b"").splitlines():
        try:
            told = json.loads(line)
            if told["state"] == "saved" and isinstance(told["files"], list):
                versions = {uri: Version(*parts) for uri, parts in told.get("made_of", {}).items()}
                found[str(told["name"]), str(told["fingerprint"])] = SavedLine(line, versions)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # noqa: PERF203 - looked up
            continue
    return found


def _made_of(item: Item) -> dict[str, list[Any]]:
    return {
        str(getattr(item.swap, name)): [version.size, version.digest, version.modified]
        for name, version in item.versions.items()
    }
