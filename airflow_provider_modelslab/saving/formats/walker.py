"""The frame of the walkers: bytes come in chunks of any size, and are looked at once, in order."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto

#: A part of a walk: waits for chunks where it needs them.
Steps = Generator[None, bytes, None]


class State(Enum):
    """What a format says of the bytes that came."""

    COMPLETE = auto()  #: they end where a file of this format ends, or behind that
    TRUNCATED = auto()  #: something is missing
    UNKNOWN = auto()  #: a file of this format need not tell where it ends, and this one does not


@dataclass(frozen=True)
class Verdict:
    """What a format says of the bytes that came, as if they were all.

    :param state: whether anything is missing
    :param missing: what that is, in words that follow on "it": "ends before its image data"
    :param only_end_marker: whether it may be no more than a JPEG's end marker
    """

    state: State
    missing: str = ""
    only_end_marker: bool = False


UNKNOWN = Verdict(State.UNKNOWN)


class Walker(ABC):
    """Walks through one file, skipping payloads by their lengths. Holds a few bytes and no more.

    A format is a generator, :meth:`_walk`, which returns where the file ends; what follows is not looked at.
    """

    def __init__(self) -> None:
        self._data = b""
        self._at = 0
        self._ended = False
        self._steps = self._walk()
        next(self._steps)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if self._ended:
            return
        try:
            self._steps.send(chunk)
        except StopIteration:
            self._ended = True
            self._data = b""

    def verdict(self) -> Verdict:
        """Say whether the bytes so far are a whole file. More may follow all the same."""
        if self._ended:
            return Verdict(State.COMPLETE)
        return self._unended()

    @abstractmethod
    def _walk(self) -> Steps:
        """Walk to the end of the file, by the steps below."""

    @abstractmethod
    def _unended(self) -> Verdict:
        """Say what is missing where the walk has not come to its end."""

    def _take(self, count: int) -> Generator[None, bytes, bytes]:
        """Return the next few bytes."""
        while len(self._data) - self._at < count:
            self._data, self._at = self._data[self._at :], 0  # what a verdict may have to look at meanwhile
            self._data += yield
        self._at += count
        return self._data[self._at - count : self._at]

    def _skip(self, count: int) -> Steps:
        """Leave out so many bytes, without looking at them."""
        while (there := len(self._data) - self._at) < count:
            count -= there
            self._data, self._at = b"", 0
            self._data = yield
        self._at += count

    def _search(self, pattern: re.Pattern[bytes]) -> Generator[None, bytes, bytes]:
        """Return the next one or two bytes that match a pattern, leaving out what comes before them."""
        while not (found := pattern.search(self._data, self._at)):
            last = self._data[max(self._at, len(self._data) - 1) :]  # may be the first of the two
            self._data, self._at = b"", 0
            self._data = last + (yield)
        self._at = found.end()
        return found.group()
