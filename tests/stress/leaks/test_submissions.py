"""A submit call is told by its mark, and meets what was prepared for it and for no other."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
import requests

from airflow_provider_modelslab.saving.media_type import identify
from tests.stress.leaks.echoes import Echo
from tests.stress.leaks.kinds import KINDS, Kind, Stage
from tests.stress.leaks.submissions import (
    AT_SUBMISSION,
    SUBMITTED,
    mark_of,
    picture_of,
    submitted,
    url_of,
)
from tests.support.standin import StandIn

if TYPE_CHECKING:
    from pathlib import Path

KEY = "a-key-of-some-length"


def test_a_mark_stands_in_the_url_and_in_the_base64_of_the_picture() -> None:
    assert mark_of("one").isalnum()
    assert mark_of("one") in url_of("one", "mp4")
    coded = b64encode(picture_of("one")).decode()
    assert mark_of("one") in coded
    assert mark_of("two") not in coded
    assert identify(picture_of("one")).content_type == "image/jpeg"


def submit(server: StandIn, **files: object) -> requests.Response:
    body = {"key": KEY, "init_image": "https://example.com/a.jpg", **files}
    url = f"{server.url}/api/v6/faceswap/multiple_face_swap"
    return requests.post(url, json=body, timeout=5, allow_redirects=False)


@pytest.mark.parametrize("kind", SUBMITTED, ids=lambda kind: kind.name)
def test_a_kind_meets_its_own_submit_call_and_repeats_the_key(kind: Kind, tmp_path: Path) -> None:
    with StandIn(KEY) as server:
        kind.prepare(Stage(server, Echo(KEY), tmp_path), "one")
        other = submit(server, target_image=url_of("two"))
        own = submit(server, target_image=b64encode(picture_of("one")).decode(), base64=True)
    assert KEY not in other.text
    assert KEY in own.text + str(own.headers)


def test_a_kind_that_was_queued_keeps_its_name_and_its_arguments() -> None:
    assert [kind.name for kind in SUBMITTED] == [kind.name for kind in (*AT_SUBMISSION, *KINDS)]
    late = next(kind for kind in KINDS if kind.arguments)
    assert submitted(late).arguments == late.arguments
