"""Draws a face: the skin and all that lies on it, which is what a swap takes from one picture to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.standin.faces.canvas import UNITS
from tests.support.standin.faces.marks import BELOW, MARKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin.faces.canvas import Canvas, Points
    from tests.support.standin.faces.people import Face

MIDDLE = UNITS / 2
EYE, EYE_LINE = 52, 300
INK = "#2b1d1a"
#: The right half of a face, from top to chin.
OUTLINE: Points = (
    (320, 158), (388, 176), (430, 236), (437, 304), (424, 370), (390, 424), (348, 454), (320, 459)
)  # fmt: skip


@dataclass(frozen=True)
class Pose:
    """A moment of a film; a picture has the one that is nothing.

    :param turn: -1 (looks left) to 1 (looks right)
    :param blink: how far the eyes are closed, 0 to 1
    :param moment: how much of the film is over, 0 to 1
    """

    turn: float = 0.0
    blink: float = 0.0
    moment: float = 0.0


def draw_face(canvas: Canvas, face: Face, pose: Pose) -> None:
    canvas.both(OUTLINE, face.skin)
    canvas.crescent(
        OUTLINE[2:],
        ((430, 236), (412, 300), (398, 366), (372, 414), (342, 446), (320, 459)),
        face.shade + "80",
    )
    canvas = canvas.moved(12 * pose.turn, 0)  # more than the head: it looks that way
    for mark in face.marks:
        if mark in BELOW:
            MARKS[mark](canvas, face)
    _eyes(canvas, face, pose)
    BROWS[face.brows](canvas, face.hair)
    MOUTHS[face.mouth](canvas, face)
    NOSES[face.nose](canvas, face)
    for mark in face.marks:
        if mark not in BELOW:
            MARKS[mark](canvas, face)


def _eyes(canvas: Canvas, face: Face, pose: Pose) -> None:
    closed = face.eyes == "happy" or pose.blink > 0.7
    for side in (-1, 1):
        eye = canvas.moved(MIDDLE + side * EYE, EYE_LINE)
        if closed:
            bend = -14 if face.eyes == "happy" else 9
            eye.stroke(((-25, 4), (0, 4 + bend), (25, 4)), 7, INK)
        else:
            _open_eye(eye, face, pose, side)


def _open_eye(eye: Canvas, face: Face, pose: Pose, side: int) -> None:
    high, look = 21 * (1 - pose.blink), 5 * pose.turn
    eye.oval(0, 0, 27, high, "#ffffff")
    eye.oval(look, 1, 14, min(14, high), face.iris)
    eye.oval(look, 1, 7.5, min(7.5, high), "#17100e")
    eye.oval(look + 5, -5, 4, min(4, high), "#ffffff")
    eye.stroke(((-27, 1 - high / 3), (-14, -high * 0.88), (2, -high - 1), (16, -high * 0.8), (27, 0)), 5, INK)
    if face.eyes == "lashes":
        for x, y in ((21, -13), (26, -4)):
            eye.stroke(((side * x, y), (side * (x + 12), y - 8)), 4.5, INK)


# -- brows, noses, mouths ---------------------------------------------------------------------------


def _brow(points: Points, width: float) -> Callable[[Canvas, str], None]:
    def draw(canvas: Canvas, colour: str) -> None:
        for side in (-1, 1):
            line = tuple((MIDDLE + side * (EYE + x), EYE_LINE + y) for x, y in points)
            canvas.stroke(line, width, colour)

    return draw


BROWS: dict[str, Callable[[Canvas, str], None]] = {
    "thin": _brow(((-24, -44), (4, -50), (28, -39)), 7),
    "thick": _brow(((-25, -49), (4, -55), (30, -42)), 12),
    "bushy": _brow(((-27, -42), (2, -50), (31, -36)), 18),
    "arched": _brow(((-25, -46), (6, -58), (32, -41)), 7),
}


def _button(canvas: Canvas, face: Face) -> None:
    canvas.stroke(((306, 352), (320, 361), (334, 352)), 6, face.shade)


def _long(canvas: Canvas, face: Face) -> None:
    canvas.stroke(((326, 300), (337, 340), (334, 357), (312, 361)), 6.5, face.shade)


def _broad(canvas: Canvas, face: Face) -> None:
    canvas.shape(((320, 322), (338, 346), (345, 358), (320, 367), (295, 358), (302, 346)), face.shade)
    canvas.dots(((309, 359), (331, 359)), 4, "#00000055")


def _round(canvas: Canvas, face: Face) -> None:
    canvas.oval(320, 346, 29, 25, "#ea8f7c")
    canvas.oval(310, 337, 9, 6, "#ffffff70")


def _cat(canvas: Canvas, face: Face) -> None:
    canvas.shape(((300, 340), (320, 336), (340, 340), (332, 355), (320, 362), (308, 355)), "#2b1d1a")
    canvas.oval(312, 345, 5, 3, "#ffffff80")
    canvas.stroke(((320, 360), (320, 374)), 4.5, "#2b1d1a")


NOSES: dict[str, Callable[[Canvas, Face], None]] = {
    "button": _button,
    "long": _long,
    "broad": _broad,
    "round": _round,
    "cat": _cat,
}


def _smile(canvas: Canvas, face: Face) -> None:
    canvas.stroke(((284, 394), (302, 408), (320, 412), (338, 408), (356, 394)), 7, "#7a2f2a")


def _grin(canvas: Canvas, face: Face) -> None:
    canvas.shape(((272, 388), (320, 396), (368, 388), (356, 416), (320, 432), (284, 416)), "#7d2530")
    canvas.shape(((278, 390), (320, 397), (362, 390), (354, 404), (320, 410), (286, 404)), "#ffffff")
    canvas.oval(320, 423, 20, 7, "#d8626a")


def _beam(canvas: Canvas, face: Face) -> None:
    canvas.both(((320, 405), (346, 402), (372, 392), (350, 418), (320, 427)), "#4a1418")
    canvas.shape(((275, 396), (320, 408), (365, 396), (346, 413), (320, 419), (294, 413)), "#ffffff")


def _lips(canvas: Canvas, face: Face) -> None:
    canvas.shape(
        ((276, 402), (304, 389), (320, 394), (336, 389), (364, 402), (344, 419), (320, 424), (296, 419)),
        "#d3213d",
    )
    canvas.stroke(((278, 402), (302, 404), (320, 407), (338, 404), (362, 402)), 4.5, "#8c0f26")
    canvas.oval(320, 414, 13, 3.5, "#ffffff55")


def _gap(canvas: Canvas, face: Face) -> None:
    canvas.both(((320, 381), (338, 389), (360, 384), (348, 414), (320, 426)), "#7d2530")
    canvas.oval(320, 418, 17, 7, "#ee7f86")
    for left in (300, 323):
        canvas.box(left, 386, left + 17, 402, "#ffffff", radius=4)


def _little(canvas: Canvas, face: Face) -> None:
    canvas.oval(320, 408, 24, 12, "#8a3a34")


MOUTHS: dict[str, Callable[[Canvas, Face], None]] = {
    "beam": _beam,
    "smile": _smile,
    "grin": _grin,
    "lips": _lips,
    "gap": _gap,
    "little": _little,
}
