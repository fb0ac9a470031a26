"""Which call says what is meant, and what no call can say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import pytest

from airflow_provider_modelslab.protocol.face_swap import (
    FaceSwap,
    SubmitRequest,
    check_face_swap,
    submit_path,
    submit_request,
)
from airflow_provider_modelslab.protocol.picture_encoding import Picture
from airflow_provider_modelslab.protocol.picture_source import SourceKind

FACE = "https://example.com/face.jpg"
IMAGE = "https://example.com/group.jpg"
VIDEO = "https://example.com/clip.mp4"
ONE = "https://example.com/one.jpg"


def plan(*, seed: str = "seed", enterprise: bool = False, **swap: Any) -> SubmitRequest:
    return submit_request(FaceSwap(**{"face": FACE, **swap}), seed=seed, enterprise=enterprise)


@pytest.mark.parametrize(
    ("swap", "call", "files"),
    [
        ({"image": IMAGE}, "multiple_face_swap", {"init_image": IMAGE, "target_image": FACE}),
        (
            {"image": IMAGE, "reference_image": ONE},
            "single_face_swap",
            {"init_image": IMAGE, "target_image": FACE, "reference_image": ONE},
        ),
        ({"video": VIDEO}, "single_video_swap", {"init_image": FACE, "init_video": VIDEO}),
        (
            {"video": VIDEO, "reference_image": ONE},
            "specific_video_swap",
            {"init_image": FACE, "init_video": VIDEO, "reference_image": ONE},
        ),
    ],
)
def test_each_meaning_has_its_call_with_the_documented_names_and_nothing_unasked(
    swap: dict[str, Any], call: str, files: dict[str, str]
) -> None:
    request = plan(**swap, track_id=7)
    assert request == SubmitRequest(call, {**files, "track_id": 7})
    assert submit_path("/api/v6/faceswap", request) == f"/api/v6/faceswap/{call}"


def test_what_is_asked_for_is_sent_under_its_documented_name() -> None:
    request = plan(video=VIDEO, output_format="mp4", watermark=False, webhook="https://example.com/hook")
    asked = {"output_format": "mp4", "watermark": False, "webhook": "https://example.com/hook"}
    assert asked.items() <= request.parameters.items()


def test_pictures_read_from_paths_are_sent_as_base64_which_is_said_once() -> None:
    swap = FaceSwap(face="/data/face.jpg", image="s3://aws@bucket/group.jpg")
    face, image = Picture("image/png", "RkFDRQ=="), Picture("image/jpeg", "R1JPVVA=")
    request = submit_request(swap, seed="s", encoded={"face": face, "image": image})
    assert request.has_pictures
    assert request.parameters["base64"] is True
    assert request.parameters["init_image"] == image
    assert request.parameters["target_image"] == face


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        ({}, "neither image nor video.*face and image"),
        ({"image": IMAGE, "video": VIDEO}, "both image and video.*face and video"),
        ({"face": None, "image": IMAGE}, "no face"),
        ({"image": IMAGE, "output_format": "mp4"}, "give video in place of image"),
        ({"face": "/data/face.jpg", "video": VIDEO}, "face: .*video calls take no files.*https URL"),
        ({"video": "s3://aws@bucket/clip.mp4"}, "video: .*only public URLs"),
        ({"face": "/data/face.jpg", "image": IMAGE}, "face given as path, image as URL.*all as paths"),
        ({"image": "pictures/group.jpg"}, "image is 'pictures/group.jpg'.*absolute path"),
        ({"image": " "}, "image is empty"),
        ({"image": "None"}, "image is 'None'"),
        ({"image": "data:image/png;base64,iVBOR"}, "image is 'data:.*absolute path"),
        ({"image": "https://"}, "image is not a URL"),
        ({"image": "https://example.com/a\nb.jpg"}, "image is not a URL"),
        ({"image": "https://example.com/a\u2028b.jpg"}, "image is not a URL"),
        ({"image": "https://a b/x.jpg"}, "image is not a URL"),
        ({"image": IMAGE, "webhook": "https://example.com/\tx"}, "webhook is not a URL"),
        ({"image": "https://[::1/x"}, "image is not a URL"),
        ({"image": [IMAGE]}, "image is a list.*public URL"),
        ({"image": b"GIF89a"}, "image is a bytes.*absolute path"),
        ({"image": PurePosixPath("group.jpg")}, "image is 'group.jpg'.*absolute path"),
        ({"image": IMAGE, "watermark": "{{ params.watermark }}"}, "watermark is True, False or None"),
        ({"image": IMAGE, "webhook": "http://example.com"}, "webhook.*https"),
        ({"image": IMAGE, "watermark_image": "/data/mark.png"}, "watermark_image.*https"),
    ],
)
def test_what_no_call_can_say_is_refused_with_what_would_work(swap: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_face_swap(FaceSwap(**{"face": FACE, **swap}))


@pytest.mark.parametrize("unknown", ["{{ params.image }}", "{% if x %}a{% endif %}", object()])
def test_what_is_not_known_before_the_task_runs_passes_then_and_not_later(unknown: Any) -> None:
    swap = FaceSwap(face="/data/face.jpg", image=unknown, webhook="{{ var.value.hook }}")
    assert check_face_swap(swap) == {"face": SourceKind.PATH, "image": SourceKind.UNKNOWN}
    with pytest.raises(ValueError, match="image is neither a URL nor a path"):
        submit_request(swap, seed="s")


@pytest.mark.parametrize(
    "given",
    [
        *({"webhook": 5}, {"webhook": "https://example.com/{{ x }}"}, {"watermark_image": "None"}),
        *({"track_id": True}, {"track_id": 1.5}, {"track_id": [1]}, {"track_id": "None"}),
    ],
    ids=str,
)
def test_what_is_rendered_to_something_else_is_refused_before_it_is_sent(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        plan(image=IMAGE, enterprise=True, **given)


def test_a_wrong_value_is_shown_in_part_only() -> None:
    with pytest.raises(ValueError, match=r"image is 'example\.com/a\.jpg'") as caught:
        check_face_swap(FaceSwap(face=FACE, image="example.com/a.jpg?X-Amz-Signature=5ec4e7"))
    assert "5ec4e7" not in str(caught.value)
    with pytest.raises(ValueError, match="face is") as caught:
        check_face_swap(FaceSwap(face="aGVsbG8" * 100, image=IMAGE))
    assert len(str(caught.value)) < 250


def test_a_path_object_is_a_path() -> None:
    kinds = check_face_swap(FaceSwap(face=PurePosixPath("/data/face.jpg"), image="file:///data/group.jpg"))
    assert set(kinds.values()) == {SourceKind.PATH}


def test_the_track_id_is_an_integer_and_on_enterprise_servers_a_string() -> None:
    assert plan(image=IMAGE, track_id="7").track_id == 7
    assert plan(image=IMAGE, track_id=7, enterprise=True).track_id == "7"
    with pytest.raises(ValueError, match="integer"):
        plan(image=IMAGE, track_id="order-7")
    assert plan(image=IMAGE, track_id="order-7", enterprise=True).track_id == "order-7"


@pytest.mark.parametrize("number", [7.0, Decimal(7), "7\n", " 7"])
def test_a_track_id_may_be_a_number_of_any_type(number: Any) -> None:
    assert plan(image=IMAGE, track_id=number).track_id == 7


def test_what_is_no_part_of_a_uri_is_encoded_in_every_url_and_the_fingerprint_does_not_know() -> None:
    def url(name: str) -> str:
        return f"https://example.com/{name} ä[1].jpg?sig=a%2Fb%2f+c"

    swap = FaceSwap(
        face=f" {url('face')}\n",
        image=url("image"),
        reference_image=url("one"),
        webhook=url("hook"),
        watermark_image=url("mark"),
    )
    request = submit_request(swap, seed="s", enterprise=True)
    names = ("target_image", "init_image", "reference_image", "webhook", "watermark_image")
    assert [request.parameters[name] for name in names] == [
        f"https://example.com/{name}%20%C3%A4%5B1%5D.jpg?sig=a%2Fb%2f+c"
        for name in ("face", "image", "one", "hook", "mark")
    ]
    assert not request.has_pictures
    assert swap.fingerprint() == "93b52cc8844407ce"  # as of 0.1.0: what a store holds must be found again


def test_without_one_a_track_id_is_made_that_is_the_same_at_each_try() -> None:
    first, again, other = (plan(image=IMAGE, seed=seed).track_id for seed in ("run 1", "run 1", "run 2"))
    assert first == again != other
    assert isinstance(first, int)
    assert 0 <= first < 2**31
    assert plan(image=IMAGE, seed="run 1", enterprise=True).track_id == f"airflow-{first}"


def test_a_watermark_picture_is_for_enterprise_servers() -> None:
    mark = "https://example.com/mark.png"
    with pytest.raises(ValueError, match="api_path"):
        plan(image=IMAGE, watermark_image=mark)
    assert plan(image=IMAGE, watermark_image=mark, enterprise=True).parameters["watermark_image"] == mark


def test_consent_is_not_sent_and_what_is_sent_is_not_shown() -> None:
    request = plan(image=IMAGE + "?X-Amz-Signature=5ec4e7", consent_reference="form 12")
    assert "form 12" not in request.parameters.values()
    assert "5ec4e7" not in repr(request)


def test_the_fingerprint_tells_one_result_from_another() -> None:
    swap = FaceSwap(face=FACE, image=IMAGE)
    other = [
        FaceSwap(face=ONE, image=IMAGE),
        FaceSwap(face=FACE, image=ONE),
        FaceSwap(face=FACE, image=IMAGE, reference_image=ONE),
        FaceSwap(face=FACE, video=IMAGE),
        FaceSwap(face=FACE, image=IMAGE, watermark=False),
        FaceSwap(face=FACE, video=IMAGE, output_format="mp4"),
    ]
    assert len({each.fingerprint() for each in [swap, *other]}) == 7
    same = FaceSwap(
        face=FACE + "?token=1", image=IMAGE, webhook="https://h/x", track_id=7, consent_reference="12"
    )
    assert same.fingerprint() == swap.fingerprint()
    mark = FaceSwap(face=FACE, image=IMAGE, watermark_image="https://example.com/mark.png?X-Amz-Signature=1")
    again = replace(mark, watermark_image="https://example.com/mark.png?X-Amz-Signature=2")
    assert again.fingerprint() == mark.fingerprint() != swap.fingerprint()


def test_a_path_has_one_fingerprint_whatever_object_it_is() -> None:
    class OwnPath:
        def __fspath__(self) -> str:
            return "/data/group.jpg"

    swaps = [FaceSwap(face=FACE, image=each) for each in (OwnPath(), OwnPath(), "/data/group.jpg")]
    assert len({each.fingerprint() for each in swaps}) == 1
    assert replace(swaps[0], image="/data/group.jpg?2").fingerprint() != swaps[0].fingerprint()
