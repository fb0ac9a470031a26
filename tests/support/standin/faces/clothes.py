"""What each person wears, below the head: the neck is theirs too, and no swap takes it along."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin.faces.canvas import Canvas, Points
    from tests.support.standin.faces.people import Face

#: The right half of the shoulders.
SHOULDERS: Points = ((320, 496), (372, 500), (470, 532), (534, 580), (556, 700), (320, 720))


def draw_neck(canvas: Canvas, body: Face) -> None:
    canvas.box(266, 400, 374, 540, body.skin)
    canvas.shape(((268, 440), (320, 478), (372, 440), (374, 486), (320, 508), (266, 486)), body.shade)
    canvas.both(((320, 500), (366, 502), (400, 520), (380, 560), (320, 580)), body.skin)


def rollneck(canvas: Canvas) -> None:
    canvas.both(SHOULDERS, "#1f8a80")
    canvas.box(254, 476, 386, 536, "#1f8a80", radius=22)
    for x in range(270, 380, 16):
        canvas.box(x, 484, x + 4, 528, "#17706a", radius=2)
    canvas.stroke(((212, 600), (218, 640)), 5, "#17706a")
    canvas.stroke(((428, 600), (422, 640)), 5, "#17706a")


def jumper(canvas: Canvas) -> None:
    canvas.corners(((256, 500), (384, 500), (320, 640)), "#ffffff")
    canvas.corners(((304, 520), (336, 520), (346, 640), (294, 640)), "#34557f")
    half: Points = ((372, 500), (470, 532), (534, 580), (556, 700), (322, 720), (330, 620))
    for points in (half, tuple((640 - x, y) for x, y in half)):
        canvas.shape(points, "#e0a52f")
    for side in (-1, 1):
        canvas.stroke(((320 + side * 60, 498), (320 + side * 34, 560), (320, 628)), 13, "#c58a1c")
        canvas.corners(((320, 520), (320 + side * 70, 486), (320 + side * 54, 552)), "#f4f4f4")


def polka_dots(canvas: Canvas) -> None:
    half: Points = ((320, 580), (368, 556), (404, 508), (470, 532), (534, 580), (556, 700), (320, 720))
    canvas.both(half, "#d3213d")
    for x, y in ((430, 556), (484, 580), (452, 612), (400, 590), (350, 606), (504, 628), (396, 640)):
        canvas.dots(((x, y), (640 - x, y)), 9, "#ffffff")
    for x, y in ((264, 506), (282, 522), (301, 532), (320, 535), (339, 532), (358, 522), (376, 506)):
        canvas.oval(x, y, 10.5, 10.5, "#fff7ea")
        canvas.oval(x - 3, y - 3, 3.5, 3.5, "#ffffff")


def uniform(canvas: Canvas) -> None:
    canvas.both(SHOULDERS, "#1f2f55")
    canvas.corners(((262, 492), (378, 492), (320, 600)), "#ffffff")
    canvas.corners(((308, 520), (332, 520), (340, 590), (320, 610), (300, 590)), "#151c33")
    for side in (-1, 1):
        lapel = ((320 + side * 62, 490), (320 + side * 92, 540), (320 + side * 56, 556), (320, 616))
        canvas.corners(lapel, "#17233f")
        canvas.box(285 + side * 175, 540, 355 + side * 175, 558, "#f2b632", radius=8)
        canvas.oval(320 + side * 50, 606, 11, 11, "#f2b632")


def dungarees(canvas: Canvas) -> None:
    canvas.both(SHOULDERS, "#ffffff")
    for y, half in ((538, 166), (572, 206), (606, 224)):
        canvas.box(320 - half, y, 320 + half, y + 14, "#ef5d6c", radius=7)
    canvas.box(220, 572, 420, 660, "#f5c52f", radius=16)
    for x in (228, 380):
        canvas.box(x, 496, x + 32, 600, "#f5c52f", radius=8)
        canvas.oval(x + 16, 594, 10, 10, "#ffffff")
        canvas.ring(x + 16, 594, 10, 10, width=3, fill="#b98f12")
    canvas.box(290, 600, 350, 650, "#dfae1c", radius=10)


def chef_jacket(canvas: Canvas) -> None:
    canvas.both(SHOULDERS, "#fdfdfb")
    canvas.stroke(((320, 530), (352, 570), (356, 650)), 4, "#c9ccd0")
    canvas.dots(((300, 580), (300, 622), (378, 580), (378, 622)), 8, "#33383d")
    canvas.both(((320, 470), (380, 476), (396, 506), (352, 540), (320, 548)), "#d8402f")
    canvas.shape(((300, 538), (340, 538), (352, 592), (322, 566), (292, 592)), "#b73324")


def robe(canvas: Canvas) -> None:
    canvas.both(SHOULDERS, "#1f7a6d")
    for row, radius in enumerate((150, 120, 92)):
        low, side = (320, 476 + radius), (320 + radius * 0.8, 470 + radius * 0.62)
        half = (low, side, (320 + radius, 486), (320 + radius * 0.7, 480), (320, 480))
        canvas.both(half, ("#f2b632", "#d8402f", "#fff2cf")[row])


def space_suit(canvas: Canvas) -> None:
    half: Points = ((320, 480), (400, 486), (500, 520), (570, 590), (590, 720), (320, 740))
    canvas.both(half, "#eef1f5")
    canvas.both(((320, 498), (430, 502), (452, 528), (400, 552), (320, 558)), "#b9c2cd")
    canvas.box(246, 578, 394, 660, "#d3dae2", radius=14)
    canvas.dots(((276, 604),), 11, "#ef4b4b")
    canvas.dots(((310, 604),), 11, "#f6c02d")
    canvas.box(334, 594, 378, 614, "#2f7fd6", radius=6)
    for x in (130, 468):
        canvas.box(x, 590, x + 42, 620, "#ef7d2f", radius=5)


CLOTHES: dict[str, Callable[[Canvas], None]] = {
    "anna": rollneck,
    "ben": jumper,
    "carla": polka_dots,
    "david": uniform,
    "emma": dungarees,
    "farid": chef_jacket,
    "grace": robe,
    "hugo": space_suit,
}
