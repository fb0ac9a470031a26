"""The vendor's own client, ``modelslab-py``, talks to the stand-in as it does to the real service."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.standin import StandIn

pytest.importorskip("modelslab_py", reason="a test dependency: pip install modelslab-py")

from modelslab_py.core.apis.deepfake import DeepFake
from modelslab_py.core.client import Client
from modelslab_py.schemas.deepfake import (
    MultipleFaceSwap,
    SingleVideoSwap,
    SpecificFaceSwap,
    SpecificVideoSwap,
)

KEY = "key-of-the-vendor"
FACE = "https://example.com/face.jpg"
CLIP = "https://example.com/clip.mp4"
# The client's schemas are pydantic models in the style of pydantic 1.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(key=KEY) as server:
        yield server


def vendor(server: StandIn, *, key: str = KEY, enterprise: bool = False) -> DeepFake:
    """Return the vendor's client. Its ``fetch_timeout`` is the sleep between two looks, by itself 60 s."""
    client = Client(key, fetch_retry=20, fetch_timeout=0.02)
    client.base_url = server.url + "/api/"
    return DeepFake(client, enterprise=enterprise)


@pytest.mark.parametrize("enterprise", [False, True])
def test_its_fetch_waits_for_a_job_and_gets_the_result(server: StandIn, enterprise: bool) -> None:
    job = server.add_job(duration=0.03, eta="exact", files=["mp4:50000"], starts="first_look")
    result = vendor(server, enterprise=enterprise).fetch(str(job))
    assert (result["status"], result["id"], result["output"]) == ("success", job, server.urls(job))
    assert requests.get(result["output"][0], timeout=5).content == server.content(job)
    assert server.looks(job) >= 2
    assert server.requests("fetch")[0]["headers"]["x-requested-with"] == "modelslab-py"


@pytest.mark.thorough
def test_its_asynchronous_fetch_gets_the_result_too(server: StandIn) -> None:
    job = server.add_job(duration=0.2, starts="first_look")

    async def fetch() -> dict[str, Any]:
        api = vendor(server)
        api.client.fetch_timeout = 1  # here it is also the timeout of a request
        async with api.client:
            return await api.async_fetch(str(job))

    assert asyncio.run(fetch())["output"] == server.urls(job)


@pytest.mark.parametrize(
    ("call", "schema", "kind"),
    [
        ("multiple_face_swap", MultipleFaceSwap(init_image=FACE, target_image=FACE), "jpg"),
        (
            "specific_face_swap",
            SpecificFaceSwap(init_image=FACE, target_image=FACE, reference_image=FACE),
            "jpg",
        ),
        ("single_video_swap", SingleVideoSwap(init_image=FACE, init_video=CLIP), "mp4"),
        (
            "multiple_video_swap",
            SpecificVideoSwap(init_image=FACE, init_video=CLIP, reference_image=FACE),
            "mp4",
        ),
    ],
)
def test_its_submit_calls_make_jobs_that_its_fetch_gets(
    server: StandIn, call: str, schema: Any, kind: str
) -> None:
    server.configure(submit={"duration": 0.03, "eta": "exact"})
    api = vendor(server)
    queued = getattr(api, call)(schema)
    assert queued["status"] == "processing"
    result = api.fetch(str(queued["id"]))
    assert result["status"] == "success"
    assert result["output"][0].endswith("." + kind)


@pytest.mark.parametrize("enterprise", [False, True])
def test_its_track_ids_are_texts_which_both_servers_take(server: StandIn, enterprise: bool) -> None:
    schema = MultipleFaceSwap(init_image=FACE, target_image=FACE, track_id="order-7")
    assert vendor(server, enterprise=enterprise).multiple_face_swap(schema)["status"] == "success"
    assert [each["track_id"] for each in server.submits(accepted=True)] == ["order-7"]


def test_its_wrong_key_is_refused(server: StandIn) -> None:
    job = server.add_job()
    with pytest.raises(Exception, match=r"401.*Invalid API key"):
        vendor(server, key="other").fetch(str(job))


def test_it_polls_on_after_a_failed_job_which_is_why_this_provider_does_not_use_it(server: StandIn) -> None:
    job = server.add_job(ending="failed")
    api = vendor(server)
    api.client.fetch_retry, api.client.fetch_timeout = 3, 0
    assert api.fetch(str(job))["status"] == "failed"
    assert server.looks(job) == 3


def test_it_gets_the_details_of_an_enterprise_server(server: StandIn) -> None:
    assert vendor(server, enterprise=True).system_details()["status"] == "ok"
