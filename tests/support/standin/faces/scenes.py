"""Where each person is: what lies behind them, with a ball that moves through it in a film."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.standin.faces.canvas import Canvas


def sea(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 400, "#a9e0f2")
    canvas.oval(112, 116, 58, 58, "#ffd34d")
    for x, y, size in ((500, 92, 1.0), (86, 244, 0.7)):
        cloud(canvas, x, y, size)
    canvas.box(0, 392, 640, 640, "#2f9fc4")
    for row, y in enumerate((416, 452, 488, 524)):
        for x in range(-40 + 36 * (row % 2), 680, 88):
            canvas.stroke(((x, y), (x + 20, y + 8), (x + 40, y)), 5, "#7fcde0")
    canvas.corners(((536, 262), (536, 368), (596, 368)), "#ffffff")
    canvas.corners(((528, 284), (528, 368), (484, 368)), "#ef5d4e")
    canvas.corners(((474, 376), (606, 376), (584, 408), (496, 408)), "#8a4b2d")


def cloud(canvas: Canvas, x: float, y: float, size: float) -> None:
    for dx, dy, radius in ((-44, 8, 26), (0, -8, 38), (42, 8, 28)):
        canvas.oval(x + dx * size, y + dy * size, radius * size, radius * size, "#ffffff")
    canvas.box(x - 66 * size, y + 8 * size, x + 66 * size, y + 34 * size, "#ffffff", radius=18 * size)


def library(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 640, "#6d4a33")
    colours = ("#c84b3c", "#e2a33b", "#3f7d6e", "#34557f", "#d9c9a6", "#8a3f5c", "#5b8f4e")
    for shelf, bottom in enumerate((150, 304, 458, 612)):
        canvas.box(0, bottom - 132, 640, bottom, "#4a3122")
        x, book = 6, shelf * 3
        while x < 636:
            wide, high = 24 + 9 * (book * 7 % 4), 88 + 11 * (book * 5 % 4)
            canvas.box(x, bottom - high, x + wide, bottom, colours[book % 7], radius=4)
            canvas.box(x, bottom - high + 16, x + wide, bottom - high + 22, "#ffffff55")
            x, book = x + wide + 4, book + 1
        canvas.box(0, bottom, 640, bottom + 16, "#8f6443")


def city(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 640, "#2c2a5c")
    canvas.oval(128, 116, 56, 56, "#fff1c2")
    canvas.oval(150, 104, 48, 48, "#2c2a5c")
    for x, y in ((36, 60), (228, 44), (318, 88), (430, 40), (520, 104), (600, 52), (60, 210), (580, 190)):
        canvas.oval(x, y, 4, 4, "#fff6d8")
    for x, top, wide, colour in (
        (-10, 300, 110, "#413c82"), (92, 210, 96, "#39357a"),
        (430, 180, 104, "#413c82"), (532, 270, 120, "#39357a"),
    ):  # fmt: skip
        canvas.box(x, top, x + wide, 640, colour)
        for row in range(int((620 - top) // 44)):
            for column in range(int(wide // 30)):
                lit = (row * 5 + column * 3 + x) % 4 < 2
                left, high = x + 12 + 30 * column, top + 18 + 44 * row
                canvas.box(left, high, left + 17, high + 26, "#ffd66b" if lit else "#2b2964", radius=2)


def harbour(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 640, "#ffd9a8")
    canvas.box(0, 130, 640, 260, "#ffc58d")
    canvas.box(0, 260, 640, 400, "#f9a978")
    canvas.box(0, 400, 640, 640, "#33688c")
    for y in (430, 470, 510):
        canvas.box(20 + y % 70, y, 240 + y % 90, y + 7, "#5c93b3", radius=3)
        canvas.box(400 - y % 60, y + 16, 600, y + 23, "#5c93b3", radius=3)
    canvas.corners(((516, 150), (572, 150), (590, 410), (498, 410)), "#ffffff")
    for top, left, right in ((190, 513, 575), (270, 508, 580), (350, 502, 586)):
        canvas.box(left, top, right, top + 38, "#d8402f")
    canvas.box(508, 140, 580, 154, "#33343f", radius=4)
    canvas.box(522, 100, 566, 140, "#ffe98a")
    canvas.corners(((512, 102), (544, 66), (576, 102)), "#d8402f")
    canvas.corners(((522, 106), (522, 134), (400, 160), (400, 84)), "#fff6c877")
    canvas.shape(
        ((450, 420), (480, 396), (544, 388), (610, 396), (650, 420), (650, 450), (450, 450)), "#54413c"
    )


def meadow(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 640, "#bfeaf5")
    cloud(canvas, 110, 96, 0.9)
    cloud(canvas, 552, 178, 0.7)
    canvas.shape(((-80, 700), (-80, 420), (110, 352), (330, 400), (520, 440), (560, 700)), "#8fd16a")
    canvas.shape(((120, 720), (200, 450), (420, 376), (620, 372), (740, 420), (740, 720)), "#6fbf55")
    for place, x in enumerate((40, 104, 56, 560, 600, 540)):
        y = (440, 500, 566, 452, 520, 580)[place]
        _flower(canvas, x, y, petals=5, size=19, fill=("#ffffff", "#f7a8c8", "#fff07a")[place % 3])
        canvas.oval(x, y, 7, 7, "#f2a32c")
    for x, y, colour in ((60, 250, "#ef5d6c"), (556, 300, "#7a6ad8")):
        canvas.stroke(((x, y + 50), (x + 8, y + 90), (x - 4, y + 130)), 3, "#55606a")
        canvas.oval(x, y, 38, 48, colour)
        canvas.oval(x - 13, y - 18, 8, 12, "#ffffff77")


def _flower(canvas: Canvas, x: float, y: float, *, petals: int, size: float, fill: str) -> None:
    petal = size * (0.42 if petals < 8 else 0.28)
    for number in range(petals):
        turn, away = math.tau * number / petals, size - petal
        canvas.oval(x + away * math.cos(turn), y + away * math.sin(turn), petal, petal, fill)


def kitchen(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 640, "#bfe3d6")
    for x in range(0, 640, 80):
        canvas.box(x, 0, x + 4, 640, "#d9f1e8")
    for y in range(40, 640, 80):
        canvas.box(0, y, 640, y + 4, "#d9f1e8")
    canvas.box(0, 196, 180, 212, "#a9683c")
    canvas.box(468, 196, 640, 212, "#a9683c")
    for x, top, colour in ((24, 128, "#e0533f"), (84, 142, "#f0b53b"), (136, 120, "#5a8f4d")):
        canvas.box(x, top, x + 42, 196, colour, radius=8)
        canvas.box(x + 4, top - 14, x + 38, top, "#6a4a36", radius=4)
    canvas.box(492, 130, 596, 196, "#4f5b66", radius=14)
    canvas.box(480, 120, 608, 134, "#69757f", radius=6)
    canvas.oval(544, 112, 13, 11, "#33383d")
    for x, high in ((60, 90), (110, 70), (552, 84)):
        canvas.box(x - 3, 300, x + 3, 300 + high, "#7d8b93")
        canvas.oval(x, 300 + high + 22, 20, 26, "#7d8b93")
    canvas.box(20, 292, 150, 302, "#4f5b66", radius=4)
    canvas.box(500, 292, 610, 302, "#4f5b66", radius=4)


def sunflowers(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 640, "#ff9e6b")
    canvas.box(0, 0, 640, 120, "#f9826c")
    canvas.oval(320, 300, 270, 270, "#ffc56e")
    canvas.oval(320, 300, 205, 205, "#ffdc8c")
    canvas.box(0, 500, 640, 640, "#4f7f3c")
    for x, y, size in ((70, 420, 1.0), (566, 400, 1.1), (24, 560, 0.8), (150, 560, 0.7), (616, 560, 0.8)):
        canvas.box(x - 6, y, x + 6, 640, "#3c6b30")
        _flower(canvas, x, y, petals=12, size=61 * size, fill="#ffd21f")
        canvas.oval(x, y, 40 * size, 40 * size, "#f5b800")
        canvas.oval(x, y, 29 * size, 29 * size, "#5f3a1e")


def space(canvas: Canvas) -> None:
    canvas.box(0, 0, 640, 640, "#1b1440")
    canvas.oval(560, 560, 240, 240, "#2a1f5c")
    for i in range(46):
        canvas.oval((i * 197 + 31) % 640, (i * 131 + 67) % 640, *(2 * (1.3 + i % 3 * 0.8,)), "#fff8e0")
    canvas.oval(100, 128, 64, 64, "#f08a4b")
    for y, half in ((104, 58), (128, 64), (150, 60)):
        canvas.box(100 - half, y, 100 + half, y + 9, "#d66f38", radius=4)
    canvas.stroke(((4, 158), (60, 166), (146, 128), (190, 92)), 9, "#ffd9a0")
    canvas.oval(556, 186, 40, 40, "#5bc0d8")
    canvas.oval(544, 176, 14, 10, "#8fe0ec")
    canvas.oval(566, 200, 11, 7, "#3a9db8")
    canvas.oval(48, 470, 22, 22, "#c9c4d8")
    canvas.dots(((42, 464), (55, 476)), 5, "#a9a3bf")


def ball(canvas: Canvas, moment: float) -> None:
    """A ball that bounces along behind the person."""
    x, height = 60 + 520 * moment, abs(math.sin(math.pi * 4 * moment))
    y = 560 - 400 * height
    canvas.oval(x, y, 40, 40, "#ffffff")
    for third in range(3):
        turn = math.tau * (third / 3 + moment)
        canvas.oval(
            x + 20 * math.cos(turn), y + 20 * math.sin(turn), 13, 13, ("#ef4b4b", "#2f7fd6", "#f6c02d")[third]
        )
    canvas.ring(x, y, 40, 40, width=5, fill="#33343f")


def clock(canvas: Canvas, moment: float, seconds: int) -> None:
    """How much of a film is over: a disc that fills, with a mark for each second."""
    x, y = 572, 68
    canvas.oval(x, y, 46, 46, "#ffffff")
    canvas.pie(x, y, 39, moment, "#ef4b4b")
    for second in range(seconds):
        turn = math.tau * (second / seconds - 0.25)
        near, far = ((x + r * math.cos(turn), y + r * math.sin(turn)) for r in (29, 39))
        canvas.stroke((near, far), 5, "#33343f")
    turn = math.tau * (moment - 0.25)
    canvas.stroke(((x, y), (x + 30 * math.cos(turn), y + 30 * math.sin(turn))), 7, "#33343f")
    canvas.ring(x, y, 46, 46, width=6, fill="#33343f")


SCENES: dict[str, Callable[[Canvas], None]] = {
    "anna": sea,
    "ben": library,
    "carla": city,
    "david": harbour,
    "emma": meadow,
    "farid": kitchen,
    "grace": sunflowers,
    "hugo": space,
}
