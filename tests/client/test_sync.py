"""The client of a worker: what its threads share, and what a refused key makes it do."""

from __future__ import annotations

import copy
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.client.sync import SyncClient
from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.http.session import DeadlineSession
from airflow_provider_modelslab.protocol.face_swap import FaceSwap
from airflow_provider_modelslab.protocol.outcome import Done, Refusal, Refused
from airflow_provider_modelslab.protocol.poll_intervals import Pace
from airflow_provider_modelslab.protocol.poll_state import EndingKind
from tests.support.connections import connection_json

if TYPE_CHECKING:
    from tests.support.standin import StandIn

VARIABLE = "AIRFLOW_CONN_MODELSLAB_DEFAULT"
NEW_KEY = "the-key-after-rotation"
SWAP = FaceSwap(face="https://example.com/face.jpg", image="https://example.com/group.jpg")


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the connections that were looked up."""
    seen: list[str] = []
    look_up = ModelsLabHook.get_connection

    def counting(conn_id: str) -> Any:
        seen.append(conn_id)
        return look_up(conn_id)

    monkeypatch.setattr(ModelsLabHook, "get_connection", staticmethod(counting))
    return seen


def rotate(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    standin.rotate_key(NEW_KEY)
    monkeypatch.setenv(VARIABLE, connection_json(standin.url, NEW_KEY))


def test_a_wait_goes_on_with_a_key_that_is_rotated_meanwhile(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, look_ups: list[str]
) -> None:
    job, hook = connected.add_job(duration=0.1), ModelsLabHook()
    hook.fetch(job)
    rotate(connected, monkeypatch)
    ending = hook.wait(job, timeout=20, pace=Pace(poke_interval=0.02))
    assert ending.kind is EndingKind.DONE
    assert len(look_ups) == 2


def test_threads_that_meet_a_rotated_key_look_it_up_once(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, look_ups: list[str]
) -> None:
    jobs, hook = connected.add_jobs(16), ModelsLabHook()
    hook.fetch(jobs[0])
    rotate(connected, monkeypatch)
    with ThreadPoolExecutor(8) as pool:
        assert all(isinstance(outcome, Done) for outcome in pool.map(hook.fetch, jobs))
    assert len(look_ups) == 2


def test_a_key_that_is_wrong_costs_one_look_up_for_each_refused_call(
    connected: StandIn, look_ups: list[str]
) -> None:
    job, hook = connected.add_job(), ModelsLabHook()
    connected.rotate_key("a-key-that-nobody-told-us")
    for number in (1, 2, 3):
        outcome = hook.fetch(job)
        assert isinstance(outcome, Refused)
        assert outcome.reason is Refusal.KEY
        assert len(look_ups) == 1 + number
        assert connected.stats()["fetch"] == number


@pytest.mark.parametrize("error", [OSError("the database is restarting"), InvalidConnectionError("gone")])
def test_a_refusal_stands_where_the_connection_cannot_be_looked_up_again(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    job, hook = connected.add_job(), ModelsLabHook()
    request = hook.prepare(SWAP, seed="a task")
    connected.rotate_key("a-key-that-nobody-told-us")

    def out_of_order(_: str) -> Any:
        raise error

    monkeypatch.setattr(hook.client, "_look_up", out_of_order)
    for seen in (hook.submit(request), hook.fetch(job)):
        assert isinstance(seen, Refused)
        assert seen.reason is Refusal.KEY


def test_threads_share_one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    client, together = SyncClient("a_connection", lambda _: None), Barrier(8)
    monkeypatch.setattr(DeadlineSession, "mount", lambda *_: time.sleep(0.01))  # lets the others come

    def session(_: int) -> Any:
        together.wait()
        return client.session

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(session, range(8))))) == 1


def test_a_hook_that_was_used_can_be_copied(connected: StandIn) -> None:
    job, hook = connected.add_job(), ModelsLabHook()
    hook.fetch(job)
    assert isinstance(copy.deepcopy(hook).fetch(job), Done)
    assert "client" not in hook.__reduce_ex__(pickle.HIGHEST_PROTOCOL)[2]
