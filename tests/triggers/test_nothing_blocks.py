"""The whole wait under a detector of blocking calls: nothing on the triggerer's loop may block."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from airflow.providers.common.compat.sdk import BaseHook
from blockbuster import BlockingError, blockbuster_ctx

from airflow_provider_modelslab.client import aio
from airflow_provider_modelslab.http.environment import make_ssl_context
from airflow_provider_modelslab.protocol import poll_intervals
from tests.support.connections import connection_json
from tests.support.standin import StandInProcess
from tests.triggers.test_face_swap import fire, make_trigger

if TYPE_CHECKING:
    from tests.support.standin.control import Controls


@pytest.fixture(autouse=True)
def prompt(prompt_triggers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_intervals, "TROUBLE_FIRST", 0.01)
    monkeypatch.setattr(aio, "make_ssl_context", make_ssl_context)  # reads files: may it block?


@pytest.fixture(scope="module")
def server() -> Iterator[Controls]:
    """In a process of its own, since the detector is for every loop of this one."""
    with StandInProcess() as running:
        yield running


@pytest.fixture
def elsewhere(server: Controls, monkeypatch: pytest.MonkeyPatch) -> Controls:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(server.url, server.key))
    BaseHook.get_connection("modelslab_default")  # the first look-up of a process sets Airflow up
    return server


async def test_the_detector_detects() -> None:
    with blockbuster_ctx(), pytest.raises(BlockingError):
        time.sleep(0.01)


async def test_waiting_does_not_block_trouble_and_failures_included(elsewhere: Controls) -> None:
    jobs = [str(elsewhere.add_job(duration=0.05)) for _ in range(3)]
    failed = str(elsewhere.add_job(ending="failed"))
    elsewhere.fault("fetch", payload="html_502")
    elsewhere.fault("fetch", reset=True)
    trigger = make_trigger(*jobs, failed)
    with blockbuster_ctx():
        event = await fire(trigger)
    assert set(event["done"]) == set(jobs)
    assert event["not_done"][failed]["kind"] == "failed"


async def test_a_refused_key_and_the_look_up_of_another_do_not_block(
    elsewhere: Controls, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = str(elsewhere.add_job())
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(elsewhere.url, "a-key-of-yesterday"))
    with blockbuster_ctx():
        event = await fire(make_trigger(job))
    assert event["not_done"][job]["refusal"] == "key"


async def test_an_unusable_and_a_missing_connection_do_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", '{"conn_type": "modelslab"}')
    with blockbuster_ctx():
        assert "no key" in (await fire(make_trigger(1)))["error"]


async def test_a_server_that_is_not_there_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json("http://127.0.0.1:9", "some-key"))
    with blockbuster_ctx():
        event = await fire(make_trigger(1, tolerance=2))
    assert event["not_done"]["1"]["kind"] == "unavailable"
