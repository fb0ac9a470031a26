"""Who is in a picture: as text, as what a drawn file says of itself, and after a face swap; draws nothing.

``anna`` is Anna, ``anna+ben`` is Ben with Anna's face, ``carla-david`` are two persons side by side.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from binascii import Error
from typing import TYPE_CHECKING, NamedTuple

from tests.support.standin.faces.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

#: As far as the base64 text of a picture is looked at; what is drawn says near its start who is in it.
LOOKED_AT = 8192
_MARK = "drawn by the stand-in: {};"
_MARKED = re.compile(_MARK.format("([a-z+-]+)").encode())
_ADDRESS = re.compile(r"https?://[^?#]+/people/([a-z+-]+)\.(?:jpg|png|mp4)(?:[?#].*)?")


class Figure(NamedTuple):
    """One person of a picture: whose face is on whose body."""

    face: str
    body: str


def figures(text: str) -> tuple[Figure, ...]:
    """Read who is in a picture; ValueError where there is no such person."""
    found = []
    for part in text.split("-"):
        face, _, body = part.partition("+")
        found.append(Figure(face, body or face))
    if unknown := {name for figure in found for name in figure if name not in PEOPLE}:
        raise ValueError(
            f"nobody is called {', '.join(map(repr, sorted(unknown)))}; {', '.join(PEOPLE)} are there"
        )
    return tuple(found)


def text_of(people: tuple[Figure, ...]) -> str:
    return "-".join(each.face if each.face == each.body else "+".join(each) for each in people)


def mark(text: str) -> str:
    """What a drawn file says of itself."""
    return _MARK.format(text)


def in_file(content: bytes) -> tuple[Figure, ...] | None:
    """Who is in a drawn file; none for all other files."""
    found = _MARKED.search(content)
    return figures(found[1].decode()) if found else None


def in_picture(given: str) -> tuple[Figure, ...] | None:
    """Who is in a picture given as URL, base64 text or data URI; none where that is unknown."""
    if address := _ADDRESS.fullmatch(given):
        try:
            return figures(address[1])
        except ValueError:
            return None
    if given.startswith(("http:", "https:")):
        return None
    text = given[given.find(",", 0, 100) + 1 :][:LOOKED_AT]
    try:
        return in_file(b64decode(text[: len(text) // 4 * 4]))
    except Error:
        return None


def somebody(given: str, but: str = "") -> str:
    """A person for a picture of which nobody knows who is in it: always the same, and not ``but``."""
    others = [name for name in PEOPLE if name != but]
    return others[zlib.crc32(given.encode()) % len(others)]


def swap(body: Mapping[str, object], always: bool = False) -> str:
    """Who is in the result of a submit call; empty where no picture is of anybody known.

    :param body: the call's parameters
    :param always: whether unknown pictures are taken for somebody
    """
    face, target, only = (str(body.get(name) or "") for name in (*_face_and_target(body), "reference_image"))
    faces, targets = in_picture(face), in_picture(target)
    if not (faces or targets or always):
        return ""
    giver = faces[0].face if faces else somebody(face, but=targets[0].face if targets else "")
    somebody_else = somebody(target, but=giver)
    return text_of(_with_face(giver, targets or (Figure(somebody_else, somebody_else),), in_picture(only)))


def _face_and_target(body: Mapping[str, object]) -> tuple[str, str]:
    """Which parameters are the face and the picture or clip that it goes into: the API has it both ways."""
    return ("init_image", "init_video") if body.get("init_video") else ("target_image", "init_image")


def _with_face(face: str, targets: tuple[Figure, ...], only: tuple[Figure, ...] | None) -> tuple[Figure, ...]:
    """Replace all faces, or only that of the reference picture, where it is among them."""
    wanted = {each.face for each in targets} & {each.face for each in only or ()}
    return tuple(Figure(face, each.body) if not wanted or each.face in wanted else each for each in targets)
