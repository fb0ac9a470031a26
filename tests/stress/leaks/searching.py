"""The search: bytes are unwrapped as far as they go, and each line with a canary is a hit."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.stress.leaks.canary import Flock

#: Where something stands (a file, a column), and its bytes.
Piece = tuple[str, bytes]
Unlock = Callable[[bytes], bytes | None]
TOKEN = re.compile(rb"gAAAAA[A-Za-z0-9_-]{60,}=*")
DEEPEST = 4
AROUND = 160

# At DEBUG, Airflow's processes log the messages that they send each other, and so the very one by which a
# task asks for a secret to be masked. That is Airflow's own, and no provider can keep it out of the log.
AIRFLOWS_OWN = re.compile(rb"MaskSecret\(value=")


@dataclass(frozen=True)
class Hit:
    """A canary that was found.

    :param canary: its name
    :param disguise: how it was written
    :param source: the file or column
    :param excerpt: what stands around it
    """

    canary: str
    disguise: str
    source: str
    excerpt: str


@dataclass
class Search:
    """What the search of one place came to."""

    pieces: int = 0
    size: int = 0
    hits: list[Hit] = field(default_factory=list)
    set_aside: int = 0


def search(pieces: Iterable[Piece], flock: Flock, unlock: Unlock) -> Search:
    """Look for all canaries in all pieces.

    :param unlock: decrypts what Airflow has encrypted, so that encryption hides nothing
    """
    found = Search()
    for source, data in pieces:
        found.pieces += 1
        found.size += len(data)
        for how, layer in layers(data, unlock):
            _search_one(source + how, layer, flock, found)
    return found


def layers(data: bytes, unlock: Unlock, depth: int = DEEPEST) -> Iterator[Piece]:
    """The bytes as they are, and what they are when decompressed or decrypted."""
    yield "", data
    if not depth:
        return
    for how, inner in _inner(data, unlock):
        for deeper, layer in layers(inner, unlock, depth - 1):
            yield f" ({how}){deeper}", layer


def _inner(data: bytes, unlock: Unlock) -> Iterator[Piece]:
    for how, unpack, magic in (("gzip", gzip.decompress, b"\x1f\x8b"), ("zlib", zlib.decompress, b"\x78")):
        if data.startswith(magic):
            try:
                yield how, unpack(data)
            except (OSError, EOFError, zlib.error):
                continue
    for token in TOKEN.findall(data):
        clear = unlock(token)
        if clear is not None:
            yield "decrypted", clear


def _search_one(source: str, data: bytes, flock: Flock, found: Search) -> None:
    if not flock.is_in(data):
        return
    for line in data.split(b"\n"):
        if not flock.is_in(line):
            continue
        if AIRFLOWS_OWN.search(line):
            found.set_aside += 1
            continue
        found.hits += [Hit(*whose, source, _excerpt(line, flock)) for whose in flock.whose(line)]


def _excerpt(line: bytes, flock: Flock) -> str:
    at = line.find(flock.mark.encode())
    begin = max(0, at - AROUND)
    return line[begin : begin + 2 * AROUND].decode(errors="replace")
