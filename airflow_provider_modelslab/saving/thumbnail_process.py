"""Decodes pictures and films in a process of its own, so that bytes that crash a decoder harm no task.

It imports Pillow, PyAV and the standard library only. It reads an order as JSON, and says of each of its
files in a line of JSON what it is; a file that kills it has no line.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from contextlib import suppress
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

SIDE = 480  # pixels
#: Above this nothing is decoded: with four bytes a pixel, scaling holds twice 256 MiB, and memory is bounded.
MOST_PIXELS = 64 * 2**20
_LARGEST_OUTPUT = 8 * 2**20  # bytes
_FRAMES = 30  # films often begin by a second of black
_BLACK = 32  # of 255
#: The formats, so that no other of the many decoders is tried.
_PICTURES = ("JPEG", "PNG", "WEBP", "GIF")
_FILMS = {"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm"}


def is_possible() -> bool:
    """Say whether the extra ``preview`` is installed."""
    return all(find_spec(name) for name in ("PIL", "av"))


def main() -> None:
    """Carry out the order on standard input.

    It has the ``jobs``, the ``memory`` in bytes, and the ``seconds`` that one job may take.
    """
    order = json.load(sys.stdin)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process, whatever a decoder is about
    _limit(resource.RLIMIT_AS, order["memory"])
    _limit(resource.RLIMIT_FSIZE, _LARGEST_OUTPUT)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, 1 + int(order["seconds"] * len(order["jobs"])))
    with suppress(OSError):  # where memory is short, this process goes and not the task
        Path("/proc/self/oom_score_adj").write_text("1000")
    for job in order["jobs"]:
        signal.setitimer(signal.ITIMER_REAL, order["seconds"])
        print(json.dumps(look(**job)), flush=True)


def _limit(kind: int, most: int) -> None:
    with suppress(ValueError, OSError):  # not every system knows each of them
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (value, value))


def look(path: str, content_type: str, thumbnail: str) -> dict[str, Any]:
    """Write the thumbnail of a file, and return its measures, or why there is none.

    :param path: of the file
    :param content_type: what it is
    :param thumbnail: path of the JPEG to write
    """
    try:
        image, measures = _film(path, content_type) if content_type in _FILMS else _picture(path)
        image.save(thumbnail, "JPEG", quality=80)
    except Exception as error:
        text = " ".join(str(error).replace(path, "it").split())
        return {"error": f"{type(error).__name__}: {text[:200]}".rstrip(": ")}
    return measures


def _picture(path: str) -> tuple[Any, dict[str, Any]]:
    from PIL import Image, ImageOps

    with Image.open(path, formats=_PICTURES) as image:
        width, height = _checked(image.size)
        if image.getexif().get(0x0112, 1) >= 5:  # Orientation: lies on its side
            width, height = height, width
        small = _plain(image)
        small.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(small)
    return _on_white(upright), {"width": width, "height": height}


def _checked(size: tuple[int, int]) -> tuple[int, int]:
    if not 0 < size[0] * size[1] <= MOST_PIXELS:
        raise ValueError(f"{size[0]} x {size[1]} pixels are not decoded")
    return size


def _plain(image: Any) -> Any:
    """Return an image that can be scaled smoothly; a JPEG as it is, since it is decoded smaller then."""
    if image.mode.startswith("I"):  # 16 bits, which converting would cut off instead of scaling down
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _on_white(image: Any) -> Any:
    from PIL import Image

    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _film(path: str, content_type: str) -> tuple[Any, dict[str, Any]]:
    import av

    with av.open(path, format=_FILMS[content_type]) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        context.thread_count = 1  # the stack of each thread counts as memory
        width, height = _checked((context.width, context.height))
        poster, turned = _poster(container.decode(stream), av.error.FFmpegError)
        if turned % 180:
            width, height = height, width
        measures = {"width": width, "height": height}
        if container.duration:
            measures["duration"] = round(container.duration / 1_000_000, 3)
    return poster, measures


def _poster(frames: Any, broken: type[Exception]) -> tuple[Any, int]:
    """Return the first frame that shows something, made small and upright, and by how much it was turned."""
    found = None
    with suppress(broken):  # after the first frames, since of a long film only the ends are there
        for frame in islice(frames, _FRAMES):
            width, height = _checked((frame.width, frame.height))
            scale = max(width, height, SIDE) / SIDE
            image = frame.to_image(width=max(1, round(width / scale)), height=max(1, round(height / scale)))
            turned = int(getattr(frame, "rotation", 0))  # PyAV 14 and later
            bright = image.convert("L").getextrema()[1] > _BLACK
            found = (image, turned) if bright else found or (image, turned)
            if bright:
                break
    if found is None:
        raise ValueError("no frame of it could be decoded")
    return found[0].rotate(found[1], expand=True), found[1]


if __name__ == "__main__":
    main()
