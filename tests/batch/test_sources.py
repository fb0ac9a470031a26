"""The items of a batch, from whatever they are given by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airflow_provider_modelslab.batch.sources import Sources
from airflow_provider_modelslab.exceptions import InvalidSwapError, ModelsLabError
from tests.plugins.saved import picture

FACE = "https://example.com/face.jpg"


def test_a_folder_gives_its_pictures_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", "c.txt", "ü %20#.webp"):
        (tmp_path / name).write_bytes(picture(seed=name))
    (tmp_path / "folder.jpg").mkdir()
    face = tmp_path / "face.jpeg"
    face.write_bytes(picture())
    sources = Sources(face=str(face), images=str(tmp_path))

    found = [Path(str(item.swap.image)).name for item in sources]
    assert found == ["a.jpg", "b.PNG", "face.jpeg", "ü %20#.webp"]
    assert (sources.left_out, sources.most, sources.duplicates) == (1, 4, 0)


def test_what_is_listed_again_is_the_same_and_knows_what_has_changed(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(seed="a"))
    (tmp_path / "b.jpg").write_bytes(picture(seed="b"))

    def listed() -> list[tuple[str, str]]:
        return [
            (item.name, item.fingerprint)
            for item in Sources(face=str(tmp_path / "a.jpg"), images=str(tmp_path))
        ]

    first = listed()
    assert listed() == first
    (tmp_path / "b.jpg").write_bytes(picture(seed="changed"))
    second = listed()
    assert [name for name, _ in second] == [name for name, _ in first]
    assert (second[0], second[1] != first[1]) == (first[0], True)


@pytest.mark.parametrize(
    ("given", "targets"),
    [
        ({"images": ["https://example.com/1.jpg", "https://example.com/2.jpg"]}, ["1.jpg", "2.jpg"]),
        ({"videos": "https://example.com/1.mp4"}, ["1.mp4"]),
        ({"videos": ["https://e.com/1.mp4"], "images": ["https://e.com/2.jpg"]}, ["1.mp4", "2.jpg"]),
        ({"images": {"id": "1", "output": ["https://example.com/3.jpg"]}}, ["3.jpg"]),
        (
            {"images": [{"files": [{"uri": "https://e.com/4.jpg", "content_type": "image/jpeg"},
                                   {"uri": "https://e.com/4.mp4", "content_type": "video/mp4"}]}]},
            ["4.jpg"],
        ),
        ({"images": (url for url in ["https://e.com/5.jpg"])}, ["5.jpg"]),
        ({"images": []}, []),
    ],
)  # fmt: skip
def test_sequences_and_results_of_other_tasks_give_items(given: dict[str, Any], targets: list[str]) -> None:
    sources = Sources(face=FACE, **given)
    sources.check()
    assert [item.target.rpartition("/")[2] for item in sources] == targets


def test_how_many_there_are_is_known_unless_they_come_one_by_one() -> None:
    assert Sources(face=FACE, images=["https://e.com/1.jpg"] * 3, videos=["https://e.com/1.mp4"]).most == 4
    assert Sources(swaps=[]).most == 0
    assert Sources(swaps=iter([])).most is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"swaps": [{"face": FACE}]}, "Swap 1 of the batch"),
        ({"swaps": ["x"]}, "sequence of dicts"),
        ({"swaps": [{"face": FACE, "image": FACE, "webhook": FACE}]}, "'webhook'"),
        ({"face": FACE, "images": ["https://e.com/1.jpg", "no path"]}, "Swap 2 of the batch"),
        ({"face": FACE, "videos": ["/local/clip.mp4"]}, "Swap 1 of the batch"),
        ({"face": "/no/face.jpg", "images": ["/a.jpg"]}, "is not there"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_paid_for(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidSwapError, match=said):
        Sources(**given).check()


def test_a_folder_that_cannot_be_listed_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "face.jpg").write_bytes(picture())
    with pytest.raises(ModelsLabError, match="cannot be listed"):
        Sources(face=str(tmp_path / "face.jpg"), images=str(tmp_path / "no")).check()
