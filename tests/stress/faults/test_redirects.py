"""Redirects: none is followed with the key, and a download follows them with nothing that is ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.exceptions import DownloadError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES
from airflow_provider_modelslab.protocol.poll_state import EndingKind
from tests.saving.helpers import content, result_of, save
from tests.stress.faults.faults import redirect
from tests.stress.faults.proxy import Proxy
from tests.stress.faults.test_waiting import QUICK
from tests.triggers.test_face_swap import fire, make_trigger

if TYPE_CHECKING:
    from tests.support.standin import StandIn

every_status = pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
malformed = pytest.mark.parametrize(
    "location", [b"http://[x", b"http://127.0.0.1/\xff", b"http://h:99999/", b""]
)


@every_status
def test_the_hook_does_not_follow_to_another_host_and_the_wait_goes_on(
    proxy: Proxy, behind: StandIn, other: StandIn, status: int
) -> None:
    job = behind.add_job()
    away = redirect(status, f"{other.url}/api/v6/faceswap/fetch/{job}".encode())
    proxy.meet([away, away])
    assert ModelsLabHook().wait(job, timeout=60, pace=QUICK).kind is EndingKind.DONE
    proxy.meet(then=away)
    ending = ModelsLabHook().wait(job, timeout=60, pace=QUICK)
    assert f"{MAX_FAILURES} looks in a row failed, the last with: HTTP {status}" in ending.message
    assert other.stats()["connections"] == 0


@every_status
async def test_the_trigger_does_not_follow_to_another_host_and_its_waits_go_on(
    proxy: Proxy, behind: StandIn, other: StandIn, status: int
) -> None:
    jobs = [str(job) for job in behind.add_jobs(3)]
    away = redirect(status, f"{other.url}/elsewhere".encode())
    proxy.meet([away] * 5)
    assert (await fire(make_trigger(*jobs)))["done"] == jobs
    proxy.meet(then=away)
    event = await fire(make_trigger(*jobs))
    assert all(f"HTTP {status}" in entry["message"] for entry in event["not_done"].values())
    assert other.stats()["connections"] == 0


async def test_a_redirect_in_a_loop_costs_one_request_a_look(proxy: Proxy, behind: StandIn) -> None:
    job = str(behind.add_job())
    proxy.meet(then=redirect(307, f"/api/v6/faceswap/fetch/{job}".encode()))
    assert ModelsLabHook().wait(job, timeout=60, pace=QUICK).kind is EndingKind.UNAVAILABLE
    assert proxy.exchanges == MAX_FAILURES
    assert (await fire(make_trigger(job)))["not_done"][job]["kind"] == "unavailable"
    assert proxy.exchanges == 2 * MAX_FAILURES


@malformed
async def test_a_redirect_to_nowhere_is_trouble_as_any_other(
    proxy: Proxy, behind: StandIn, location: bytes
) -> None:
    job = str(behind.add_job())
    proxy.meet([redirect(302, location)])
    assert ModelsLabHook().wait(job, timeout=60, pace=QUICK).kind is EndingKind.DONE
    proxy.meet([redirect(302, location)])
    assert (await fire(make_trigger(job)))["done"] == [job]


@every_status
def test_a_download_follows_to_another_host_with_nothing_of_ours(
    proxy: Proxy, behind: StandIn, other: StandIn, tmp_path: Path, status: int
) -> None:
    job = behind.add_job()
    other.add_job(job)
    behind.world.url = proxy.url
    proxy.meet([redirect(status, other.urls(job)[0].encode())])
    save(result_of(behind, job), tmp_path)
    assert next(tmp_path.rglob("*.jpg")).read_bytes() == content(other, job)
    (asked,) = other.requests()
    assert asked["key_in"] == []
    assert not {"authorization", "cookie", "referer"} & {name.lower() for name in asked["headers"]}


def test_a_download_in_a_loop_is_given_up_after_five_redirects(
    proxy: Proxy, behind: StandIn, tmp_path: Path
) -> None:
    job = behind.add_job()
    behind.world.url = proxy.url
    proxy.meet(then=redirect(302, b"/files/round/and/round"))
    with pytest.raises(DownloadError, match="redirects more than 5 times"):
        save(result_of(behind, job, proxy_links=()), tmp_path)
    assert proxy.exchanges == 6


@malformed
def test_a_download_that_is_sent_nowhere_blames_the_server_and_not_the_store(
    proxy: Proxy, behind: StandIn, tmp_path: Path, location: bytes
) -> None:
    job = behind.add_job()
    behind.world.url = proxy.url
    proxy.meet(then=redirect(302, location))
    with pytest.raises(DownloadError):
        save(result_of(behind, job, proxy_links=()), tmp_path)
