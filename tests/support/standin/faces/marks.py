"""What else is in a face: glasses, beards, freckles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin.faces.canvas import Canvas, Points
    from tests.support.standin.faces.people import Face

EYES: Points = ((268, 300), (372, 300))


def _mirrored(points: Points) -> Points:
    return tuple((640 - x, y) for x, y in points)


def _blush(canvas: Canvas, face: Face) -> None:
    for x in (248, 392):
        canvas.oval(x, 358, 27, 18, "#f0706a55")


def _cheeks(canvas: Canvas, face: Face) -> None:
    for x in (250, 390):
        canvas.oval(x, 352, 28, 20, "#a8503a66")
        canvas.oval(x - 6, 344, 9, 5, "#ffffff30")


def _freckles(canvas: Canvas, face: Face) -> None:
    right = ((366, 346), (382, 339), (398, 347), (374, 358), (391, 362), (407, 358), (345, 341))
    canvas.dots(right + _mirrored(right) + ((320, 330), (314, 340)), 3.6, "#b9622f")


def _shadowed(canvas: Canvas, face: Face) -> None:
    for x, y in EYES:
        canvas.oval(x, y - 10, 31, 21, "#6b57b0aa")


def _mole(canvas: Canvas, face: Face) -> None:
    canvas.oval(376, 384, 5.5, 5.5, "#3a201b")


def _wrinkles(canvas: Canvas, face: Face) -> None:
    for y, half in ((208, 50), (228, 58)):
        canvas.stroke(((320 - half, y), (320, y - 6), (320 + half, y)), 4.5, face.shade)
    for points in (((412, 292), (424, 286)), ((412, 302), (426, 304))):
        canvas.stroke(points, 4, face.shade)
        canvas.stroke(_mirrored(points), 4, face.shade)
    _blush(canvas, face)


def _walrus(canvas: Canvas, face: Face) -> None:
    half = ((320, 366), (352, 362), (388, 380), (402, 414), (396, 434), (372, 420), (344, 408), (320, 400))
    canvas.both(half, face.hair)
    canvas.stroke(((346, 378), (372, 390), (388, 412)), 4, "#bdb7aa")
    canvas.stroke(((294, 378), (268, 390), (252, 412)), 4, "#bdb7aa")


def _handlebar(canvas: Canvas, face: Face) -> None:
    half: Points = (
        (320, 376), (346, 368), (372, 384), (392, 382), (401, 362), (412, 356),
        (412, 380), (394, 400), (364, 402), (340, 394), (320, 392),
    )  # fmt: skip
    canvas.both(half, face.hair)


def _goatee(canvas: Canvas, face: Face) -> None:
    canvas.both(((320, 436), (342, 434), (358, 446), (346, 464), (320, 472)), face.hair)


def _beard(canvas: Canvas, face: Face) -> None:
    half: Points = (
        (320, 384), (352, 380), (374, 388), (400, 364), (438, 300), (432, 366), (408, 424),
        (366, 464), (320, 474),
    )  # fmt: skip
    canvas.both(half, face.hair)
    canvas.shape(((286, 398), (320, 402), (354, 398), (342, 416), (320, 421), (298, 416)), "#7d2530")
    canvas.shape(((292, 399), (320, 403), (348, 399), (342, 408), (320, 411), (298, 408)), "#ffffff")


def _whiskers(canvas: Canvas, face: Face) -> None:
    for y, end in ((352, 340), (366, 368), (380, 396)):
        right = ((366, y), (392, (y + end) / 2 - 1), (418, end))
        canvas.stroke(right, 4.5, "#2b1d1a")
        canvas.stroke(_mirrored(right), 4.5, "#2b1d1a")


def _round_glasses(canvas: Canvas, face: Face) -> None:
    for x, y in EYES:
        canvas.oval(x, y, 43, 43, "#ffffff22")
        canvas.ring(x, y, 44, 44, width=7.5, fill="#f2b632")
    canvas.stroke(((311, 296), (320, 291), (329, 296)), 7, "#f2b632")
    for points in (((415, 292), (434, 286)), ((225, 292), (206, 286))):
        canvas.stroke(points, 7, "#f2b632")


def _square_glasses(canvas: Canvas, face: Face) -> None:
    canvas.box(310, 286, 330, 295, "#c9203a")
    for x, y in EYES:
        canvas.box(x - 46, y - 34, x + 46, y + 34, "#c9203a", radius=16)
    for x, y in EYES:
        canvas.box(x - 38, y - 26, x + 38, y + 26, face.skin, radius=10)


def _monocle(canvas: Canvas, face: Face) -> None:
    canvas.oval(372, 300, 42, 42, "#ffffff30")
    canvas.ring(372, 300, 43, 43, width=7, fill="#5a4630")
    canvas.stroke(((412, 314), (424, 350), (418, 396), (430, 424)), 3.5, "#5a4630")


#: Those that lie below eyes, nose and mouth.
BELOW = frozenset({"blush", "cheeks", "freckles", "shadowed", "wrinkles", "beard", "square_glasses"})
MARKS: dict[str, Callable[[Canvas, Face], None]] = {
    "beard": _beard,
    "blush": _blush,
    "cheeks": _cheeks,
    "freckles": _freckles,
    "goatee": _goatee,
    "handlebar": _handlebar,
    "mole": _mole,
    "monocle": _monocle,
    "round_glasses": _round_glasses,
    "shadowed": _shadowed,
    "square_glasses": _square_glasses,
    "walrus": _walrus,
    "whiskers": _whiskers,
    "wrinkles": _wrinkles,
}
