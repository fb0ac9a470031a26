"""Flat shapes with smooth edges: drawn larger than they are shown, by Pillow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image, ImageDraw

#: All coordinates are those of a square of this side, whatever the size of the picture.
UNITS = 640
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Canvas:
    """A picture under work; colours are ``#rrggbb`` or, to let what is below shine through, ``#rrggbbaa``.

    :param image: as large as it is drawn, which is ``smooth`` times what it becomes
    :param pens: what draws on it: opaque colours, which is much quicker, and others
    :param factor: pixels for a unit
    :param smooth: pixels that become one, in each direction
    :param shift: where the units' origin lies, so that a head can move
    """

    image: Image.Image
    pens: tuple[ImageDraw.ImageDraw, ImageDraw.ImageDraw]
    factor: float
    smooth: int
    shift: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def on(cls, image: Image.Image, smooth: int) -> Canvas:
        """Draw on an image."""
        from PIL import ImageDraw

        pens = ImageDraw.Draw(image), ImageDraw.Draw(image, "RGBA")
        return cls(image, pens, image.width / UNITS, smooth)

    @classmethod
    def of(cls, side: int, smooth: int) -> Canvas:
        """Draw on a new image that is to have so many pixels on each side."""
        from PIL import Image

        return cls.on(Image.new("RGB", (side * smooth, side * smooth)), smooth)

    def moved(self, x: float, y: float) -> Canvas:
        """The same picture with its origin elsewhere."""
        return replace(self, shift=(self.shift[0] + x, self.shift[1] + y))

    def done(self) -> Image.Image:
        """The picture in the size that it is shown in."""
        return self.image.reduce(self.smooth)

    def box(self, x: float, y: float, x2: float, y2: float, fill: str, *, radius: float = 0) -> None:
        corners = self._pixels(((x, y), (x2, y2)))
        if radius:
            self._pen(fill).rounded_rectangle(corners, radius * self.factor, fill)
        else:
            self._pen(fill).rectangle(corners, fill)

    def oval(self, x: float, y: float, across: float, down: float, fill: str) -> None:
        """An ellipse, by its centre and its two radii."""
        self._pen(fill).ellipse(self._pixels(((x - across, y - down), (x + across, y + down))), fill)

    def ring(self, x: float, y: float, across: float, down: float, *, width: float, fill: str) -> None:
        corners = self._pixels(((x - across, y - down), (x + across, y + down)))
        self._pen(fill).ellipse(corners, None, fill, round(width * self.factor))

    def pie(self, x: float, y: float, radius: float, part: float, fill: str) -> None:
        """A part (0 to 1) of a disc, from its top on, clockwise."""
        corners = self._pixels(((x - radius, y - radius), (x + radius, y + radius)))
        self._pen(fill).pieslice(corners, -90, -90 + 360 * part, fill)

    def corners(self, points: Points, fill: str) -> None:
        """A shape with straight edges."""
        self._pen(fill).polygon(self._pixels(points), fill)

    def shape(self, points: Points, fill: str) -> None:
        """A round shape through these points."""
        self._pen(fill).polygon(self._pixels(rounded(points, closed=True)), fill)

    def both(self, half: Points, fill: str) -> None:
        """A round shape, the same left and right of the middle, by its right half from top to bottom."""
        left = tuple((UNITS - x, y) for x, y in reversed(half) if x != UNITS / 2)
        self.shape(half + left, fill)

    def stroke(self, points: Points, width: float, fill: str) -> None:
        """A round line with round ends through these points."""
        line = self._pixels(rounded(points, closed=False))
        self._pen(fill).line(line, fill, round(width * self.factor), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x, y, width / 2, width / 2, fill)

    def dots(self, points: Points, radius: float, fill: str) -> None:
        for x, y in points:
            self.oval(x, y, radius, radius, fill)

    def crescent(self, outer: Points, inner: Points, fill: str) -> None:
        """A shape between two round lines that have their ends in common."""
        line = rounded(outer, closed=False) + rounded(inner, closed=False)[::-1]
        self._pen(fill).polygon(self._pixels(line), fill)

    def _pen(self, fill: str) -> ImageDraw.ImageDraw:
        return self.pens[len(fill) > len("#rrggbb")]

    def _pixels(self, points: Points) -> list[tuple[float, float]]:
        (right, down), factor = self.shift, self.factor
        return [((x + right) * factor, (y + down) * factor) for x, y in points]


@lru_cache(maxsize=2048)
def rounded(points: Points, closed: bool, steps: int = 10) -> Points:
    """Points on a Catmull-Rom curve through the ones given."""
    count = len(points)
    ring = [points[i % count] if closed else points[min(max(i, 0), count - 1)] for i in range(-1, count + 2)]
    parts = range(count if closed else count - 1)
    curve = [_between(ring[i : i + 4], step / steps) for i in parts for step in range(steps)]
    return tuple(curve if closed else [*curve, points[-1]])


def _between(points: Sequence[tuple[float, float]], t: float) -> tuple[float, float]:
    def along(p: float, q: float, r: float, s: float) -> float:
        return q + t / 2 * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)))

    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = points
    return along(x1, x2, x3, x4), along(y1, y2, y3, y4)
