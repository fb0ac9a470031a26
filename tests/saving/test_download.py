"""Downloads against the stand-in, which cuts, drips, changes files and answers wrongly on command."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import contextmanager
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest
from requests.structures import CaseInsensitiveDict

from airflow_provider_modelslab.exceptions import DownloadError, ExpiredUrlError
from airflow_provider_modelslab.saving import retry_budget
from airflow_provider_modelslab.saving.download import Download, RestartError
from airflow_provider_modelslab.saving.retry_budget import RetryBudget, StoppedError
from airflow_provider_modelslab.saving.ssrf_guard import GuardedSession
from tests.saving.helpers import content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.standin import StandIn

SIZE = 1_000_000


@pytest.fixture
def session() -> Iterator[GuardedSession]:
    with GuardedSession(allow_private=True) as session:
        yield session


@pytest.fixture
def job(standin: StandIn) -> int | str:
    return standin.add_job(files=[f"mp4:{SIZE}"])


def download(session: GuardedSession, url: str, *, timeout: float = 10.0, patience: float = 0.0) -> Download:
    return Download(session, url, RetryBudget(timeout, patience))


def ranges(standin: StandIn) -> list[str | None]:
    return [CaseInsensitiveDict(each["headers"]).get("range") for each in standin.requests("file")]


def test_a_file_comes_whole_and_its_length_is_known(session: Any, standin: StandIn, job: int) -> None:
    it = download(session, standin.urls(job)[0])
    assert b"".join(it.chunks()) == content(standin, job)
    assert it.total == SIZE


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_cut_transfer_continues_where_it_was_cut(
    session: Any, standin: StandIn, job: int, how: str
) -> None:
    standin.fault("file", cut_after=300_000, cut=how, times=3)
    assert b"".join(download(session, standin.urls(job)[0]).chunks()) == content(standin, job)
    asked = ranges(standin)
    assert asked[0] is None
    assert len(asked) == 4
    assert all(each and each.startswith("bytes=") for each in asked[1:])


def test_cuts_are_counted_in_a_row_only(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", cut_after=100_000, times="always")  # ten parts, and five tries in a row
    assert len(b"".join(download(session, standin.urls(job)[0]).chunks())) == SIZE


def test_a_server_that_cannot_resume_means_a_new_beginning(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", cut_after=300_000, no_range=True)
    standin.fault("file", no_range=True)
    with pytest.raises(RestartError):
        list(download(session, standin.urls(job)[0]).chunks())


def test_a_file_without_a_validator_is_not_continued(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", cut_after=300_000, headers={"ETag": 'W/"weak"'})
    with pytest.raises(RestartError):
        list(download(session, standin.urls(job)[0]).chunks())
    assert ranges(standin) == [None]


def test_a_file_that_changed_in_between_is_noticed(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", cut_after=300_000)
    standin.fault("file", replaced=True)
    with pytest.raises(RestartError):
        list(download(session, standin.urls(job)[0]).chunks())


def test_a_transfer_that_stops_short_of_its_length_is_a_cut(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", length_delta=1000, times="always")
    with pytest.raises((RestartError, DownloadError)):
        list(download(session, standin.urls(job)[0]).chunks())


def test_a_transfer_of_unknown_length_comes_whole(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", chunked=True)
    it = download(session, standin.urls(job)[0])
    assert b"".join(it.chunks()) == content(standin, job)
    assert it.total is None


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_cut_of_a_transfer_of_unknown_length_is_noticed(
    session: Any, standin: StandIn, job: int, how: str
) -> None:
    standin.fault("file", chunked=True, cut_after=300_000, cut=how)
    assert b"".join(download(session, standin.urls(job)[0]).chunks()) == content(standin, job)
    assert len(ranges(standin)) == 2


def test_a_gzipped_body_that_nobody_asked_for_is_decoded(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", encoding="gzip")
    it = download(session, standin.urls(job)[0])
    assert b"".join(it.chunks()) == content(standin, job)
    assert it.total is None


def test_a_gzipped_body_that_is_cut_begins_again(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", encoding="gzip", cut_after=500_000, times="always")
    with pytest.raises(RestartError):
        list(download(session, standin.urls(job)[0]).chunks())


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that sends these bytes, one answer a connection, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(2**16)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        thread.join(10)
        assert not thread.is_alive()


HALF = b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 10\r\n\r\nfirst'


@pytest.mark.parametrize("length", [b"Content-Length: 8\r\n", b""])
def test_a_continuation_that_is_longer_than_the_rest_is_no_part_of_the_file(
    session: Any, length: bytes
) -> None:
    more = b'HTTP/1.1 206 Partial\r\nETag: "a"\r\nContent-Range: bytes 5-9/10\r\n' + length + b"\r\nsecond!!"
    changed = b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n"
    with answering(HALF, more, changed) as url, pytest.raises(RestartError):
        list(download(session, url).chunks())


@pytest.mark.parametrize("answer", ["length", "gzip, length", "gzip, no length"])
def test_what_ends_early_is_a_cut_however_it_was_sent(session: Any, answer: str) -> None:
    packed = gzip.compress(bytes(1000) + b"end")
    encoding = b"Content-Encoding: gzip\r\n" if answer.startswith("gzip") else b""
    length = b"Content-Length: %d\r\n" % len(packed) if not answer.endswith("no length") else b""
    cut = b"HTTP/1.1 200 OK\r\n" + encoding + length + b"\r\n" + packed[:-5]
    with answering(cut) as url, pytest.raises((RestartError, DownloadError)):
        list(download(session, url).chunks())


def test_a_404_just_after_success_is_waited_out(session: Any, standin: StandIn) -> None:
    job = standin.add_job(files_late=0.1)
    assert b"".join(download(session, standin.urls(job)[0], patience=10).chunks()) == content(standin, job)


def test_a_404_is_not_waited_for_longer_than_the_patience(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", status=404, times="always")
    begun = time.monotonic()
    with pytest.raises(DownloadError, match="answered 404"):
        list(download(session, standin.urls(job)[0], patience=0.2).chunks())
    assert time.monotonic() - begun >= 0.2
    assert len(ranges(standin)) >= 2


@pytest.mark.parametrize("status", [202, 203, 204, 205, 429, 500, 502, 503, 520, 530])
def test_passing_trouble_is_ridden_out(session: Any, standin: StandIn, job: int, status: int) -> None:
    standin.fault("file", status=status, headers={"Retry-After": "1"}, times=2)
    assert len(b"".join(download(session, standin.urls(job)[0]).chunks())) == SIZE


@pytest.mark.parametrize("retry_after", ["7", "date", "X-RateLimit-Reset"])
def test_a_busy_server_is_kept_away_from_as_long_as_it_asks_within_a_limit(
    session: Any, standin: StandIn, job: int, monkeypatch: pytest.MonkeyPatch, retry_after: str
) -> None:
    monkeypatch.setattr(retry_budget, "LONGEST_RETRY_AFTER", 0.1)  # far longer than the download itself
    date = formatdate(time.time() + 60, usegmt=True)
    headers = (
        {retry_after: "60"}
        if retry_after.startswith("X")
        else {"Retry-After": date if retry_after == "date" else retry_after}
    )
    standin.fault("file", status=503, headers=headers)
    begun = time.monotonic()
    list(download(session, standin.urls(job)[0]).chunks())
    assert time.monotonic() - begun >= retry_budget.LONGEST_RETRY_AFTER > retry_budget.FIRST_PAUSE


def test_trouble_that_does_not_pass_is_an_error_after_five_tries(
    session: Any, standin: StandIn, job: int
) -> None:
    standin.fault("file", status=503, times="always")
    with pytest.raises(DownloadError, match="answered 503"):
        list(download(session, standin.urls(job)[0]).chunks())
    assert len(ranges(standin)) == 5


def test_an_expired_link_is_told_apart_at_once(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", status=410, times="always")
    with pytest.raises(ExpiredUrlError, match="answered 410"):
        list(download(session, standin.urls(job)[0], patience=10).chunks())
    assert len(ranges(standin)) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_what_is_denied_just_after_success_is_waited_out(
    session: Any, standin: StandIn, job: int, status: int
) -> None:
    standin.fault("file", status=status, times=7)
    assert len(b"".join(download(session, standin.urls(job)[0], patience=10).chunks())) == SIZE


@pytest.mark.parametrize("status", [401, 403])
def test_what_is_denied_for_longer_than_the_patience_has_expired(
    session: Any, standin: StandIn, job: int, status: int
) -> None:
    standin.fault("file", status=status, times="always")
    with pytest.raises(ExpiredUrlError, match=f"answered {status}"):
        list(download(session, standin.urls(job)[0], patience=0.2).chunks())
    assert len(ranges(standin)) >= 2


def test_another_refusal_is_an_error_at_once(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", status=400, times="always")
    with pytest.raises(DownloadError, match="answered 400"):
        list(download(session, standin.urls(job)[0], patience=10).chunks())
    assert len(ranges(standin)) == 1


def test_a_server_that_resets_every_connection_is_given_up_after_five_tries(
    session: Any, standin: StandIn, job: int
) -> None:
    standin.fault("file", reset=True, times="always")
    with pytest.raises(DownloadError, match="reset"):
        list(download(session, standin.urls(job)[0]).chunks())
    assert len(ranges(standin)) == 5


def test_a_slow_drip_does_not_outlast_the_deadline(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", drip=1000, times="always")
    with pytest.raises(DownloadError, match=r"not complete after 0\.1 s"):
        list(download(session, standin.urls(job)[0], timeout=0.1).chunks())


def test_a_server_that_never_answers_does_not_outlast_the_deadline(
    session: Any, standin: StandIn, job: int
) -> None:
    standin.fault("file", hang=True, times="always")
    with pytest.raises(DownloadError, match="not complete"):
        list(download(session, standin.urls(job)[0], timeout=0.1).chunks())


def test_a_transfer_that_is_stopped_ends(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", drip=1000)
    budget = RetryBudget(10, 0)
    chunks = Download(session, standin.urls(job)[0], budget).chunks()
    next(chunks)
    budget.stop.set()
    with pytest.raises(StoppedError):
        list(chunks)


def test_errors_do_not_show_the_query_of_a_url(session: Any, standin: StandIn, job: int) -> None:
    standin.fault("file", reset=True, times="always")
    with pytest.raises(DownloadError) as caught:
        list(download(session, f"{standin.urls(job)[0]}?sig=s3cret").chunks())
    chain = [caught.value, caught.value.__cause__]
    assert not any("s3cret" in str(each) for each in chain)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or "s3cret" not in str(caught.value.__context__)


def test_a_closed_port_is_named_as_such(session: Any) -> None:
    with pytest.raises(DownloadError, match="refused"):
        list(download(session, "http://127.0.0.1:9/x").chunks())
