"""The asynchronous face, against a real server: one of everything for all waits."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat import connection as compat

from airflow_provider_modelslab.client import aio
from airflow_provider_modelslab.client.aio import MOST_IN_FLIGHT, shared_client
from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.outcome import Done, RateLimited, Refused, TransientFailure
from tests.support.connections import connection_json

if TYPE_CHECKING:
    from tests.support.standin import StandIn

CONN = "modelslab_default"
pytestmark = pytest.mark.usefixtures("one_ssl_context")


async def test_both_faces_read_the_same_result(connected: StandIn) -> None:
    job = str(connected.add_job(files=["jpg", "mp4"]))
    async with shared_client(CONN) as client:
        assert await client.fetch(job) == await asyncio.to_thread(ModelsLabHook().fetch, job)


async def test_the_key_is_in_the_body_and_nowhere_else(connected: StandIn) -> None:
    async with shared_client(CONN) as client:
        await client.fetch(str(connected.add_job()))
    assert connected.requests("fetch")[0]["key_in"] == ["body"]


async def test_all_waits_of_a_loop_and_connection_share_one_client_and_the_last_closes_it(
    connected: StandIn,
) -> None:
    job = str(connected.add_job())
    async with shared_client(CONN) as first:
        async with shared_client(CONN) as second:
            assert first is second
            await second.fetch(job)
        assert isinstance(await first.fetch(job), Done)
    assert first._session is not None
    assert first._session.closed
    assert not aio._clients[asyncio.get_running_loop()]


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.thorough)])
async def test_many_looks_use_few_tcp_connections_and_one_look_up(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    looked_up: list[str] = []
    look_up = compat.get_async_connection

    async def counting(conn_id: str) -> Any:
        looked_up.append(conn_id)
        return await look_up(conn_id)

    monkeypatch.setattr(compat, "get_async_connection", counting)
    jobs = [str(job) for job in connected.add_jobs(count)]
    async with shared_client(CONN) as client:
        outcomes = await asyncio.gather(*(client.fetch(job) for job in jobs))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert connected.stats()["connections"] <= MOST_IN_FLIGHT
    assert looked_up == [CONN]


async def test_a_rotated_key_is_picked_up_without_failing_a_look(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [str(job) for job in connected.add_jobs(20)]
    async with shared_client(CONN) as client:
        assert isinstance(await client.fetch(jobs[0]), Done)
        connected.rotate_key("the-key-after-rotation")
        monkeypatch.setenv(
            "AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(connected.url, "the-key-after-rotation")
        )
        outcomes = await asyncio.gather(*(client.fetch(job) for job in jobs))
    assert all(isinstance(outcome, Done) for outcome in outcomes)


async def test_a_key_that_stays_refused_is_refused(connected: StandIn) -> None:
    connected.rotate_key("a-key-that-nobody-told-us")
    async with shared_client(CONN) as client:
        assert isinstance(await client.fetch(str(connected.add_job())), Refused)


@pytest.mark.thorough
async def test_a_wish_to_slow_down_holds_back_every_wait_on_that_key(connected: StandIn) -> None:
    jobs = [str(job) for job in connected.add_jobs(5)]
    async with shared_client(CONN) as client:
        await client.fetch(jobs[0])  # so that the next is not late
        connected.fault("fetch", status=429, body={"status": "error", "retry_after": 1}, seconds=0.9)
        assert isinstance(await client.fetch(jobs[0]), RateLimited)
        outcomes = await asyncio.gather(*(client.fetch(job) for job in jobs))
    assert all(isinstance(outcome, Done) for outcome in outcomes)  # none came while it was not wanted


async def test_the_last_look_of_a_wait_is_not_held_back(connected: StandIn) -> None:
    connected.fault("fetch", status=429, body={"status": "error", "retry_after": 60})
    job = str(connected.add_job())
    async with shared_client(CONN) as client:
        await client.fetch(job)
        assert isinstance(await client.fetch(job, deadline=time.time() + 0.05), Done)


@pytest.mark.parametrize(
    "fault",
    [
        {"payload": "html_502"},
        {"reset": True},
        {"cut_after": 20},
        {"cut_after": 20, "cut": "reset"},
        {"length_delta": 100},
        {"status": 302, "redirect": "/elsewhere"},
    ],
)
async def test_trouble_on_the_way_is_an_outcome_and_the_session_goes_on(
    connected: StandIn, fault: dict[str, Any]
) -> None:
    connected.fault("fetch", **fault)
    job = str(connected.add_job())
    async with shared_client(CONN) as client:
        assert isinstance(await client.fetch(job), TransientFailure)
        assert isinstance(await client.fetch(job), Done)
    assert connected.stats()["elsewhere"] == 0


@pytest.mark.parametrize("fault", [{"hang": True}, {"drip": 10}])
async def test_a_call_ends_after_the_connection_s_request_timeout(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, standin.key, request_timeout=0.05)
    )
    standin.fault("fetch", **fault)
    async with shared_client(CONN) as client:
        assert await client.fetch(str(standin.add_job())) == TransientFailure("no whole answer within 0.05 s")


async def test_an_endless_answer_is_not_read_into_memory(connected: StandIn) -> None:
    connected.fault("fetch", body="x" * (17 * 2**20))
    async with shared_client(CONN) as client:
        outcome = await client.fetch(str(connected.add_job()))
    assert outcome == TransientFailure("the answer is larger than 16 MiB")


async def test_an_answer_that_cannot_be_decoded_is_not_read(connected: StandIn) -> None:
    connected.fault("fetch", body="x" * 1000, headers={"Content-Encoding": "br"}, drip=10)
    async with shared_client(CONN) as client:
        outcome = await client.fetch(str(connected.add_job()))
    assert outcome == TransientFailure("the body has the Content-Encoding br, which cannot be decoded here")


async def test_a_missing_connection_is_an_error_and_not_a_look() -> None:
    async with shared_client("nowhere") as client:
        with pytest.raises(InvalidConnectionError, match="no Airflow connection 'nowhere'"):
            await client.fetch("1")


async def test_a_look_up_that_fails_for_the_moment_is_tried_again(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def out_of_order(conn_id: str) -> Any:
        raise OSError("the database is restarting")

    job = str(connected.add_job())
    async with shared_client(CONN) as client:
        with monkeypatch.context() as broken:
            broken.setattr(compat, "get_async_connection", out_of_order)
            outcome = await client.fetch(job)
        assert isinstance(outcome, TransientFailure)
        assert "the database is restarting" in outcome.message
        assert isinstance(await client.fetch(job), Done)


async def test_a_refusal_stands_where_the_connection_cannot_be_looked_up_again(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def out_of_order(conn_id: str) -> Any:
        raise OSError("the database is restarting")

    job = str(connected.add_job())
    async with shared_client(CONN) as client:
        assert isinstance(await client.fetch(job), Done)
        connected.rotate_key("a-key-that-nobody-told-us")
        monkeypatch.setattr(compat, "get_async_connection", out_of_order)
        assert isinstance(await client.fetch(job), Refused)
