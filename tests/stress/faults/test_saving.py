"""Every fault under a download."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import (
    DownloadError,
    ExpiredUrlError,
    FileTooLargeError,
    InvalidContentError,
)
from tests.saving.helpers import content, result_of, save, tree
from tests.stress.faults import faults
from tests.stress.faults.conftest import IMPATIENT
from tests.stress.faults.proxy import Fault, Proxy
from tests.stress.faults.test_waiting import name_of

if TYPE_CHECKING:
    from tests.support.standin import StandIn

SIZE = 50_000
BUDGET = 0.3  # seconds for a file that drips for ever
PAGE = b"<!DOCTYPE html><title>Just a moment</title>"
#: What stores and what stands before them say where the file is not there yet, or not for the moment.
ODD_ANSWERS = [
    *map(faults.answer, (200, 202, 203, 204, 205, 401, 403, 404, 500, 520, 525, 530, 599)),
    *(faults.answer(status, PAGE) for status in (200, 202, 403, 503)),
]
PASSING = [
    faults.reset_before_headers,
    faults.reset_after_headers,
    faults.reset_mid_body,
    faults.cut_mid_body,
    faults.chunked_to_an_early_end,
    faults.closed_without_a_length,
    faults.half_with_its_own_length,
    faults.closed_under_our_feet,
    faults.silence,
    faults.dripping_headers,
    faults.dripping_chunk_size,
    faults.endless_continue,
    faults.endless_headers,
    faults.endless_header,
    faults.endless_chunk_size,
    faults.endless_trailers,
    faults.too_long_a_length,
    faults.too_long_a_length_kept_open,
    faults.absurd_length,
    faults.malformed_headers,
    faults.switched_protocols,  # this and the next are no trouble that passes: the proxy link stands in
    faults.gigabyte,
    faults.nested_gzip_bomb,
    *ODD_ANSWERS,
]
NO_PROGRESS = f"no progress within {IMPATIENT} s"
IN_VAIN = "begun 5 times in vain"
#: What the error says, and how many requests there are until then; none where that follows from the sizes.
LASTING = [
    (faults.reset_before_headers, "Connection reset", 5),
    (faults.reset_after_headers, "Connection reset", 5),
    (faults.reset_mid_body, "Connection reset", None),
    (faults.cut_mid_body, "the transfer was cut", None),
    (faults.chunked_to_an_early_end, r"the transfer ended after \d+ of 50000 bytes", None),
    (faults.closed_without_a_length, r"the transfer ended after \d+ of 50000 bytes", None),
    (faults.half_with_its_own_length, "the source itself is cut", 5),
    (faults.unknown_encoding, "Content-Encoding br, which cannot be decoded here", 1),
    (faults.closed_under_our_feet, "closed the connection", 5),
    (faults.silence, NO_PROGRESS, 5),
    (faults.dripping_headers, NO_PROGRESS, 5),
    (faults.dripping_chunk_size, NO_PROGRESS, 5),
    (faults.dripping_body, f"not complete after {BUDGET} s", 1),
    (faults.endless_header, "the answer is not HTTP", 5),
    (faults.endless_chunk_size, "the answer is not HTTP", 5),
    (faults.endless_trailers, IN_VAIN, 5),
    (faults.too_long_a_length, IN_VAIN, 10),
    (faults.too_long_a_length_kept_open, IN_VAIN, 10),
    (faults.switched_protocols, "answered 101", 1),
]


@pytest.fixture
def job(proxy: Proxy, behind: StandIn) -> Any:
    """A finished job whose links lead through the proxy."""
    behind.world.url = proxy.url
    return behind.add_job(files=[f"mp4:{SIZE}"])


@pytest.mark.parametrize("fault", PASSING, ids=name_of)
def test_a_fault_that_passes_does_not_keep_the_file_from_being_saved_whole(
    proxy: Proxy, behind: StandIn, job: Any, tmp_path: Path, fault: Fault
) -> None:
    proxy.meet([fault])
    saved = save(result_of(behind, job), tmp_path)
    assert [entry["sha256"] for entry in saved["files"]] == [behind.sha256(job)]
    assert tree(tmp_path) == [f"{job}/{job}-0.mp4", f"{job}/manifest.json"]


@pytest.mark.parametrize(("fault", "said", "requests"), LASTING, ids=name_of)
def test_a_lasting_fault_is_an_error_after_a_bounded_number_of_tries_and_leaves_nothing(
    proxy: Proxy, behind: StandIn, job: Any, tmp_path: Path, *, fault: Fault, said: str, requests: int | None
) -> None:
    proxy.meet(then=fault)
    timeout = BUDGET if fault is faults.dripping_body else 60
    with pytest.raises(DownloadError, match=said):
        save(result_of(behind, job, proxy_links=()), tmp_path, timeout=timeout)
    assert requests in (None, proxy.exchanges)
    assert tree(tmp_path) == []


@pytest.mark.parametrize("fault", ODD_ANSWERS, ids=name_of)
def test_an_odd_answer_that_passes_is_asked_again_where_there_is_no_other_source(
    proxy: Proxy, behind: StandIn, job: Any, tmp_path: Path, fault: Fault
) -> None:
    proxy.meet([fault] * 4)
    save(result_of(behind, job, proxy_links=()), tmp_path, url_patience=10.0)
    assert proxy.exchanges == 5


@pytest.mark.parametrize("fault", ODD_ANSWERS, ids=name_of)
def test_an_odd_answer_that_lasts_is_an_error_of_its_kind_and_leaves_nothing(
    proxy: Proxy, behind: StandIn, job: Any, tmp_path: Path, fault: Fault
) -> None:
    proxy.meet(then=fault)
    kinds = {"200": InvalidContentError, "401": ExpiredUrlError, "403": ExpiredUrlError}
    with pytest.raises(DownloadError) as caught:
        save(result_of(behind, job, proxy_links=()), tmp_path)
    status = name_of(fault).split("_")[1]
    assert type(caught.value) is kinds.get(status, DownloadError)
    assert proxy.exchanges == (1 if status in ("401", "403", "404") else 5)
    assert tree(tmp_path) == []


@pytest.mark.parametrize("fault", [faults.gigabyte, faults.nested_gzip_bomb, faults.many_values], ids=name_of)
def test_what_is_no_picture_is_refused_by_its_beginning(
    proxy: Proxy, behind: StandIn, job: Any, tmp_path: Path, fault: Fault
) -> None:
    proxy.meet(then=fault)
    with pytest.raises(InvalidContentError):
        save(result_of(behind, job, proxy_links=()), tmp_path)
    assert proxy.exchanges == 5
    assert tree(tmp_path) == []


def test_a_bomb_is_not_written_beyond_the_largest_size(
    proxy: Proxy, behind: StandIn, job: Any, tmp_path: Path
) -> None:
    proxy.meet(then=faults.gzip_bomb)
    with pytest.raises(FileTooLargeError):
        save(result_of(behind, job), tmp_path, max_file_size=2**20)
    assert proxy.exchanges == 1
    assert tree(tmp_path) == []


def test_refused_connections_are_an_error_and_ridden_out_where_they_pass(
    behind: StandIn, tmp_path: Path
) -> None:
    with Proxy(behind.url, listening=False) as closed:
        behind.world.url = closed.url
        result = result_of(behind, behind.add_job())
        with pytest.raises(DownloadError, match="Connection refused"):
            save(result, tmp_path)
        threading.Timer(0.1, closed.listen).start()
        save(result, tmp_path, url_patience=30.0)  # tries as often as that takes
        assert len(tree(tmp_path)) == 2


@pytest.mark.parametrize("fault", [faults.too_short_a_length, faults.two_answers], ids=name_of)
def test_what_comes_behind_an_answer_is_not_taken_for_the_next_file(
    proxy: Proxy, behind: StandIn, tmp_path: Path, fault: Fault
) -> None:
    behind.world.url = proxy.url
    job = behind.add_job(files=[f"mp4:{SIZE}", f"mp4:{SIZE}"])
    proxy.meet([fault])
    save(result_of(behind, job), tmp_path, parallel=1)
    assert (tmp_path / str(job) / f"{job}-1.mp4").read_bytes() == content(behind, job, 1)


def test_headers_that_cannot_be_read_do_not_bring_a_token_into_the_log(
    proxy: Proxy, behind: StandIn, job: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    proxy.meet(then=faults.malformed_headers)
    signed = tuple(f"{url}?sig=s3cret" for url in behind.urls(job))
    with caplog.at_level(logging.DEBUG), pytest.raises(DownloadError, match="not HTTP") as caught:
        save(result_of(behind, job, output=signed), tmp_path)
    assert "urllib3.connectionpool" in caplog.text
    assert "s3cret" not in caplog.text + str(caught.value)
