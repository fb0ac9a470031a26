"""Every fault under the hook's wait and under the trigger's, which shares one session between its waits."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.outcome import TransientFailure
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES, Pace
from airflow_provider_modelslab.protocol.poll_state import EndingKind
from tests.stress.faults import faults
from tests.stress.faults.faults import SLOW
from tests.stress.faults.proxy import Fault, Proxy, pass_on
from tests.support.connections import connection_json
from tests.triggers.test_face_swap import fire, make_trigger

if TYPE_CHECKING:
    from tests.support.standin import StandIn

QUICK = Pace(poke_interval=0.02)
CHEAP = [
    faults.reset_before_headers,
    faults.reset_after_headers,
    faults.reset_mid_body,
    faults.cut_mid_body,
    faults.closed_under_our_feet,
    faults.switched_protocols,
    faults.too_long_a_length,
    faults.too_short_a_length,
    faults.broken_gzip,
    faults.unknown_encoding,
    faults.malformed_headers,
    faults.endless_headers,
    faults.endless_header,
]
#: Each of these costs 16 MiB.
LARGE = [
    faults.gigabyte,
    faults.gzip_bomb,
    faults.nested_gzip_bomb,
    faults.endless_redirect,
]
LASTING = [(CHEAP[0], MAX_FAILURES)] + [(fault, 2) for fault in CHEAP[1:] + LARGE + SLOW]


def name_of(value: Any) -> str:
    return getattr(value, "__name__", str(value))


every_fault = pytest.mark.parametrize("fault", CHEAP + LARGE + SLOW, ids=name_of)
every_lasting_fault = pytest.mark.parametrize(("fault", "max_failures"), LASTING, ids=name_of)


@every_fault
def test_the_hook_rides_out_a_fault_that_passes(proxy: Proxy, behind: StandIn, fault: Fault) -> None:
    proxy.meet([fault, fault])
    ending = ModelsLabHook().wait(behind.add_job(), timeout=60, pace=QUICK)
    assert ending.kind is EndingKind.DONE
    assert proxy.exchanges >= 3


@every_lasting_fault
def test_the_hook_gives_a_lasting_fault_up_after_the_tolerated_looks(
    proxy: Proxy, behind: StandIn, fault: Fault, max_failures: int
) -> None:
    proxy.meet(then=fault)
    ending = ModelsLabHook().wait(behind.add_job(), timeout=60, pace=QUICK, max_failures=max_failures)
    assert ending.kind is EndingKind.UNAVAILABLE
    assert f"{max_failures} looks in a row failed" in ending.message
    assert (
        0 < proxy.exchanges <= max_failures
    )  # a look may meet the end of a kept connection, and be none here


@every_fault
async def test_the_trigger_rides_out_a_fault_that_passes(proxy: Proxy, behind: StandIn, fault: Fault) -> None:
    jobs = [str(job) for job in behind.add_jobs(3)]
    proxy.meet([fault] * 4)
    event = await fire(make_trigger(*jobs, timeout=60))
    assert event["done"] == jobs
    assert proxy.exchanges >= 7


@every_lasting_fault
async def test_the_trigger_gives_a_lasting_fault_up_after_the_tolerated_looks_of_each_wait(
    proxy: Proxy, behind: StandIn, fault: Fault, max_failures: int
) -> None:
    jobs = [str(job) for job in behind.add_jobs(3)]
    proxy.meet(then=fault)
    event = await fire(make_trigger(*jobs, timeout=60, tolerance=max_failures))
    assert event["done"] == []
    for entry in event["not_done"].values():
        assert entry["kind"] == "unavailable"
        assert f"{max_failures} looks in a row failed" in entry["message"]


@every_fault
async def test_a_fault_that_lasts_for_ever_is_no_matter_to_the_loop_s_other_waits(
    proxy: Proxy, behind: StandIn, fault: Fault
) -> None:
    jobs = [str(job) for job in behind.add_jobs(3)]
    proxy.meet(then=fault)
    faulty = asyncio.create_task(fire(make_trigger(*jobs, timeout=60, tolerance=None)))
    while not proxy.exchanges:
        await asyncio.sleep(0.01)
    event = await fire(make_trigger(*jobs, modelslab_conn_id="direct"))
    assert event["done"] == jobs
    assert not faulty.done()
    faulty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await faulty


@pytest.fixture
def closed(behind: StandIn, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A port that refuses connections."""
    with Proxy(behind.url, listening=False) as proxy:
        connection = connection_json(proxy.url, behind.key, request_timeout=1)
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection)
        yield proxy


