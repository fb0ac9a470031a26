"""A film that is long enough to be sent in several pieces, and a server that it comes from."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDTH, HEIGHT, RATE, SECONDS = 320, 240, 10, 12


def write_film(path: Path) -> None:
    """Write an H.264 film of noise, some MB long, that plays in every browser."""
    import av

    noise = random.Random("film")
    with av.open(str(path), "w", format="mp4") as film:
        options = {"preset": "ultrafast", "g": str(RATE), "crf": "12"}
        stream = film.add_stream("libx264", rate=Fraction(RATE), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for _ in range(RATE * SECONDS):
            film.mux(stream.encode(_frame(noise)))
        film.mux(stream.encode())


def _frame(noise: random.Random) -> object:
    import av
    from PIL import Image

    small = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), noise.randbytes(WIDTH * HEIGHT // 4))
    return av.VideoFrame.from_image(small.resize((WIDTH, HEIGHT), Image.Resampling.NEAREST).convert("RGB"))


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; gives the URL without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(10)
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""
