"""A batch of six pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from tests.plugins.saved import picture

if TYPE_CHECKING:
    from tests.support.standin import StandIn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with six pictures, and one file that is none."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number:02}.jpg").write_bytes(picture(seed=str(number)))
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture
def batch(connected: StandIn, folder: Path, tmp_path: Path) -> Any:
    """Make the operator for the folder, or for other arguments."""
    face = tmp_path / "face.jpg"
    face.write_bytes(picture(seed="face"))
    connected.configure(submit={"duration": 0.02})

    def make(**kwargs: Any) -> FaceSwapBatchOperator:
        given = {} if "swaps" in kwargs else {"face": str(face), "images": str(folder)}
        return FaceSwapBatchOperator(
            task_id="batch", destination=str(tmp_path / "out"), **{**given, **kwargs}
        )

    return make
