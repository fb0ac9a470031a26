"""What the decoder makes of each kind of picture and film, and of what is none."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import PIL.Image
import pytest

from airflow_provider_modelslab.saving import thumbnail_process
from tests.saving.real_files import real_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Looked = tuple[dict[str, Any], PIL.Image.Image | None]

RED, BLUE = (255, 0, 0), (0, 0, 255)
ORIENTATION, ON_ITS_SIDE = 0x0112, 6  # what is left here, is shown on top
QUARTER_TURN = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n"


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Looked]:
    def look(data: bytes, content_type: str = "image/any") -> Looked:
        (tmp_path / "file").write_bytes(data)
        thumbnail = tmp_path / "thumbnail.jpeg"
        answer = thumbnail_process.look(str(tmp_path / "file"), content_type, str(thumbnail))
        if "error" in answer:
            return answer, None
        image = PIL.Image.open(thumbnail)
        assert (image.format, image.mode) == ("JPEG", "RGB")
        return answer, image

    return look


def half_red(mode: str = "RGB", size: tuple[int, int] = (64, 32)) -> PIL.Image.Image:
    """Red on the left, blue on the right."""
    image = PIL.Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def saved(image: PIL.Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def film(frames: Sequence[PIL.Image.Image], folder: Path, *, container: str = "mp4") -> bytes:
    import av

    path = folder / f"film.{container}"
    with av.open(str(path), "w", format=container) as output:
        stream: Any = output.add_stream("libvpx" if container == "webm" else "mpeg4", rate=10)
        (stream.width, stream.height), stream.pix_fmt = frames[0].size, "yuv420p"
        stream.bit_rate = 2_000_000
        for frame in frames:
            output.mux(stream.encode(av.VideoFrame.from_image(frame)))
        output.mux(stream.encode())
    return path.read_bytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says that it is so large."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def near(pixel: Any, wanted: tuple[int, int, int]) -> bool:
    return max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 48


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_made_small_and_keeps_its_proportions(look: Any, kind: str) -> None:
    answer, image = look(saved(half_red(size=(1200, 600)), kind))
    assert answer == {"width": 1200, "height": 600}
    assert image.size == (480, 240)
    assert near(image.getpixel((20, 20)), RED)
    assert near(image.getpixel((460, 20)), BLUE)


def test_a_small_picture_keeps_its_size(look: Any) -> None:
    assert look(saved(half_red(), "PNG"))[1].size == (64, 32)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_lies_on_its_side_is_turned_upright(look: Any, kind: str) -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE
    answer, image = look(saved(half_red(size=(1200, 600)), kind, exif=exif))
    assert answer == {"width": 600, "height": 1200}
    assert image.size == (240, 480)
    assert near(image.getpixel((120, 20)), RED)
    assert not image.getexif()  # nor the place where it was taken


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("1", "PNG"), ("L", "JPEG"), ("P", "PNG"), ("CMYK", "JPEG"), ("LA", "PNG"), ("P", "GIF")],
)
def test_a_picture_of_any_mode_has_a_thumbnail_like_it(look: Any, mode: str, kind: str) -> None:
    picture = half_red(mode)
    _, image = look(saved(picture, kind, **({"quality": 95} if kind == "JPEG" else {})))
    for place in ((8, 8), (56, 8)):
        wanted = picture.convert("RGB").getpixel(place)
        assert mode == "1" or near(image.getpixel(place), wanted)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_is_white(look: Any, kind: str) -> None:
    picture = half_red("RGBA")
    picture.paste((0, 0, 0, 0), (32, 0, 64, 32))
    _, image = look(saved(picture, kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert near(image.getpixel((8, 8)), RED)
    assert near(image.getpixel((56, 8)), (255, 255, 255))


def test_what_is_transparent_in_a_palette_is_white_too(look: Any) -> None:
    picture = PIL.Image.new("P", (8, 8), 0)
    picture.putpalette([0, 0, 0, *RED])
    assert near(look(saved(picture, "PNG", transparency=0))[1].getpixel((4, 4)), (255, 255, 255))


@pytest.mark.parametrize(("value", "shown"), [(0, 0), (32768, 128), (65535, 255)])
def test_sixteen_bits_are_scaled_and_not_cut_off(look: Any, value: int, shown: int) -> None:
    data = struct.pack("<H", value) * 64
    picture = PIL.Image.frombytes("I;16", (8, 8), data)
    assert look(saved(picture, "PNG"))[1].getpixel((4, 4))[0] == pytest.approx(shown, abs=2)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_is_shown_by_its_first_frame(look: Any, kind: str) -> None:
    frames = [PIL.Image.new("RGB", (32, 32), color) for color in (RED, BLUE)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert near(look(data)[1].getpixel((8, 8)), RED)


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: png_of(40_000, 40_000),
        lambda: png_of(2**31 - 1, 2**31 - 1),
        lambda: saved(PIL.Image.new("1", (20_000, 20_000)), "PNG"),
        lambda: b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6) + b";",
    ],
    ids=["header", "overflow", "decompression", "gif"],
)
def test_a_picture_of_too_many_pixels_is_not_decoded(look: Any, bomb: Callable[[], bytes]) -> None:
    answer, image = look(bomb())
    assert image is None
    assert "error" in answer


def test_the_error_says_how_large_it_is(look: Any) -> None:
    assert look(png_of(20_000, 5_000))[0] == {"error": "ValueError: 20000 x 5000 pixels are not decoded"}


@pytest.mark.parametrize("name", ["baseline.jpg", "truecolor.png", "lossy.webp", "plain.mp4", "film.webm"])
@pytest.mark.parametrize("rest", [b"", b"\xff\xd9garbage" * 50])
def test_a_broken_file_has_a_reason_and_no_thumbnail(look: Any, name: str, rest: bytes) -> None:
    kinds = {"mp4": "video/mp4", "webm": "video/webm"}
    data = real_file(name)
    data = data[: min(len(data) // 3, 600)] + rest
    answer, image = look(data, kinds.get(name.rpartition(".")[2], "image/any"))
    assert image is None
    assert answer["error"]
    assert "\n" not in answer["error"]


@pytest.mark.parametrize("container", ["mp4", "mov", "webm"])
def test_a_film_has_its_first_frame_and_its_duration(look: Any, tmp_path: Path, container: str) -> None:
    kind = {"mov": "video/quicktime"}.get(container, f"video/{container}")
    frames = [half_red(size=(960, 320)) for _ in range(5)]
    answer, image = look(film(frames, tmp_path, container=container), kind)
    assert answer == {"width": 960, "height": 320, "duration": 0.5}
    assert image.size == (480, 160)
    assert near(image.getpixel((40, 40)), RED)


@pytest.mark.parametrize("name", ["plain.mp4", "faststart.mp4", "fragmented.mp4"])
def test_a_film_has_a_thumbnail_wherever_its_table_of_contents_is(look: Any, name: str) -> None:
    assert look(real_file(name), "video/mp4")[0]["duration"] == pytest.approx(1.2)


def test_a_film_that_begins_in_the_dark_is_shown_by_what_comes_then(look: Any, tmp_path: Path) -> None:
    dark = [PIL.Image.new("RGB", (64, 32))] * 5
    _, image = look(film([*dark, half_red()], tmp_path), "video/mp4")
    assert near(image.getpixel((8, 8)), RED)


def test_a_film_that_is_dark_has_a_dark_thumbnail(look: Any, tmp_path: Path) -> None:
    _, image = look(film([PIL.Image.new("RGB", (64, 32))] * 50, tmp_path), "video/mp4")
    assert near(image.getpixel((8, 8)), (0, 0, 0))


def test_a_film_that_lies_on_its_side_is_turned_upright(look: Any, tmp_path: Path) -> None:
    import av

    if not hasattr(av.VideoFrame, "rotation"):
        pytest.skip("PyAV before 14 does not tell")
    data = bytearray(film([half_red()] * 5, tmp_path))
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = QUARTER_TURN
    answer, image = look(bytes(data), "video/mp4")
    assert (answer["width"], answer["height"], image.size) == (32, 64, (32, 64))
    assert near(image.getpixel((16, 8)), RED)


def test_a_film_of_too_many_pixels_is_not_decoded(look: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnail_process, "MOST_PIXELS", 64 * 64 - 1)
    assert "64 x 64" in look(real_file("plain.mp4"), "video/mp4")[0]["error"]


def test_what_is_called_a_film_and_names_other_files_is_not_followed(look: Any) -> None:
    assert look(PLAYLIST, "video/mp4")[1] is None