def test_refused_connections_are_ridden_out_and_given_up_likewise(closed: Proxy, behind: StandIn) -> None:
    job = behind.add_job()
    ending = ModelsLabHook().wait(job, timeout=60, pace=QUICK)
    assert ending.kind is EndingKind.UNAVAILABLE
    assert "8 looks in a row failed, the last with: Connection refused" in ending.message
    threading.Timer(0.1, closed.listen).start()
    ending = ModelsLabHook().wait(job, timeout=60, pace=QUICK, max_failures=None)
    assert ending.kind is EndingKind.DONE


async def test_refused_connections_are_nothing_else_to_the_trigger(closed: Proxy, behind: StandIn) -> None:
    job = str(behind.add_job())
    event = await fire(make_trigger(job))
    assert event["not_done"][job]["kind"] == "unavailable"
    assert "Connect" in event["not_done"][job]["message"]
    asyncio.get_running_loop().call_later(0.1, closed.listen)
    event = await fire(make_trigger(job, tolerance=None))
    assert event["done"] == [job]


def test_the_hook_s_kept_connection_may_be_closed_between_two_looks(proxy: Proxy, behind: StandIn) -> None:
    proxy.meet(then=faults.closed_after_the_answer)
    job = behind.add_job(duration=0.05, starts="first_look")
    ending = ModelsLabHook().wait(job, timeout=60, pace=QUICK, max_failures=1)
    assert ending.kind is EndingKind.DONE
    assert proxy.connections == proxy.exchanges > 1


async def test_the_trigger_s_kept_connection_may_be_closed_between_two_looks(
    proxy: Proxy, behind: StandIn
) -> None:
    job = str(behind.add_job(duration=0.05, starts="first_look"))  # a second one could be just too quick
    proxy.meet(then=faults.closed_after_the_answer)
    assert (await fire(make_trigger(job, tolerance=1)))["done"] == [job]
    assert proxy.connections == proxy.exchanges > 1


async def test_a_compressed_answer_is_read(proxy: Proxy, behind: StandIn) -> None:
    job = str(behind.add_job())
    proxy.meet(then=faults.gzipped)
    ending = await asyncio.to_thread(ModelsLabHook().wait, job, timeout=60, pace=QUICK, max_failures=1)
    assert ending.kind is EndingKind.DONE
    assert (await fire(make_trigger(job, tolerance=1)))["done"] == [job]


def test_a_kept_connection_that_closes_just_when_it_is_used_again_fails_that_look_only(
    proxy: Proxy, behind: StandIn
) -> None:
    proxy.meet([pass_on, faults.closed_under_our_feet] * 2)
    job = behind.add_job(duration=60)
    hook = ModelsLabHook()
    seen = [type(hook.fetch(job)).__name__ for _ in range(4)]
    assert seen == ["InProgress", "TransientFailure"] * 2
    assert proxy.connections == 2


async def test_the_key_in_headers_that_cannot_be_read_does_not_get_into_the_log(
    proxy: Proxy, behind: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    proxy.meet(then=faults.malformed_headers)
    job = str(behind.add_job())
    with caplog.at_level(logging.DEBUG):
        outcome = await asyncio.to_thread(ModelsLabHook().fetch, job)
        event = await fire(make_trigger(job, tolerance=1))
    assert isinstance(outcome, TransientFailure)
    assert "urllib3.connectionpool" in caplog.text
    assert behind.key not in caplog.text + repr(outcome) + repr(event)


@pytest.mark.parametrize("fault", [faults.absurd_length, faults.two_answers], ids=name_of)
async def test_an_answer_that_is_odd_is_read_or_ridden_out(
    proxy: Proxy, behind: StandIn, fault: Fault
) -> None:
    job = str(behind.add_job())
    proxy.meet([fault])
    ending = await asyncio.to_thread(ModelsLabHook().wait, job, timeout=60, pace=QUICK)
    assert ending.kind is EndingKind.DONE
    proxy.meet([fault])
    assert (await fire(make_trigger(job)))["done"] == [job]


@pytest.mark.parametrize(
    "fault", [faults.reset_before_headers, faults.cut_mid_body, faults.malformed_headers], ids=name_of
)
async def test_a_fault_between_the_two_forms_of_a_dedicated_server_s_look_is_no_unknown_id(
    behind: StandIn, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    api_path = "/api/v1/enterprise/faceswap"
    connection = connection_json(proxy.url, behind.key, api_path=api_path)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection)
    monkeypatch.setattr(behind.world.settings, "enterprise_fetch", "body")
    job = str(behind.add_job(api_path=api_path))
    proxy.meet([pass_on, fault])
    outcome = await asyncio.to_thread(ModelsLabHook().fetch, job)
    assert isinstance(outcome, TransientFailure)
    assert not outcome.unknown_id
    proxy.meet([pass_on, fault])
    assert (await fire(make_trigger(job, tolerance=2)))["done"] == [job]
