"""What is hunted: marked keys, and the disguises in which one may turn up."""

from __future__ import annotations

import base64
import html
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

ALIGNMENTS = (0, 1, 2)


@dataclass(frozen=True)
class Canary:
    """A key that stands nowhere by chance, and changes under every encoding.

    :param name: what it is called in the report
    :param mark: what all canaries of one hunt have in common; letters and digits
    :param own: what this one has for itself; letters and digits
    """

    name: str
    mark: str
    own: str = field(default_factory=lambda: secrets.token_hex(6))

    @property
    def key(self) -> str:
        """The key: `+`, `/`, `=`, `é` change in a URL, some in JSON; `???` tells base64's alphabets apart."""
        return f"LEAK+/???~{self.own}{self.mark}{self.own}=é"

    @cached_property
    def disguises(self) -> dict[str, list[bytes]]:
        """How the whole key may be written, by the name of the encoding."""
        return {name: sorted(set(texts)) for name, texts in _spellings(self.key)} | _base64(self.key)

    def disguise_in(self, data: bytes) -> str | None:
        """The name of the first disguise in which the key stands in some bytes, `a part` of it, or None."""
        found = (name for name, texts in self.disguises.items() if any(text in data for text in texts))
        return next(found, "a part" if any(text in data for text in fragments(self.own)) else None)


def _spellings(key: str) -> Iterator[tuple[str, list[bytes]]]:
    plain = key.encode()
    percent = [quote(key, safe=""), quote(key)]
    yield "plain", [plain]
    yield "percent", [text.encode() for each in percent for text in (each, _lower_escapes(each))]
    yield "JSON", [text.encode() for each in _json(key) for text in (each, each.replace("/", r"\/"))]
    yield "HTML", [html.escape(key).encode(), key.encode("ascii", "xmlcharrefreplace")]
    yield "repr", [repr(plain)[2:-1].encode(), ascii(key)[1:-1].encode()]
    yield "hex", [plain.hex().encode(), plain.hex().upper().encode()]
    yield "latin-1", [key.encode("latin-1")]
    yield "UTF-16", [key.encode("utf-16-le")]


def _json(key: str) -> list[str]:
    return [json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1]]


def _lower_escapes(text: str) -> str:
    return "%".join(each[:2].lower() + each[2:] if at else each for at, each in enumerate(text.split("%")))


def _base64(text: str) -> dict[str, list[bytes]]:
    return {f"base64 at {at}": base64_forms(text.encode(), at) for at in ALIGNMENTS}


def base64_forms(secret: bytes, alignment: int) -> list[bytes]:
    """What base64, in both alphabets, makes of a secret that begins after so many bytes of a group of three.

    Only the characters that no neighbour has a part in.
    """
    padded = b"\0" * alignment + secret
    first, last = -(-alignment * 8 // 6), len(padded) * 8 // 6
    return sorted({encode(padded)[first:last] for encode in (base64.b64encode, base64.urlsafe_b64encode)})


def fragments(text: str) -> list[bytes]:
    """The forms of letters and digits: few, since most encodings leave those alone."""
    plain = text.encode()
    coded = [form for at in ALIGNMENTS for form in base64_forms(plain, at)]
    return [
        plain,
        plain.hex().encode(),
        plain.hex().upper().encode(),
        plain.decode().encode("utf-16-le"),
        *coded,
    ]


class Flock:
    """The canaries of one hunt. What they have in common is looked for first, which is one search for all."""

    def __init__(self) -> None:
        self.mark = secrets.token_hex(10)
        self._fragments = fragments(self.mark)
        self.members: list[Canary] = []

    def add(self, name: str) -> Canary:
        """One more canary."""
        self.members.append(Canary(name, self.mark))
        return self.members[-1]

    def is_in(self, data: bytes) -> bool:
        """Whether any of them stands in some bytes, in any disguise."""
        return any(fragment in data for fragment in self._fragments)

    def whose(self, data: bytes) -> list[tuple[str, str]]:
        """The canaries in some bytes, with their disguises; one that cannot be told apart is `unknown`."""
        found = [(each.name, disguise) for each in self.members if (disguise := each.disguise_in(data))]
        return found or ([("unknown", "a part")] if self.is_in(data) else [])
