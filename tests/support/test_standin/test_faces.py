"""Drawn pictures and films: who is in them, and that a swap is seen."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

import pytest

from tests.support.standin import Media, StandIn
from tests.support.standin.__main__ import parse_job
from tests.support.standin.faces import PEOPLE, drawn, in_file
from tests.support.standin.faces.pictures import picture, portrait, swapped
from tests.support.standin.faces.who import figures, text_of
from tests.support.standin.samples import SAMPLES
from tests.support.test_standin import get, post
from tests.support.test_standin.conftest import Clock

av, Image, Chops = (pytest.importorskip(name) for name in ("av", "PIL.Image", "PIL.ImageChops"))

SWAP = "/api/v6/faceswap/multiple_face_swap"
ONE_OF_SEVERAL = "/api/v6/faceswap/single_face_swap"
CLIP = "/api/v6/faceswap/single_video_swap"
#: Eyes, nose and mouth, where nobody's hair or hat is; and all that is no skin: the scene and the shoulders.
FACE = (262, 276, 378, 420)
AROUND = ((0, 0, 640, 140), (0, 140, 160, 640), (480, 140, 640, 640), (160, 590, 480, 640))


def same(one: Any, other: Any, box: tuple[int, int, int, int]) -> bool:
    return one.crop(box).tobytes() == other.crop(box).tobytes()


def base64(people: str, kind: str = "jpg") -> str:
    content = drawn(kind, people)
    assert content
    return b64encode(content).decode()


def result_of(server: StandIn, path: str = SWAP, **body: Any) -> str:
    """Who is in the file that a submit call makes."""
    (url,) = post(server, path, **body).json()["output"]
    found = in_file(get(url).content)
    return text_of(found) if found else ""


@pytest.mark.parametrize(("face", "body"), [("anna", "ben"), ("ben", "hugo"), ("david", "grace")])
def test_a_swapped_picture_has_the_face_of_one_and_all_else_of_the_other(face: str, body: str) -> None:
    result = swapped(face, body)
    assert same(result, portrait(face), FACE)
    assert not same(result, portrait(body), FACE)
    assert all(same(result, portrait(body), box) for box in AROUND)
    assert not any(same(result, portrait(face), box) for box in AROUND[:3])


def test_every_person_is_drawn_and_no_two_have_the_same_face() -> None:
    faces = {portrait(name).crop(FACE).tobytes() for name in PEOPLE}
    assert len(faces) == len(PEOPLE) >= 6


def test_several_persons_stand_side_by_side() -> None:
    group = picture("carla-anna+david")
    assert group.size == (960, 640)
    assert same(
        group.crop((480, 0, 956, 640)), swapped("anna", "david").crop((80, 0, 556, 640)), (0, 0, 476, 640)
    )


@pytest.mark.parametrize("kind", ["jpg", "png", "mp4"])
def test_a_file_says_who_is_in_it(kind: str) -> None:
    content = Media(kind, None, "a seed", "anna+ben").whole()
    assert in_file(content) == (("anna", "ben"),)
    assert in_file(SAMPLES[kind]) is None


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_picture_file_is_whole_and_of_a_size_to_look_at(kind: str) -> None:
    content = Media(kind, None, "a seed", "emma").whole()
    with Image.open(io.BytesIO(content)) as found:
        found.load()
        assert found.size == (640, 640)
    assert 20_000 < len(content) < 100_000
    assert content != Media(kind, None, "another", "emma").whole()


def test_a_film_lasts_some_seconds_moves_and_decodes_in_full() -> None:
    content = Media("mp4", None, "a seed", "anna+ben").whole()
    with av.open(io.BytesIO(content)) as film:
        assert film.streams.video[0].codec_context.pix_fmt == "yuv420p"
        seconds = float(film.duration / av.time_base)
        images = [frame.to_image() for frame in film.decode(video=0)]
    assert 3 <= seconds <= 5
    assert len(images) == 12 * seconds
    assert {each.size for each in images} == {(480, 480)}
    for early, late in zip(images[::12], images[12::12], strict=False):  # a second lies between them
        assert Chops.difference(early, late).getbbox() is not None


def test_what_is_drawn_is_the_same_each_time_and_any_part_of_it_is_that_part() -> None:
    for kind, size in (("jpg", None), ("png", 300_000), ("mp4", 3_000_000)):
        media = Media(kind, size, "a seed", "anna+ben")
        whole = media.whole()
        assert len(whole) == len(media) == (size or len(media))
        assert Media(kind, size, "a seed", "anna+ben").sha256() == media.sha256()
        assert b"".join(media.read(1000, 290_000)) == whole[1000:290_000]


def test_nobody_else_and_no_other_kind_is_drawn() -> None:
    with pytest.raises(ValueError, match="'zoe'"):
        Media("jpg", None, "", "anna+zoe")
    with pytest.raises(ValueError, match="not gif"):
        Media("gif", None, "", "anna")


def test_a_job_shows_the_persons_that_it_is_told_to(server: StandIn) -> None:
    told = parse_job("id=7,kind=jpg+mp4:900000,draws=anna+ben")
    job = server.add_job(**told)
    assert [in_file(get(url).content) for url in server.urls(job)] == [(("anna", "ben"),)] * 2
    each = server.add_job(files=["png", {"kind": "jpg", "draws": "emma"}], draws="david")
    assert [in_file(server.content(each, index)) for index in (0, 1)] == [figures("david"), figures("emma")]
    assert in_file(server.content(server.add_job())) is None


def test_pictures_in_base64_are_swapped(server: StandIn) -> None:
    body: dict[str, Any] = {"target_image": base64("anna"), "base64": True}
    answer = post(server, SWAP, **body, init_image=f"data:image/png;base64,{base64('ben', 'png')}").json()
    found = server.content(answer["id"])
    assert in_file(found) == (("anna", "ben"),)
    with Image.open(io.BytesIO(found)) as result:
        difference = Chops.difference(result.convert("RGB"), swapped("anna", "ben"))
    assert max(high for _, high in difference.getextrema()) < 128  # a JPEG is not exact


def test_pictures_and_clips_of_persons_are_served_and_swapped_by_their_address(server: StandIn) -> None:
    face, image, clip = (f"{server.url}/people/{name}" for name in ("grace.jpg", "hugo.png", "anna+ben.mp4"))
    for url, kind in ((face, "image/jpeg"), (image, "image/png"), (clip, "video/mp4")):
        served = get(url)
        assert (served.status_code, served.headers["Content-Type"]) == (200, kind)
        assert get(url, Range="bytes=100-199").content == served.content[100:200]
    assert in_file(get(face).content) == figures("grace")
    assert get(f"{server.url}/people/zoe.jpg").status_code == 404
    assert result_of(server, target_image=face, init_image=image) == "grace+hugo"
    assert result_of(server, CLIP, init_image=face, init_video=clip) == "grace+ben"


def test_with_a_reference_one_of_several_gets_the_face(server: StandIn) -> None:
    people = f"{server.url}/people/"
    body = {"target_image": f"{people}anna.jpg", "init_image": f"{people}ben-carla-david.jpg"}
    assert result_of(server, **body) == "anna+ben-anna+carla-anna+david"
    assert (
        result_of(server, ONE_OF_SEVERAL, **body, reference_image=f"{people}carla.jpg")
        == "ben-anna+carla-david"
    )


def test_a_picture_of_nobody_known_is_of_somebody_where_that_matters(server: StandIn) -> None:
    unknown = {"init_image": "https://example.com/b.jpg"}
    anna = f"{server.url}/people/anna.jpg"
    first, again = (result_of(server, target_image=anna, **unknown) for _ in range(2))
    assert first == again
    assert first.startswith("anna+")
    both_unknown = {"target_image": "https://example.com/a.jpg", **unknown}
    assert result_of(server, **both_unknown) == ""
    server.configure(draw=True)
    assert "+" in result_of(server, **both_unknown)


def test_a_drawn_film_is_not_made_before_it_is_asked_for(
    server: StandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr("tests.support.standin.media.drawn", lambda kind, draws: made.append(draws))
    job = server.add_job(duration=5, files=["mp4"], draws="hugo+anna")
    assert get(server.urls(job)[0]).status_code == 404
    clock.now += 6
    assert made == []
    content = get(server.urls(job)[0]).content
    assert made
    assert content.startswith(SAMPLES["mp4"])  # which stands for it where nothing can be drawn
