"""Result files over HTTP: whole, in part, and when they are there."""

from __future__ import annotations

import requests

from tests.support.standin import Controls, StandIn
from tests.support.standin.files import parse_range
from tests.support.test_standin import fetch, get
from tests.support.test_standin.conftest import Clock


def test_a_file_comes_whole_with_length_type_and_tag(either: Controls) -> None:
    job = either.add_job(files=["png", "mp4:2000000"])
    for index, kind in enumerate(["image/png", "video/mp4"]):
        for where in ("files", "proxy"):
            answer = get(either.urls(job, where)[index])
            assert answer.content == either.content(job, index)
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["ETag"]
            assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_head_says_the_same_without_a_body(server: StandIn) -> None:
    url = server.urls(server.add_job(files=["mp4:70000"]))[0]
    answer = requests.head(url, timeout=5)
    assert answer.headers["Content-Length"] == "70000"
    assert answer.content == b""


def test_a_range_gives_that_part(server: StandIn) -> None:
    job = server.add_job(files=["mp4:70000"])
    url, whole = server.urls(job)[0], server.content(job)
    part = get(url, Range="bytes=60000-")
    assert part.status_code == 206
    assert part.content == whole[60000:]
    assert part.headers["Content-Range"] == "bytes 60000-69999/70000"
    assert get(url, Range="bytes=5-9").content == whole[5:10]
    assert get(url, Range="bytes=-10").content == whole[-10:]
    beyond = get(url, Range="bytes=70000-")
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == "bytes */70000"


def test_a_range_is_ignored_when_the_file_is_another_one(server: StandIn) -> None:
    url = server.urls(server.add_job(files=["mp4:70000"]))[0]
    tag = get(url).headers["ETag"]
    assert get(url, Range="bytes=5-", If_Range=tag).status_code == 206
    assert get(url, Range="bytes=5-", If_Range='"other"').status_code == 200


def test_ranges_that_are_not_one_range_are_ignored() -> None:
    for header in ("", "bytes=-", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2"):
        assert parse_range(header, 100) is None


def test_a_file_is_not_there_before_its_job_is_done_nor_while_it_is_late(
    server: StandIn, clock: Clock
) -> None:
    job = server.add_job(duration=10, files_late=5)
    url = server.urls(job)[0]
    assert get(url).status_code == 404
    clock.now += 11
    assert fetch(server, job).json()["status"] == "success"
    assert get(url).status_code == 404
    clock.now += 5
    assert get(url).status_code == 200


def test_a_file_may_have_any_name(server: StandIn) -> None:
    job = server.add_job(files=[{"kind": "png", "name": "a%20b%2F..%2Fc"}, {"kind": "jpg", "name": "plain"}])
    for index, url in enumerate(server.urls(job)):
        assert get(url).content == server.content(job, index)
