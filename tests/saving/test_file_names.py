from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.exceptions import InvalidRequestIdError
from airflow_provider_modelslab.saving.file_names import (
    folder_name,
    is_plain,
    plan_stems,
    record_name,
    stem_of,
    thumbnail_name,
)
from airflow_provider_modelslab.saving.media_type import identify

HOST = "https://pub-1.r2.dev"


@pytest.mark.parametrize(
    ("url", "stem"),
    [
        (f"{HOST}/generations/0b7c-41.mp4", "0b7c-41"),
        (f"{HOST}//generations//swap.jpg", "swap"),
        (f"{HOST}/a/no-extension", "no-extension"),
        (f"{HOST}/a/swap.jpg?X-Amz-Signature=abc#frag", "swap"),
        (f"{HOST}/a/folder/", "folder"),
        (f"{HOST}/a/My%20Swap%20(1).png", "My_Swap_1"),
        (f"{HOST}/a/..%2F..%2Fetc%2Fpasswd", "passwd"),
        (f"{HOST}/a/%2e%2e", ""),
        (f"{HOST}/a/..%5C..%5Cboot.ini", "boot"),
        (f"{HOST}/a/%252e%252e%252fx.jpg", "2e_2e_2fx"),
        (f"{HOST}/a/.htaccess", "htaccess"),
        (f"{HOST}/a/.hidden-file", "hidden-file"),
        (f"{HOST}/a/été.jpg", "ete"),
        (f"{HOST}/a/%E6%8D%A2%E8%84%B8.jpg", ""),
        (f"{HOST}/a/x%00y.jpg", "x_y"),
        (f"{HOST}/a/CON.jpg", "output-CON"),
        (f"{HOST}/a/lpt1.foo.png", "output-lpt1.foo"),
        (f"{HOST}/a/manifest.json", "manifest"),
        (f"{HOST}/a/v1.2", "v1.2"),
        (HOST, ""),
        ("data:image/png;base64,iVBOR/w0KGgo.jpg", ""),
        ("https://[broken/x.jpg", ""),
        ("", ""),
    ],
)
def test_a_stem_is_the_safe_part_of_the_last_segment(url: str, stem: str) -> None:
    assert stem_of(url) == stem


def test_a_name_of_300_characters_is_cut() -> None:
    assert len(stem_of(f"{HOST}/{'a' * 300}.jpg")) == 100


def test_equal_names_get_their_position_whatever_their_case_and_extension() -> None:
    urls = [f"{HOST}/a/swap.jpg", f"{HOST}/b/SWAP.png", f"{HOST}/c/swap", f"{HOST}/"]
    assert plan_stems(urls) == ["swap", "SWAP-2", "swap-3", "output-4"]


def test_a_name_made_unique_meets_no_other_name() -> None:
    urls = [f"{HOST}/x-3.jpg", f"{HOST}/x.jpg", f"{HOST}/x.jpg", f"{HOST}/output-5.jpg", f"{HOST}/"]
    stems = plan_stems(urls)
    assert stems == ["x-3", "x", "x-3-3", "output-5", "output-5-5"]


def test_long_names_that_are_cut_to_the_same_stay_apart() -> None:
    stems = plan_stems([f"{HOST}/{'a' * 300}{n}.jpg" for n in range(3)])
    assert len(set(stems)) == 3


def test_every_name_is_plain_whatever_the_url() -> None:
    urls = [f"{HOST}/{chr(code)}x{chr(code)}.jpg" for code in range(1, 700)]
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", stem) for stem in plan_stems(urls))


@pytest.mark.parametrize("request_id", ["118409305", "abc123-def456", "a.b_c"])
def test_an_id_names_its_folder(request_id: str) -> None:
    assert folder_name(request_id) == request_id


@pytest.mark.parametrize("request_id", ["", "..", ".", "../x", "a/b", "a\\b", "-x", "a\n", "x" * 129, "a."])
def test_an_id_that_could_lead_elsewhere_is_refused(request_id: str) -> None:
    with pytest.raises(InvalidRequestIdError, match="cannot name a folder"):
        folder_name(request_id)


@pytest.mark.parametrize("name", ["../x.jpg", "a/b.jpg", ".x", "", None, 3])
def test_names_that_this_module_does_not_make_are_told_apart(name: object) -> None:
    assert not is_plain(name)


def test_no_file_of_a_result_has_the_name_of_a_thumbnail() -> None:
    names = ("a.jpg", "a.jpeg", "a.thumbnail.jpeg", "A.thumbnail.jpeg.jpg", "b" * 300)
    stems = plan_stems([f"{HOST}/{name}" for name in names])
    files = [f"{stem}.{kind}" for stem in stems for kind in ("jpg", "png", "webp", "gif", "mp4")]
    thumbnails = {thumbnail_name(file).casefold() for file in files}
    assert len(thumbnails) == len(names)
    assert not thumbnails & {file.casefold() for file in files}
    assert all(map(is_plain, thumbnails))


def test_a_jpeg_is_not_called_as_a_thumbnail_is() -> None:
    assert identify(b"\xff\xd8\xff\xe0").extension == "jpg"
    assert thumbnail_name("a.b.jpg") == "a.b.thumbnail.jpeg"


IDS = st.lists(st.text(st.characters(), max_size=300), max_size=5)


@given(IDS)
def test_a_record_s_name_is_plain_and_short_whatever_the_ids(ids: list[str]) -> None:
    name = record_name(*ids)
    assert is_plain(name)
    assert len(name.encode()) <= 200
    assert name.endswith(".json")


@given(IDS, IDS)
def test_two_tasks_never_have_the_same_record(ids: list[str], others: list[str]) -> None:
    assert (record_name(*ids).casefold() == record_name(*others).casefold()) == (ids == others)


@pytest.mark.parametrize(
    ("ids", "others"),
    [
        (("a", "b_c"), ("a_b", "c")),
        (("a", ""), ("a",)),
        (("Dag", "run"), ("dag", "run")),
        (("dag", "run", "task", 1), ("dag", "run", "task", 11)),
        (("x" * 300 + "1",), ("x" * 300 + "2",)),
        (("换脸",), ("脸换",)),
        (("a/b",), ("a\\b",)),
        (('a", "b',), ("a", "b")),
    ],
)
def test_ids_that_look_alike_have_records_of_their_own(ids: tuple[object], others: tuple[object]) -> None:
    assert record_name(*ids).casefold() != record_name(*others).casefold()


def test_a_person_finds_the_record_of_a_task_by_its_name() -> None:
    name = record_name("catalogue", "scheduled__2026-11-03T00:00:00+00:00", "swap.faces", 3)
    assert name.startswith("catalogue_scheduled_2026-11-03T00_00_00_00_00_swap_faces_3-")
