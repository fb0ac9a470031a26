"""Pictures and films as the common libraries write them: Pillow, and ffmpeg's by way of PyAV."""

from __future__ import annotations

import io
import struct
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import PIL.Image

SIDE = 64


def _frame(seed: int = 0) -> PIL.Image.Image:
    import PIL.Image  # late: every worker of the tests collects all of them

    return PIL.Image.frombytes("RGB", (SIDE, SIDE), Random(seed).randbytes(SIDE * SIDE * 3))


def _saved(kind: str, image: PIL.Image.Image | None = None, **options: Any) -> bytes:
    file = io.BytesIO()
    (image or _frame()).save(file, kind, **options)
    return file.getvalue()


def _thumbnail() -> bytes:
    """Exif data with a whole JPEG in it, end marker and all."""
    return b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + _saved("JPEG", _frame(1).resize((16, 16)))


def _moving(kind: str) -> bytes:
    first, *others = (_frame(seed).resize((32, 32)) for seed in range(4))
    return _saved(kind, first, save_all=True, append_images=others, duration=100)


def _film(container: str, codec: str = "mpeg4", **options: str) -> bytes:
    import av

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        with av.open(str(path), "w", format=container, options=options) as output:
            stream: Any = output.add_stream(codec, rate=5, options={"g": "2"})
            stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, "yuv420p"
            for seed in range(6):
                output.mux(stream.encode(av.VideoFrame.from_image(_frame(seed))))
            output.mux(stream.encode())
        return path.read_bytes()


_MAKERS = {
    "baseline.jpg": lambda: _saved("JPEG"),
    "progressive.jpg": lambda: _saved("JPEG", progressive=True),
    "thumbnail.jpg": lambda: _saved("JPEG", exif=_thumbnail()),
    "restarts.jpg": lambda: _saved("JPEG", restart_marker_blocks=2),
    "truecolor.png": lambda: _saved("PNG"),
    "palette.gif": lambda: _saved("GIF", _frame().quantize()),
    "moving.gif": lambda: _moving("GIF"),
    "lossy.webp": lambda: _saved("WEBP"),
    "lossless.webp": lambda: _saved("WEBP", lossless=True),
    "moving.webp": lambda: _moving("WEBP"),
    "plain.mp4": lambda: _film("mp4"),
    "faststart.mp4": lambda: _film("mp4", movflags="faststart"),
    "fragmented.mp4": lambda: _film("mp4", movflags="frag_keyframe+empty_moov"),
    "dash.mp4": lambda: _film("mp4", movflags="frag_keyframe+empty_moov+default_base_moof", brand="iso6"),
    "quicktime.mov": lambda: _film("mov"),
    "film.webm": lambda: _film("webm", "libvpx"),
}
NAMES = tuple(_MAKERS)
#: Written without going back: the length of the whole is unknown.
LIVE = "live.webm"


@cache
def real_file(name: str) -> bytes:
    """Return one of the files above, made once."""
    return _film("webm", "libvpx", live="1") if name == LIVE else _MAKERS[name]()


def is_jpeg(name: str) -> bool:
    return name.endswith(".jpg")


def boundaries(film: bytes) -> list[int]:
    """Return where the boxes of an MP4 end, the last one included."""
    ends, at = [], 0
    while at < len(film):
        at += struct.unpack_from(">I", film, at)[0]
        ends.append(at)
    return ends
