"""The trigger: the whole wait over a real server, in one event loop."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from airflow.triggers.base import TaskSuccessEvent

from airflow_provider_modelslab.protocol import poll_intervals
from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger

if TYPE_CHECKING:
    from tests.support.standin import StandIn


@pytest.fixture(autouse=True)
def prompt(prompt_triggers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_intervals, "TROUBLE_FIRST", 0.0001)


def make_trigger(*request_ids: object, timeout: float = 20, **kwargs: Any) -> FaceSwapResultTrigger:
    now = time.time()
    arguments: dict[str, Any] = {
        "request_ids": [str(request_id) for request_id in request_ids],
        "modelslab_conn_id": "modelslab_default",
        "started": now,
        "deadline": now + timeout,
        "poke_interval": 0.005,
        **kwargs,
    }
    return FaceSwapResultTrigger(**arguments)


async def fire(trigger: FaceSwapResultTrigger) -> dict[str, Any]:
    events = [event.payload async for event in trigger.run()]
    assert len(events) == 1
    return json.loads(json.dumps(events[0]))


def test_a_trigger_is_made_again_from_what_is_stored_and_that_is_plain_json() -> None:
    trigger = make_trigger(1, 2, first_looks={"1": 5.0}, max_wait=9.0, known=["2"])
    path, kwargs = trigger.serialize()
    assert path == "airflow_provider_modelslab.triggers.face_swap.FaceSwapResultTrigger"
    again = FaceSwapResultTrigger(**json.loads(json.dumps(kwargs)))
    assert again.serialize() == (path, kwargs)


def test_a_row_of_the_first_release_still_makes_a_trigger() -> None:
    row = {
        "request_ids": ["1"],
        "modelslab_conn_id": "modelslab_default",
        "started": 0.0,
        "deadline": 1.0,
        "first_looks": {"1": 0.5},
        "poke_interval": None,
        "exponential_backoff": False,
        "max_wait": None,
        "tolerance": 8,
    }
    assert FaceSwapResultTrigger(**row).serialize()[1] == {**row, "end_task": None}


async def test_an_id_that_was_never_known_is_unknown_at_the_deadline_and_a_known_one_is_late(
    connected: StandIn,
) -> None:
    connected.fault("fetch", payload="not_found", times="always")
    kinds = {"known": ["7"], "timeout": 0.05, "tolerance": None}
    event = await fire(make_trigger("6", "7", **kinds))
    assert {name: entry["kind"] for name, entry in event["not_done"].items()} == {
        "6": "not_found",
        "7": "timeout",
    }


async def test_a_404_after_the_job_was_seen_is_a_job_that_is_late(connected: StandIn) -> None:
    job = str(connected.add_job(duration=60))
    connected.fault("fetch", payload="not_found", skip=1, times="always")
    event = await fire(make_trigger(job, timeout=0.05, tolerance=None))
    assert event["not_done"][job]["kind"] == "timeout"


async def test_it_fires_once_when_every_request_has_ended(connected: StandIn) -> None:
    jobs = [connected.add_job(duration=seconds) for seconds in (0, 0.02, 0.04)]
    failed = connected.add_job(duration=0.02, ending="failed", message="No face detected")
    event = await fire(make_trigger(*jobs, failed))
    assert event["done"] == [str(job) for job in jobs]
    assert event["not_done"] == {
        str(failed): {"kind": "failed", "refusal": None, "message": "No face detected"}
    }


async def test_the_same_id_given_twice_is_asked_for_once(connected: StandIn) -> None:
    job = connected.add_job()
    assert (await fire(make_trigger(job, job)))["done"] == [str(job)]
    assert connected.looks(job) == 1


async def test_it_never_looks_at_once_and_so_cannot_overtake_its_own_deferral(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_intervals, "AFTER_DEFERRAL", 0.15)
    job = connected.add_job(duration=0.1)
    await fire(make_trigger(job))
    assert connected.looks(job) == 1


async def test_it_waits_for_the_first_look_that_the_task_has_worked_out(connected: StandIn) -> None:
    job = str(connected.add_job(duration=0.1))
    await fire(make_trigger(job, first_looks={job: time.time() + 0.15}))
    assert connected.looks(job) == 1


async def test_at_the_deadline_there_is_a_last_look_and_then_a_timeout(connected: StandIn) -> None:
    job = str(connected.add_job(duration=60))
    event = await fire(make_trigger(job, timeout=0.2, poke_interval=60))
    assert event["not_done"][job]["kind"] == "timeout"
    assert connected.looks(job) == 2


async def test_the_last_look_can_still_find_the_job_done(connected: StandIn) -> None:
    job = str(connected.add_job(duration=0.02, starts="first_look"))
    event = await fire(make_trigger(job, timeout=0.2, poke_interval=60))
    assert event["done"] == [job]
    assert connected.looks(job) == 2


async def test_after_a_restart_the_deadline_is_the_old_one(connected: StandIn) -> None:
    job = str(connected.add_job(duration=60))
    trigger = make_trigger(job, started=time.time() - 100, deadline=time.time() - 1)
    event = await fire(trigger)
    assert event["not_done"][job]["kind"] == "timeout"
    assert connected.looks(job) == 1


async def test_trouble_is_ridden_out(connected: StandIn) -> None:
    connected.fault("fetch", payload="html_502")
    job = str(connected.add_job())
    assert (await fire(make_trigger(job)))["done"] == [job]


async def test_trouble_that_lasts_is_given_up_after_the_tolerated_number(connected: StandIn) -> None:
    connected.fault("fetch", payload="html_502", times="always")
    event = await fire(make_trigger(1, tolerance=1))
    assert event["not_done"]["1"]["kind"] == "unavailable"


async def test_a_refused_key_ends_the_wait_at_once(connected: StandIn) -> None:
    connected.rotate_key("a-key-that-nobody-told-us")
    job = str(connected.add_job(duration=60))
    event = await fire(make_trigger(job))
    assert event["not_done"][job]["refusal"] == "key"


async def test_an_unusable_connection_is_said_in_the_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", '{"conn_type": "modelslab"}')
    event = await fire(make_trigger(1))
    assert event["status"] == "error"
    assert "no key" in event["error"]


async def test_no_key_is_in_what_airflow_stores_or_logs(connected: StandIn) -> None:
    trigger = make_trigger(connected.add_job())
    event = await fire(trigger)
    assert connected.key not in json.dumps([event, trigger.serialize()]) + repr(trigger)


@pytest.mark.parametrize(("end_task", "many"), [("one", False), ("many", True)])
async def test_it_can_end_the_task_itself_with_the_task_s_value(
    connected: StandIn, end_task: Any, many: bool
) -> None:
    job = connected.add_job()
    (event,) = [event async for event in make_trigger(job, job, end_task=end_task).run()]
    assert isinstance(event, TaskSuccessEvent)
    assert event.xcoms is not None
    value: Any = event.xcoms["return_value"]
    assert [entry["id"] for entry in (value if many else [value])] == [str(job)] * (2 if many else 1)


async def test_it_leaves_every_other_ending_to_the_task(connected: StandIn) -> None:
    jobs = [connected.add_job(), connected.add_job(ending="failed")]
    (event,) = [event async for event in make_trigger(*jobs, end_task="many").run()]
    assert not isinstance(event, TaskSuccessEvent)
    assert event.payload["done"] == [str(jobs[0])]


async def test_it_fires_for_some_when_a_result_has_waited_for_the_others_so_long(connected: StandIn) -> None:
    done, slow = connected.add_job(), connected.add_job(duration=60)
    failed = connected.add_job(ending="failed", message="No face")
    earlier = {"1": {"kind": "failed", "refusal": None, "message": "Earlier"}}
    trigger = make_trigger(slow, done, failed, collect_after=0.1, not_done=earlier)
    path, kwargs = trigger.serialize()
    assert FaceSwapResultTrigger(**json.loads(json.dumps(kwargs))).serialize() == (path, kwargs)
    event = await fire(trigger)
    assert (event["status"], event["done"]) == ("some_ended", [str(done)])
    assert event["not_done"].keys() == {"1", str(failed)}
    assert (event["started"], event["deadline"]) == (trigger.started, trigger.deadline)


async def test_it_fires_once_for_all_where_none_waits_so_long_or_there_is_nothing_to_collect(
    connected: StandIn,
) -> None:
    jobs = [connected.add_job(duration=seconds) for seconds in (0, 0.03)]
    event = await fire(make_trigger(*jobs, collect_after=60))
    assert (event["status"], event["done"]) == ("ended", [str(job) for job in jobs])
    failed, slow = connected.add_job(ending="failed"), connected.add_job(duration=0.05)
    event = await fire(make_trigger(failed, slow, collect_after=0.005))
    assert (event["status"], event["done"]) == ("ended", [str(slow)])


async def test_an_unusable_connection_is_said_where_it_collects_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", '{"conn_type": "modelslab"}')
    assert (await fire(make_trigger(1, 2, collect_after=0.1)))["status"] == "error"


async def test_when_it_is_ended_it_looks_no_more(connected: StandIn) -> None:
    jobs = connected.add_jobs(3, duration=60)
    task = asyncio.create_task(fire(make_trigger(*jobs, collect_after=60)))
    while not connected.stats()["fetch"]:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert {each for each in asyncio.all_tasks() if each is not asyncio.current_task()} == set()


async def test_where_the_execution_timeout_is_the_deadline_it_says_so(connected: StandIn) -> None:
    job, end = str(connected.add_job(duration=60)), time.time() + 0.05
    event = await fire(make_trigger(job, deadline=end, execution_deadline=end))
    assert event["not_done"][job]["kind"] == "execution_timeout"
    event = await fire(make_trigger(job, deadline=end, execution_deadline=end + 60))
    assert event["not_done"][job]["kind"] == "timeout"
