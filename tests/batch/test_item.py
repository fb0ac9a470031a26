"""Names of items: readable, safe, the same in every run, and no two alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.batch.item import NAME, Item, item_name
from airflow_provider_modelslab.protocol.face_swap import FaceSwap
from airflow_provider_modelslab.saving.file_names import folder_name

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def swap_of(image: str, face: str = "https://example.com/face.jpg") -> FaceSwap:
    return FaceSwap(face=face, image=image)


@given(TEXT)
def test_any_path_makes_a_name_that_leads_nowhere(path: str) -> None:
    for image in (f"/folder/{path}", f"https://example.com/{path}", f"s3://conn@bucket/{path}.jpg"):
        name = item_name(swap_of(image))
        assert NAME.fullmatch(name)
        assert folder_name(name) == name
        assert len(name) <= 80


@given(TEXT, TEXT)
def test_no_two_targets_share_a_name(one: str, other: str) -> None:
    first, second = (swap_of(f"/folder/{each}.jpg") for each in (one, other))
    assert (item_name(first) == item_name(second)) == (first.fingerprint() == second.fingerprint())


def test_a_name_can_be_read() -> None:
    assert item_name(swap_of("s3://conn@bucket/catalogue/red dress (2).jpg")).startswith("red_dress_2-")
    assert item_name(swap_of("/x/.jpg")).startswith("jpg-")
    assert item_name(swap_of("/x/\u00fc.jpg")).startswith("item-")


def test_a_url_that_is_signed_anew_is_the_same_item() -> None:
    signed = [swap_of(f"https://b.s3.amazonaws.com/a.jpg?X-Amz-Signature={sign}") for sign in ("1", "2")]
    assert item_name(signed[0]) == item_name(signed[1])


def test_another_face_is_another_item_and_another_version_another_swap() -> None:
    image = "/folder/a.jpg"
    assert item_name(swap_of(image)) != item_name(swap_of(image, face="https://example.com/other.jpg"))
    before, after = (Item(swap_of(image), {"image": version}) for version in ("10-aa", "10-bb"))
    assert before.name == after.name
    assert before.fingerprint != after.fingerprint
