"""One entry is one file, whatever it looks like, and stays beside its alternate."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.protocol.fields import read_result
from airflow_provider_modelslab.protocol.result import FaceSwapResult

A, B, C = (f"https://h/{name}.jpg" for name in "abc")
PROXY_A, PROXY_B, PROXY_C = (f"https://proxy/{name}.jpg" for name in "abc")
BASE64 = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI"


def read(output: Any, proxy_links: Any = None, **more: Any) -> FaceSwapResult:
    return read_result({"output": output, "proxy_links": proxy_links, **more}, "263")


@pytest.mark.parametrize(
    "entry",
    [
        {"url": A, "content_type": "image/jpeg"},
        {"content_type": "image/jpeg", "URL": f" {A} "},
        {"url": A, "thumbnail_url": B, "width": 512, "more": [C]},
        {"file_name": "a.jpg", "href": A},
        {"image": A, "seed": 7},
        {"image": {"url": A, "content_type": "image/jpeg"}, "seed": 7},
        {"url": None, "image_url": A},
        {"url": "", "video_url": A, "format": "mp4"},
        {"b64_json": None, "url": A},
        {"result": A, "format": "jpg"},
        {"thumbnail": B, "result_url": A},
        {"previewUrl": B, "imageUrl": A, "width": 512},
        {"thumb": A, "width": 64},
    ],
)
def test_a_dict_with_an_address_in_it_is_one_file(entry: dict[str, Any]) -> None:
    assert read([entry]).output == (A,)
    assert read([B, entry], [PROXY_B, PROXY_A]).output == (B, A)
    assert read([B, entry, C], [None, entry, PROXY_C]).proxy_links == ("", A, PROXY_C)


@pytest.mark.parametrize("name", ["b64_json", "base64", "image", "data", "bytes"])
def test_a_dict_with_the_bytes_in_it_is_one_file(name: str) -> None:
    assert read([{"type": "image/jpeg", name: BASE64}]).output == (BASE64,)


@pytest.mark.parametrize(
    "output",
    [
        {"url": A, "content_type": "image/jpeg"},
        {"image": {"url": A, "content_type": "image/jpeg"}},
        {"url": A},
        {"url": A, "width": 512},
        {"image_url": A, "format": "jpg"},
    ],
)
def test_an_output_that_is_a_dict_about_one_file_is_that_file(output: dict[str, Any]) -> None:
    assert read(output).output == (A,)


@pytest.mark.parametrize(
    "names", [("0", "1"), ("image_url", "video_url"), ("image", "video"), ("a.jpg", "b.jpg")]
)
def test_an_output_that_is_a_dict_of_names_and_addresses_is_several_files(names: tuple[str, str]) -> None:
    result = read(dict(zip(names, (A, B), strict=True)), dict(zip(names, (PROXY_A, PROXY_B), strict=True)))
    assert (result.output, result.proxy_links) == ((A, B), (PROXY_A, PROXY_B))


@pytest.mark.parametrize("nothing", [None, "", "  ", 7, True, {}, [], {"width": 512}, [None], [[]]])
def test_an_entry_that_is_none_moves_no_other(nothing: Any) -> None:
    alone = read([A, nothing, C], [PROXY_A, nothing, PROXY_C])
    assert (alone.output, alone.proxy_links) == ((A, C), (PROXY_A, PROXY_C))
    stood_in_for = read([A, nothing, C], [PROXY_A, PROXY_B, PROXY_C])
    assert stood_in_for.output == (A, PROXY_B, C)
    assert stood_in_for.proxy_links == (PROXY_A, PROXY_B, PROXY_C)
    without_alternate = read([A, B, C], [PROXY_A, nothing, PROXY_C])
    assert without_alternate.proxy_links == (PROXY_A, "", PROXY_C)
    assert read([A, B], [PROXY_A, nothing]).proxy_links == (PROXY_A,)


@pytest.mark.parametrize("entry", ["generations/b.jpg", "//h/b.jpg", "ftp://h/b.jpg", "Try again"])
def test_an_entry_that_cannot_be_used_stays_beside_its_alternate(entry: str) -> None:
    result = read([A, entry, C], [PROXY_A, PROXY_B, PROXY_C])
    assert (result.output, result.proxy_links) == ((A, entry, C), (PROXY_A, PROXY_B, PROXY_C))


def test_alternates_alone_are_the_output_and_more_of_them_are_no_further_files() -> None:
    assert read([None, ""], [PROXY_A, PROXY_B]).output == (PROXY_A, PROXY_B)
    assert read([A], [PROXY_A, PROXY_B]).output == (A,)
    assert read([None], None, links=[A]).output == (A,)
    assert read([None], [""]).output == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([True, False], [True, False]),
        ([False], [False]),
        ([None, "true"], [False, True]),
        (["no", "Yes"], [False, True]),
        ([0, 1], [False, True]),
        ([True, False, True], [True, False]),
        (True, [True, True]),
        (False, [False, False]),
        (None, []),
        ([], []),
        ([["x"], {}], [False, False]),
        ([[True], [False]], [True, False]),
        ([[False, True], {"nsfw": False}], [True, False]),
        ([False, {"nsfw": True, "score": 0.2}], [False, True]),
        ({"0": False, "1": True}, [False, True]),
    ],
)
def test_what_the_api_says_of_nsfw_is_kept_as_a_list(said: Any, kept: list[bool]) -> None:
    result = read([A, B], nsfw_content_detected=said)
    assert result.as_xcom()["nsfw_content_detected"] == kept
    assert list(result.flagged) == [at for at, flag in enumerate(kept) if flag]


def test_where_the_api_says_nothing_of_nsfw_nothing_is_kept() -> None:
    assert "nsfw_content_detected" not in read([A]).as_xcom()


def test_what_is_said_of_nsfw_stays_beside_its_file() -> None:
    assert read([None, A], nsfw_content_detected=[False, True]).flagged == (0,)
