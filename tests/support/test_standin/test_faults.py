"""What goes wrong on command."""

from __future__ import annotations

import gzip
import logging
from typing import Any

import pytest
import requests

from tests.support.standin import PAYLOADS, Controls, StandIn
from tests.support.test_standin import fetch, get, post
from tests.support.test_standin.conftest import Clock


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_payload_can_be_answered(server: StandIn, name: str) -> None:
    payload = PAYLOADS[name]
    server.fault("fetch", payload=name)
    answer = fetch(server, 1)
    assert answer.status_code == payload.status
    assert answer.content == payload.encoded()
    for header, value in payload.headers.items():
        assert answer.headers[header] == value
    if isinstance(payload.body, dict):
        assert answer.json() == payload.body


def test_a_fault_hits_as_often_as_it_was_told(either: Controls) -> None:
    job = either.add_job()

    def statuses(count: int = 4) -> list[int]:
        return [fetch(either, job).status_code for _ in range(count)]

    either.fault(status=503)
    assert statuses() == [503, 200, 200, 200]
    either.fault(status=503, times=2, skip=1)
    assert statuses() == [200, 503, 503, 200]
    number = either.fault(status=503, times="always")
    assert statuses() == [503] * 4
    either.remove_fault(number)
    assert statuses() == [200] * 4


def test_a_fault_may_last_for_a_time(server: StandIn, clock: Clock) -> None:
    job = server.add_job()
    server.fault(status=503, seconds=10)
    clock.now += 9
    assert [fetch(server, job).status_code for _ in range(3)] == [503] * 3
    clock.now += 1
    assert fetch(server, job).status_code == 200


def test_a_fault_hits_only_the_requests_that_it_was_told(server: StandIn) -> None:
    job, other = server.add_job(), server.add_job(files=["jpg", "png"])
    server.fault("any", id=job, status=500, times="always")
    server.fault(
        "file", id=other, name=f"{other}-1.png", status=410, body="<html>gone</html>", times="always"
    )
    server.fault("wallet", status=502, times="always")
    assert [fetch(server, each).status_code for each in (job, other)] == [500, 200]
    assert [get(url).status_code for url in server.urls(job) + server.urls(other)] == [500, 200, 410]
    assert get(server.urls(other, "proxy")[1]).status_code == 200
    assert post(server, "/api/wallet_balance").status_code == 502
    server.clear_faults()
    assert fetch(server, job).status_code == 200


def test_a_fault_may_hit_only_requests_in_whose_body_a_text_stands(either: Controls) -> None:
    path = "/api/v6/faceswap/multiple_face_swap"
    urls = {"init_image": "https://example.com/a.jpg", "target_image": "https://example.com/b.jpg"}
    either.fault("submit", holding="/a.jp", status=503, times="always")
    either.fault("submit", holding="no such", status=500, times="always")
    assert post(either, path, **urls).status_code == 503
    assert post(either, path, **urls | {"init_image": "https://example.com/c.jpg"}).status_code == 200
    assert post(either, path, **urls, track_id=1).status_code == 503
    either.fault("any", holding="", status=502, times="always")
    assert get(either.urls(either.add_job())[0]).status_code == 200  # a download has no body


def test_a_fault_may_have_any_body_and_headers(either: Controls) -> None:
    either.fault(status=429, body={"status": "error", "retry_after": 3}, headers={"Retry-After": "4"})
    answer = fetch(either, 1)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "4"
    assert answer.json() == {"status": "error", "retry_after": 3}
    either.fault(body=b"\xff\x00")
    assert fetch(either, 1).content == b"\xff\x00"


@pytest.mark.parametrize("on", ["fetch", "file"])
def test_a_connection_may_be_reset_before_any_header(server: StandIn, on: str) -> None:
    job = server.add_job()
    server.fault(on, reset=True)
    with pytest.raises(requests.ConnectionError, match=r"reset|aborted"):
        fetch(server, job) if on == "fetch" else get(server.urls(job)[0])


@pytest.mark.parametrize("cut", ["close", "reset"])
def test_a_body_may_be_cut_after_some_bytes(server: StandIn, cut: str) -> None:
    job = server.add_job(files=["mp4:70000"])
    server.fault("file", cut_after=50_000, cut=cut)
    answer = requests.get(server.urls(job)[0], stream=True, timeout=5)
    pieces: list[bytes] = []
    with pytest.raises(requests.RequestException):
        pieces.extend(answer.iter_content(1000))
    got = b"".join(pieces)
    assert got == server.content(job)[: len(got)]
    assert 40_000 < len(got) <= 50_000


def test_an_api_answer_may_be_cut_too(server: StandIn) -> None:
    server.fault(cut_after=10)
    with pytest.raises(requests.RequestException):
        fetch(server, server.add_job())


