"""What the server remembers of requests."""

from __future__ import annotations

import requests

from tests.support.standin import Controls, StandIn
from tests.support.test_standin import KEY, fetch, get, post


def test_it_counts_connections_and_not_those_of_its_control(either: Controls) -> None:
    job = either.add_job()
    with requests.Session() as session:
        for _ in range(3):
            session.post(f"{either.url}/api/v6/faceswap/fetch/{job}", json={"key": KEY}, timeout=5)
    stats = either.stats()
    assert (stats["connections"], stats["requests"], stats["fetch"]) == (1, 3, 3)


def test_it_counts_the_bytes_of_files(server: StandIn) -> None:
    get(server.urls(server.add_job(files=["mp4:70000"]))[0])
    assert server.stats()["bytes_sent"] == 70000


def test_it_tells_where_the_key_stood_and_never_what_it_is(either: Controls) -> None:
    job = either.add_job()
    fetch(either, job)
    assert [each["key_in"] for each in either.requests("fetch")] == [["body"]]
    assert either.stats()["key_leaks"] == 0
    get(either.urls(job)[0] + "?key=" + KEY, Authorization="Bearer " + KEY)
    post(either, "/elsewhere/else")
    assert [each["key_in"] for each in either.requests()] == [["body"], ["headers", "url"], ["body"]]
    assert either.stats()["key_leaks"] == 2
    assert KEY not in repr(either.requests())


def test_it_remembers_the_headers_of_requests(server: StandIn) -> None:
    requests.post(server.url + "/api/wallet_balance", json={"key": KEY}, headers={"X-A": "b"}, timeout=5)
    (seen,) = server.requests("wallet")
    assert seen["headers"]["x-a"] == "b"
    assert seen["fields"] == ["key"]
    assert seen["method"] == "POST"


def test_it_forgets_when_told(either: Controls) -> None:
    job = either.add_job()
    either.fault(status=500)
    fetch(either, job)
    either.reset()
    assert fetch(either, job).status_code == 404
    assert either.stats()["requests"] == 1


def test_many_jobs_are_added_at_once(either: Controls) -> None:
    ids = either.add_jobs(5000, duration=60, eta=5)
    assert len(set(ids)) == 5000
    assert len(either.timelines()) == 5000
    assert fetch(either, ids[-1]).json()["eta"] == 5
