"""Draws what a face swap is about, so that a person sees it: the face of one picture on another.

Needs Pillow, and PyAV for films. Where they are missing, the samples of :mod:`tests.support.standin.samples`
stand for what would be drawn.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from tests.support.standin.faces.people import PEOPLE
from tests.support.standin.faces.who import Figure, figures, in_file, swap

__all__ = ["DRAWN", "PEOPLE", "Figure", "drawn", "figures", "in_file", "swap"]

#: The kinds of files that can be drawn.
DRAWN = ("jpg", "png", "mp4")
_one_at_a_time = Lock()  # so that two that ask for the same film do not both make it


def drawn(kind: str, people: str) -> bytes | None:
    """A file with those persons; none where the libraries for that are not installed.

    :param kind: one of ``DRAWN``
    :param people: such as ``anna``, ``anna+ben`` (Ben with Anna's face) or ``carla-david`` (side by side)
    """
    with _one_at_a_time:
        return _drawn(kind, people)


@lru_cache(maxsize=64)
def _drawn(kind: str, people: str) -> bytes | None:
    from tests.support.standin.faces.films import film_file
    from tests.support.standin.faces.pictures import picture_file

    try:
        return film_file(people) if kind == "mp4" else picture_file(kind, people)
    except ImportError:
        return None
