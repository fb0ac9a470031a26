"""The hook and its asynchronous twin side by side: the same answer means the same to both."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.client.aio import shared_client
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.outcome import Done, Outcome, Refusal, Refused, TransientFailure
from tests.support.connections import connection_json
from tests.support.standin.payloads import PAYLOADS

if TYPE_CHECKING:
    from tests.support.standin import StandIn

ENTERPRISE = "/api/v1/enterprise/faceswap"
pytestmark = pytest.mark.usefixtures("prompt_triggers")


@pytest.fixture
def dedicated(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in as a dedicated server."""
    connection = connection_json(standin.url, standin.key, api_path=ENTERPRISE)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection)
    return standin


async def looks(*request_ids: str) -> tuple[list[Outcome], list[Outcome]]:
    """Return what the hook and what the client sees, each of them one and the same for all looks."""
    hook = ModelsLabHook()
    async with shared_client("modelslab_default") as client:
        return (
            [await asyncio.to_thread(hook.fetch, each) for each in request_ids],
            [await client.fetch(each, deadline=0.0) for each in request_ids],  # held back by no wish
        )


async def test_every_known_answer_means_the_same_to_both_faces(connected: StandIn) -> None:
    for number, name in enumerate(PAYLOADS):
        connected.fault("fetch", id=number, payload=name, times="always")
    by_hook, by_client = await looks(*map(str, range(len(PAYLOADS))))
    assert dict(zip(PAYLOADS, by_hook, strict=True)) == dict(zip(PAYLOADS, by_client, strict=True))
    assert connected.stats()["fetch"] >= 2 * len(PAYLOADS)


@pytest.mark.parametrize("form", ["path", "body", "both"])
async def test_a_dedicated_server_may_speak_either_form_and_is_asked_in_the_wrong_one_once(
    dedicated: StandIn, form: str
) -> None:
    dedicated.configure(enterprise_fetch=form)
    jobs = [str(job) for job in dedicated.add_jobs(3, api_path=ENTERPRISE)]
    for seen in await looks(*jobs):
        assert all(isinstance(outcome, Done) for outcome in seen)
    assert dedicated.stats()["fetch"] == 2 * (len(jobs) + (form == "body"))
    assert {tuple(request["key_in"]) for request in dedicated.requests("fetch")} == {("body",)}


@pytest.mark.parametrize("form", ["path", "body", "both"])
async def test_an_id_that_a_dedicated_server_does_not_know_is_unknown_in_either_form(
    dedicated: StandIn, form: str
) -> None:
    dedicated.configure(enterprise_fetch=form)
    for (outcome,) in await looks("5"):
        assert isinstance(outcome, TransientFailure)
        assert outcome.unknown_id
    assert dedicated.looks(5) == 4


@pytest.mark.parametrize("form", ["path", "body"])
async def test_a_key_that_a_dedicated_server_refuses_is_refused_in_either_form(
    dedicated: StandIn, form: str
) -> None:
    dedicated.configure(enterprise_fetch=form, key="a-key-that-nobody-told-us")
    for (outcome,) in await looks("5"):
        assert isinstance(outcome, Refused)
        assert outcome.reason is Refusal.KEY


async def test_an_unknown_id_costs_one_look_where_there_is_one_form(connected: StandIn) -> None:
    for (outcome,) in await looks("5"):
        assert outcome == TransientFailure("Request not found", unknown_id=True)
    assert connected.looks(5) == 2
