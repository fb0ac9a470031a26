"""Films of the same persons: they look left and right and blink, a ball bounces by, and a clock runs."""

from __future__ import annotations

import math
from fractions import Fraction
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING

from tests.support.standin.faces.features import Pose
from tests.support.standin.faces.pictures import frame
from tests.support.standin.faces.who import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

SIDE, SECONDS, RATE = 480, 4, 12
BLINKS = (0.2, 0.7)  # when, of the whole
#: H.264 plays in every browser. MPEG-4 does not, and stands for it where an FFmpeg has no other.
CODECS = ("libx264", "libopenh264", "mpeg4")


def film_file(people: str) -> bytes:
    """An MP4 file that says who is in it."""
    import av

    file = BytesIO()
    codec = next(name for name in CODECS if name in av.codecs_available)
    with av.open(file, "w", format="mp4") as film:
        film.metadata["comment"] = mark(people)
        stream = film.add_stream(codec, rate=Fraction(RATE), options=_options(codec))
        images = frames(people)
        first = next(images)
        stream.width, stream.height = first.size
        stream.pix_fmt = "yuv420p"
        for image in chain([first], images):
            film.mux(stream.encode(av.VideoFrame.from_image(image)))
        film.mux(stream.encode())
    return file.getvalue()


def frames(people: str) -> Iterator[Image.Image]:
    count = SECONDS * RATE
    return (frame(people, pose_at(number / count), SIDE, SECONDS) for number in range(count))


def pose_at(moment: float) -> Pose:
    """How the head is held when a part (0 to 1) of the film is over."""
    near = min(abs(moment - blink) for blink in BLINKS)
    return Pose(-math.sin(math.tau * moment), max(0.0, 1 - near / 0.035), moment)


def _options(codec: str) -> dict[str, str]:
    """A picture of its own each second, so that a player that seeks is there at once."""
    quality = (
        {"crf": "24", "preset": "veryfast", "tune": "animation"} if codec == "libx264" else {"b": "900000"}
    )
    return {"g": str(RATE), **quality}
