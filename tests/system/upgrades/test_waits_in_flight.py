"""What each release stored of a wait goes on under this version, through this Airflow's own reading of it."""

from __future__ import annotations

import asyncio
import json
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import pytest
from airflow.models.trigger import Trigger

from airflow_provider_modelslab import exceptions
from tests.operators import first_try, swapper
from tests.support.deferring import first_event, run_task
from tests.system.upgrades.recording import FOLDER, REQUESTS, THIS, make_task, moved, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn

RELEASES = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
pytestmark = pytest.mark.usefixtures("prompt_triggers")

each_wait = pytest.mark.parametrize(
    "wait",
    [
        pytest.param(wait, id=f"{release}, {name}")
        for release, stored in RELEASES.items()
        for name, wait in stored["waits"].items()
    ],
)
each_release = pytest.mark.parametrize(
    "stored", [pytest.param(stored, id=release) for release, stored in RELEASES.items()]
)
each_event = pytest.mark.parametrize(
    "stored",
    [
        pytest.param(event, id=f"{release}, {event.get('error', 'done')}, {number}")
        for release, stored in RELEASES.items()
        for number, event in enumerate(stored["events"])
    ],
)


@pytest.fixture
def done(connected: StandIn) -> StandIn:
    for request_id in REQUESTS:
        connected.add_job(request_id)
    return connected


@pytest.fixture
def next_try(stored: dict[str, Any]) -> dict[str, Any]:
    """The context of another try, which finds what the release has kept."""
    context = first_try(store=True)
    context["task_state_store"].kept.update(stored["swaps"]["remembered"])
    return context


def make_trigger(wait: dict[str, Any]) -> Any:
    """The trigger that this Airflow's triggerer makes from a row."""
    row = Trigger(classpath=wait["classpath"], kwargs=moved(wait["kwargs"]))
    return resolve_name(row.classpath)(**row.kwargs)


def resume(wait: dict[str, Any], event: Any, folder: Path) -> Any:
    task = make_task(wait, folder)
    return task.resume_execution(wait["next_method"], {**wait["next_kwargs"], "event": event}, {})


def test_the_release_to_come_has_its_file() -> None:
    assert THIS.stem in RELEASES


@each_wait
def test_a_wait_that_a_release_deferred_ends_well(
    done: StandIn, wait: dict[str, Any], tmp_path: Path
) -> None:
    event = asyncio.run(first_event(make_trigger(wait)))
    many = isinstance(wait["arguments"]["request_id"], list)
    if wait["kwargs"].get("end_task"):
        value = event.xcoms["return_value"]
    else:
        value = resume(wait, json.loads(json.dumps(event.payload)), tmp_path)
    assert [result["id"] for result in (value if many else [value])] == list(REQUESTS if many else ["101"])
    saved = {path.parent.name for path in tmp_path.rglob("manifest.json")}
    assert saved == (set(REQUESTS if many else ["101"]) if "destination" in wait["arguments"] else set())


NEW = ("collect_after", "execution_deadline", "not_done")


@each_wait
def test_a_row_without_what_came_after_the_first_rows_ends_well_too(
    done: StandIn, wait: dict[str, Any], tmp_path: Path
) -> None:
    known = {name: value for name, value in wait["kwargs"].items() if name not in NEW}
    test_a_wait_that_a_release_deferred_ends_well(done, {**wait, "kwargs": known}, tmp_path)


@each_wait
def test_it_keeps_the_deadline_that_the_release_gave_it(connected: StandIn, wait: dict[str, Any]) -> None:
    for request_id in REQUESTS:
        connected.add_job(request_id, duration=6000)
    trigger = make_trigger({**wait, "kwargs": {**wait["kwargs"], "deadline": wait["kwargs"]["started"] + 1}})
    event = asyncio.run(first_event(trigger)).payload
    assert {bad["kind"] for bad in event["not_done"].values()} == {"timeout"}


@each_event
def test_an_event_that_a_release_wrote_ends_the_task_as_it_said(
    done: StandIn, stored: dict[str, Any], tmp_path: Path
) -> None:
    wait = {"task": "sensor", "arguments": {"request_id": 101}, "next_method": "execute_complete"}
    if "error" not in stored:
        assert resume({**wait, "next_kwargs": {}}, stored["event"], tmp_path)["id"] == "101"
        return
    with pytest.raises(getattr(exceptions, stored["error"])):
        resume({**wait, "next_kwargs": {}}, stored["event"], tmp_path)


@each_release
def test_what_a_release_submitted_is_not_submitted_again(
    connected: StandIn, stored: dict[str, Any], next_try: dict[str, Any]
) -> None:
    (request_id,) = stored["swaps"]["queued"]["kwargs"]["request_ids"]
    connected.add_job(request_id)
    assert run_task(swapper(), next_try)["id"] == request_id
    assert _end(stored["swaps"]["queued"], next_try)["id"] == request_id
    assert connected.submits() == []


@each_release
def test_what_a_release_remembered_in_a_destination_is_not_submitted_again(
    connected: StandIn, stored: dict[str, Any], tmp_path: Path
) -> None:
    remembered = stored["swaps"].get("remembered in destination", {})
    for name, text in remembered.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
        connected.add_job(json.loads(text)["value"]["request_id"])
    assert run_task(swapper(destination=str(tmp_path)), first_try(store=False))["status"] == "success"
    assert len(connected.submits()) == (0 if remembered else 1)


@each_release
def test_a_swap_that_a_release_deferred_is_saved_where_nothing_remembers_it(
    connected: StandIn, stored: dict[str, Any], tmp_path: Path
) -> None:
    row = stored["swaps"]["queued"]
    (request_id,) = row["kwargs"]["request_ids"]
    connected.add_job(request_id)
    task = swapper(deferrable=True, destination=str(tmp_path))
    event = asyncio.run(first_event(make_trigger(row))).payload
    task.resume_execution(row["next_method"], {"event": event}, first_try(store=False))
    assert (tmp_path / request_id / "manifest.json").exists()
    assert connected.submits() == []


@each_release
@pytest.mark.usefixtures("short_slow_downs")
def test_a_swap_that_a_release_left_without_room_is_submitted_when_there_may_be(
    connected: StandIn, stored: dict[str, Any]
) -> None:
    assert _end(stored["swaps"]["without room"], first_try(store=True))["status"] == "success"
    assert len(connected.submits()) == 1


def _end(row: dict[str, Any], context: Any) -> Any:
    event = asyncio.run(first_event(make_trigger(row))).payload
    return swapper(deferrable=True).resume_execution(row["next_method"], {"event": event}, context)


def test_what_this_version_stores_is_what_its_file_says(connected: StandIn) -> None:
    """Once a release is out, its rows are in people's databases: another shape is another version's."""
    stored = json.loads(json.dumps(record(connected)))
    assert without_moments(stored) == without_moments(RELEASES[THIS.stem])


def without_moments(stored: dict[str, Any]) -> dict[str, Any]:
    """A recording with the times rounded, of which the first look's is drawn by lot."""
    swaps = stored["swaps"]
    for wait in (*stored["waits"].values(), swaps["queued"], swaps["without room"]):
        kwargs = wait["kwargs"]
        begin = "started" if "started" in kwargs else "since"
        kwargs["deadline"] = round(kwargs["deadline"] - kwargs[begin], 3)
        kwargs[begin] = type(kwargs[begin]).__name__
        if "first_looks" in kwargs:
            kwargs["first_looks"] = sorted(kwargs["first_looks"])
    return stored
