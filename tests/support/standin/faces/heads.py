"""What is around each person's face: ears, hair, hats. One part lies behind the face, one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin.faces.canvas import Canvas, Points
    from tests.support.standin.faces.people import Face


def draw_ears(canvas: Canvas, body: Face) -> None:
    for x, inner in ((204, 206), (436, 434)):
        canvas.oval(x, 312, 22, 34, body.skin)
        canvas.oval(inner, 312, 11, 20, body.shade)


# -- behind the face --------------------------------------------------------------------------------

GINGER, GINGER_DARK = "#d9692a", "#b9521c"


def waves_behind(canvas: Canvas) -> None:
    half: Points = (
        (320, 96), (404, 110), (468, 178), (492, 270), (480, 340), (506, 410),
        (486, 480), (500, 540), (430, 576), (320, 560),
    )  # fmt: skip
    canvas.both(half, GINGER_DARK)


def afro_behind(canvas: Canvas) -> None:
    canvas.both(((320, 82), (392, 84), (440, 112), (454, 180), (450, 280), (320, 300)), "#221a18")


def bob_behind(canvas: Canvas) -> None:
    half: Points = (
        (320, 104), (400, 112), (464, 174), (486, 280), (494, 400), (484, 462), (440, 470),
        (400, 450), (320, 440),
    )  # fmt: skip
    canvas.both(half, "#1d1722")


def buns_behind(canvas: Canvas) -> None:
    for x in (194, 446):
        canvas.oval(x, 138, 58, 56, "#33201a")
        canvas.stroke(((x - 26, 124), (x, 112), (x + 26, 126)), 5, "#533429")
        canvas.oval(x + (16 if x < 320 else -16), 178, 22, 14, "#ef5d6c")
    canvas.both(((320, 118), (400, 132), (450, 196), (456, 300), (320, 330)), "#33201a")


def grey_behind(canvas: Canvas) -> None:
    canvas.both(((320, 150), (440, 190), (462, 270), (456, 340), (430, 380), (320, 380)), "#d8d5cc")


def dark_behind(canvas: Canvas) -> None:
    canvas.both(((320, 150), (430, 190), (452, 250), (446, 300), (320, 320)), "#1f1a1a")


def scarf_behind(canvas: Canvas) -> None:
    canvas.both(((320, 60), (420, 70), (476, 130), (470, 210), (440, 280), (320, 300)), "#7a2a7d")
    for x in (200, 440):
        canvas.ring(x, 372, 22, 26, width=7, fill="#f2b632")


def helmet_behind(canvas: Canvas) -> None:
    canvas.oval(320, 302, 216, 222, "#eef1f5")
    canvas.oval(320, 302, 184, 190, "#39415c")
    for x in (104, 536):
        canvas.box(x - 22, 262, x + 22, 346, "#ef7d2f", radius=16)
    canvas.both(((320, 140), (410, 160), (450, 230), (446, 300), (320, 320)), "#d9922e")


BEHIND: dict[str, Callable[[Canvas], None]] = {
    "anna": waves_behind,
    "ben": afro_behind,
    "carla": bob_behind,
    "david": grey_behind,
    "emma": buns_behind,
    "farid": dark_behind,
    "grace": scarf_behind,
    "hugo": helmet_behind,
}


# -- before the face --------------------------------------------------------------------------------


def waves(canvas: Canvas) -> None:
    left: Points = (
        (372, 128), (300, 112), (226, 150), (178, 234), (170, 320), (146, 400), (164, 470), (146, 530),
        (196, 566), (232, 520), (212, 450), (226, 380), (214, 310), (240, 240), (310, 204), (362, 170),
    )  # fmt: skip
    right: Points = (
        (344, 130), (410, 122), (462, 190), (474, 290), (494, 380), (474, 460), (492, 530),
        (446, 566), (410, 520), (430, 450), (412, 380), (428, 310), (414, 240), (380, 196),
    )  # fmt: skip
    canvas.shape(right, GINGER)
    canvas.shape(left, GINGER)
    for points in (((330, 138), (250, 174), (204, 260), (196, 340)), ((420, 160), (444, 240), (456, 340))):
        canvas.stroke(points, 5, "#f08a45")


def flat_top(canvas: Canvas) -> None:
    half: Points = (
        (320, 84), (394, 88), (440, 112), (450, 200), (444, 268), (430, 262),
        (414, 214), (372, 192), (320, 190),
    )  # fmt: skip
    canvas.both(half, "#2b211e")
    for x, y in (
        (268, 116),
        (304, 132),
        (344, 114),
        (384, 134),
        (330, 160),
        (286, 164),
        (372, 164),
        (408, 170),
    ):
        canvas.ring(x, y, 11, 11, width=4, fill="#3d302b")


def bob(canvas: Canvas) -> None:
    half: Points = (
        (320, 106), (400, 114), (462, 176), (484, 280), (490, 400), (480, 456), (442, 462), (428, 400),
        (434, 320), (424, 252), (320, 244),
    )  # fmt: skip
    canvas.both(half, "#2a2130")
    for x in (262, 300, 340, 378):
        canvas.stroke(((x, 246), (320 + (x - 320) * 0.8, 200)), 3.5, "#4a3d54")
    canvas.stroke(((220, 180), (264, 146), (320, 136)), 9, "#443a50")


def captains_cap(canvas: Canvas) -> None:
    for x in (205, 435):
        canvas.oval(x, 262, 22, 42, "#e9e6df")
    canvas.both(((320, 66), (420, 80), (492, 120), (480, 164), (440, 186), (320, 176)), "#ffffff")
    canvas.both(((320, 66), (420, 80), (492, 120), (400, 104), (320, 98)), "#e7e9ee")
    canvas.both(((320, 158), (400, 164), (446, 182), (440, 226), (320, 212)), "#1f2f55")
    canvas.both(((320, 204), (392, 210), (436, 226), (404, 248), (320, 242)), "#11182c")
    canvas.stroke(((214, 218), (270, 204), (320, 201), (370, 204), (426, 218)), 7, "#f2b632")
    canvas.oval(320, 164, 27, 25, "#f2b632")
    canvas.ring(320, 154, 6, 6, width=4, fill="#1f2f55")
    canvas.stroke(((320, 160), (320, 180)), 5, "#1f2f55")
    canvas.stroke(((305, 170), (320, 182), (335, 170)), 5, "#1f2f55")


def buns(canvas: Canvas) -> None:
    right: Points = (
        (320, 118),
        (398, 130),
        (444, 188),
        (452, 280),
        (434, 262),
        (410, 214),
        (366, 192),
        (320, 184),
    )
    canvas.both(right, "#3f2820")
    canvas.stroke(((320, 124), (320, 182)), 4, "#25150f")
    for points in (((336, 132), (390, 150), (424, 200)), ((336, 154), (380, 170), (404, 200))):
        canvas.stroke(points, 4, "#5d3d31")
        canvas.stroke(tuple((640 - x, y) for x, y in points), 4, "#5d3d31")


def chefs_hat(canvas: Canvas) -> None:
    for x in (210, 430):
        canvas.shape(((x - 14, 196), (x + 14, 196), (x + 12, 286), (x - 12, 286)), "#1f1a1a")
    for x, y, radius in ((234, 100, 56), (406, 100, 56), (320, 84, 72)):
        canvas.oval(x, y, radius, radius, "#ffffff")
    canvas.both(((320, 90), (396, 100), (430, 130), (430, 206), (320, 216)), "#fdfdfb")
    canvas.both(((320, 160), (400, 158), (436, 150), (438, 214), (400, 222), (320, 226)), "#eceef0")
    for x in (262, 320, 378):
        canvas.stroke(((x, 92), (320 + (x - 320) * 0.94, 150)), 4, "#d7dadd")


def head_scarf(canvas: Canvas) -> None:
    half: Points = (
        (320, 52), (416, 62), (474, 126), (470, 200), (444, 262), (420, 216), (372, 190), (320, 182)
    )  # fmt: skip
    canvas.both(half, "#9b3a9e")
    canvas.stroke(((196, 236), (214, 170), (290, 110), (392, 70)), 15, "#f2b632")
    canvas.stroke(((446, 236), (424, 176), (360, 128), (280, 90)), 15, "#2fa39a")
    canvas.stroke(((204, 246), (236, 204), (320, 180), (404, 204), (436, 246)), 15, "#e0563f")
    for x, y, bend in ((282, 46, -1), (358, 46, 1)):
        canvas.shape(((320, 66), (x, y - 34), (x + 52 * bend, y - 24), (x + 44 * bend, y + 26)), "#b14db4")
    canvas.oval(320, 62, 24, 22, "#f2b632")


def helmet(canvas: Canvas) -> None:
    fringe: Points = (
        (226, 250),
        (222, 190),
        (270, 150),
        (340, 142),
        (410, 166),
        (424, 246),
        (396, 206),
        (330, 196),
        (280, 206),
    )
    canvas.shape(fringe, "#e8a23c")
    canvas.stroke(((262, 180), (320, 162), (384, 176)), 5, "#f6c26b")
    canvas.ring(320, 302, 218, 224, width=36, fill="#eef1f5")
    canvas.ring(320, 302, 186, 192, width=7, fill="#b9c2cd")
    canvas.shape(((168, 236), (200, 172), (252, 134), (262, 148), (216, 186), (188, 244)), "#ffffff66")
    canvas.oval(180, 268, 8, 10, "#ffffff66")
    canvas.stroke(((512, 150), (548, 96)), 7, "#b9c2cd")
    canvas.oval(550, 92, 13, 13, "#ef4b4b")


BEFORE: dict[str, Callable[[Canvas], None]] = {
    "anna": waves,
    "ben": flat_top,
    "carla": bob,
    "david": captains_cap,
    "emma": buns,
    "farid": chefs_hat,
    "grace": head_scarf,
    "hugo": helmet,
}