def test_a_request_may_hang_and_ends_with_its_client(
    server: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    job = server.add_job()
    server.fault(hang=True)
    with caplog.at_level(logging.DEBUG), pytest.raises(requests.ReadTimeout):
        fetch(server, job, timeout=0.2)
    assert fetch(server, job).status_code == 200
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def test_a_hanging_request_does_not_keep_the_server_from_stopping() -> None:
    with StandIn() as server:
        server.fault(hang=True)
        with pytest.raises(requests.ReadTimeout):
            fetch(server, 1, timeout=0.1)
    assert not server._thread.is_alive()  # leaving the block waits for it, but not for ever


def test_an_answer_may_be_late(server: StandIn) -> None:
    job = server.add_job()
    server.fault(delay=60)
    server.fault(delay=0.05)
    with pytest.raises(requests.ReadTimeout):
        fetch(server, job, timeout=0.2)
    assert fetch(server, job).status_code == 200


def test_a_body_may_be_slow(server: StandIn) -> None:
    job = server.add_job(files=["jpg:2000"])
    server.fault("file", drip=100)
    server.fault("file", drip=20_000)
    with requests.get(server.urls(job)[0], stream=True, timeout=5) as answer:
        assert 0 < len(answer.raw.read1(2000)) < 2000
    assert get(server.urls(job)[0]).content == server.content(job)


def test_a_content_length_may_be_too_long_too_short_or_missing(server: StandIn) -> None:
    job = server.add_job(files=["mp4:5000"])
    url = server.urls(job)[0]
    server.fault("file", length_delta=10)
    with pytest.raises(requests.RequestException):
        get(url)
    server.fault("file", length_delta=-10)
    assert len(get(url).content) == 4990
    server.fault("file", chunked=True)
    answer = get(url)
    assert "Content-Length" not in answer.headers
    assert answer.content == server.content(job)


def test_a_content_type_may_be_wrong(server: StandIn) -> None:
    url = server.urls(server.add_job())[0]
    server.fault("file", content_type="text/plain")
    assert get(url).headers["Content-Type"] == "text/plain"


def test_a_server_may_not_know_ranges(server: StandIn) -> None:
    url = server.urls(server.add_job(files=["mp4:5000"]))[0]
    server.fault("file", no_range=True)
    answer = get(url, Range="bytes=100-")
    assert answer.status_code == 200
    assert len(answer.content) == 5000


def test_a_file_may_be_replaced_between_requests(server: StandIn) -> None:
    url = server.urls(server.add_job(files=["mp4:5000"]))[0]
    server.fault("file", replaced=True, times=2)
    tags = [get(url).headers["ETag"] for _ in range(4)]
    assert len(set(tags)) == 3
    assert tags[2] == tags[3]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_request_may_be_redirected(server: StandIn, status: int) -> None:
    server.fault("any", redirect=server.url + "/elsewhere/x", status=status, times=2)
    job = server.add_job()
    for answer in (fetch(server, job), get(server.urls(job)[0])):
        assert answer.status_code == status
        assert answer.headers["Location"].endswith("/elsewhere/x")


def test_a_body_may_be_encoded(server: StandIn) -> None:
    job = server.add_job()
    url = server.urls(job)[0]
    server.fault("file", encoding="gzip")
    raw = requests.get(url, stream=True, timeout=5).raw.read(decode_content=False)
    assert gzip.decompress(raw) == server.content(job)
    server.fault("file", encoding="base64", content_type="text/plain")
    assert get(url).text.startswith("/9j/")


def test_a_file_may_be_a_page_or_empty_or_gone(server: StandIn) -> None:
    url = server.urls(server.add_job())[0]
    server.fault("download", payload="html_200")
    server.fault("download", status=200, body="", content_type="image/jpeg")
    server.fault("download", status=410)
    page, empty, gone = get(url), get(url), get(url)
    assert page.status_code == 200
    assert page.text.startswith("<html>")
    assert empty.status_code == 200
    assert empty.content == b""
    assert empty.headers["Content-Type"] == "image/jpeg"
    assert gone.status_code == 410


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        ("fault", {"on": "lunch"}),
        ("fault", {"payload": "no such"}),
        ("fault", {"times": "often"}),
        ("fault", {"cut": "gently"}),
        ("fault", {"encoding": "rot13"}),
        ("add_job", {"files": ["bmp"]}),
        ("add_job", {"files": ["jpg:3"]}),
        ("add_job", {"shape": ["square"]}),
        ("add_job", {"eta": "soon"}),
        ("add_job", {"starts": "never"}),
        ("add_job", {"created": 1}),
        ("finish", {"id": 12345}),
        ("no_such_command", {}),
    ],
)
def test_a_wrong_order_is_refused(either: Controls, command: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        either.call(command, **settings)
