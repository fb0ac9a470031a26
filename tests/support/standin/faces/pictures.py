"""Whole pictures: one person or several, each with a face that may be another's."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from tests.support.standin.faces.canvas import UNITS, Canvas
from tests.support.standin.faces.clothes import CLOTHES, draw_neck
from tests.support.standin.faces.features import Pose, draw_face
from tests.support.standin.faces.heads import BEFORE, BEHIND, draw_ears
from tests.support.standin.faces.people import PEOPLE
from tests.support.standin.faces.scenes import SCENES, ball, clock
from tests.support.standin.faces.who import figures, mark

if TYPE_CHECKING:
    from PIL import Image

    from tests.support.standin.faces.who import Figure

SIDE, SMOOTH = 640, 3
QUALITY = 85
#: Of each of several persons, this part of their picture is seen.
PART = (80 / UNITS, 560 / UNITS)


def portrait(person: str) -> Image.Image:
    """A person as they are."""
    return swapped(person, person)


def swapped(face: str, body: str) -> Image.Image:
    """A person with the face of another: hair, clothes and scene are ``body``'s."""
    return picture(f"{face}+{body}")


def picture(people: str) -> Image.Image:
    """A picture of those persons; see ``who`` for how they are written."""
    return side_by_side([_figure(each, Pose(), SIDE, SMOOTH).done() for each in figures(people)])


def picture_file(kind: str, people: str) -> bytes:
    """The same as a JPEG or PNG file, which says who is in it."""
    from PIL.PngImagePlugin import PngInfo

    file, text = BytesIO(), PngInfo()
    text.add_text("Comment", mark(people))
    save = partial(picture(people).save, file)
    save("PNG", pnginfo=text) if kind == "png" else save("JPEG", quality=QUALITY, comment=mark(people))
    return file.getvalue()


def frame(people: str, pose: Pose, side: int, seconds: int) -> Image.Image:
    """A moment of a film, with a ball and a clock in it."""
    shown = figures(people)
    canvases = [_figure(each, pose, side, 2, moves=True) for each in shown]
    clock(canvases[-1].moved(-UNITS * PART[0] if len(shown) > 1 else 0, 0), pose.moment, seconds)
    return side_by_side([canvas.done() for canvas in canvases])


def _figure(who: Figure, pose: Pose, side: int, smooth: int, moves: bool = False) -> Canvas:
    canvas = Canvas.of(side, smooth)
    SCENES[who.body](canvas)
    if moves:
        ball(canvas, pose.moment)
    head = canvas.moved(26 * pose.turn, 4 * abs(pose.turn))
    BEHIND[who.body](head)
    # The skin of neck and ears is the face's: a face of another skin than they looks like a mask.
    draw_neck(canvas, PEOPLE[who.face])
    CLOTHES[who.body](canvas)
    draw_ears(head, PEOPLE[who.face])
    draw_face(head, PEOPLE[who.face], pose)
    BEFORE[who.body](head)
    return canvas


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """One picture of several, with the middle part of each."""
    from PIL import Image

    if len(pictures) == 1:
        return pictures[0]
    left, right = (round(pictures[0].width * part) for part in PART)
    whole = Image.new("RGB", ((right - left) * len(pictures), pictures[0].height), "#ffffff")
    for place, each in enumerate(pictures):
        whole.paste(each.crop((left, 0, right - 4, each.height)), (place * (right - left), 0))
    return whole
