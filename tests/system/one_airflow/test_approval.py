"""People's answers in a whole Airflow: what is asked, what is kept while it waits, and what comes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import quote

import pytest

from tests.support.hitl import HAS_HITL, needs_hitl
from tests.task.face_swaps import face_swap

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Run, Standalone
    from tests.support.standin import StandIn

RESULTS = [face_swap("1"), face_swap("2", target="a|b.jpg"), face_swap("3")]
DAG = """
from datetime import timedelta
from airflow.providers.common.compat.sdk import DAG, task
from airflow_provider_modelslab.operators.approval import FaceSwapApprovalOperator, FaceSwapSelectionOperator

RESULTS = {results!r}

with DAG("asking", schedule=None, default_args={{"subject": "Good?"}}):

    @task
    def swap(result):
        return result

    @task
    def ids(results):
        return [result["id"] for result in results]

    @task
    def publish():
        return "published"

    swapped = swap.expand(result=RESULTS)
    for name, fails in (("approve", False), ("reject", False), ("fail", True)):
        asked = FaceSwapApprovalOperator(task_id=name, results=swapped, body="Look.", fail_on_reject=fails)
        asked >> publish.override(task_id=f"after_{{name}}")()
    FaceSwapApprovalOperator.partial(task_id="each").expand(results=swapped)
    ids.override(task_id="chosen")(FaceSwapSelectionOperator(task_id="select", results=swapped).output)
    late = dict(defaults=[], response_timeout=timedelta(seconds=3))
    ids.override(task_id="none")(FaceSwapSelectionOperator(task_id="late", results=swapped, **late).output)
    ids.override(task_id="empty")(FaceSwapSelectionOperator(task_id="nothing", results=[]).output)
"""
DAGS = {"asking": DAG.format(results=RESULTS)} if HAS_HITL else {}
ASKED = ["approve", "reject", "fail", "select", *(f"each[{index}]" for index in range(3))]
WAITING = {"awaiting_input", "deferred"}  # the former since Airflow 3.3
TRIES = 20
EXAMPLE = "modelslab_swap_and_approve"
pytestmark = [pytest.mark.airflow, needs_hitl]


class Person:
    """Somebody who answers through Airflow's API, as its UI does."""

    def __init__(self, airflow: Standalone, run: Run) -> None:
        self.airflow, self.run = airflow, run

    def wait_until_asked(self, *tasks: str) -> None:
        """Wait until the tasks wait, and the scheduler knows it: who answers sooner than any person does may
        have Airflow take the end of the process that asked for that of the one that goes on.
        """

        def asked() -> bool:
            states, log = self.run.task_states(), self.airflow.log.read_text(errors="replace")
            return all(states.get(task) in WAITING and self._ended(task).search(log) for task in tasks)

        self.airflow.wait(self.run, timeout=240, until=asked, what="its questions")

    def _ended(self, task: str) -> re.Pattern[str]:
        task_id, _, index = task.rstrip("]").partition("[")
        ended = f"Received executor event .*task_id='{task_id}', run_id='{re.escape(self.run.run_id)}'"
        return re.compile(f"{ended}.*map_index={index or -1}\\)")

    def sees(self, task_id: str, map_index: int = -1) -> dict[str, Any]:
        asked: dict[str, Any] = self.airflow.api.call("GET", self._path(task_id, map_index))
        return asked

    def answers(self, task_id: str, *chosen: str, map_index: int = -1) -> None:
        """Answer, again where SQLite has the web server fail because others write."""
        for _ in range(TRIES):
            try:
                self.airflow.api.call("PATCH", self._path(task_id, map_index), {"chosen_options": chosen})
                return
            except HTTPError as error:  # noqa: PERF203 - a loop of few
                if error.code != 500:
                    raise
        raise TimeoutError(f"{task_id} could not be answered")

    def _path(self, task_id: str, map_index: int) -> str:
        run = f"/api/v2/dags/{self.run.dag_id}/dagRuns/{quote(self.run.run_id, safe='')}"
        return f"{run}/taskInstances/{task_id}/{map_index}/hitlDetails"


@pytest.mark.timeout(600)
def test_what_people_say_is_done_and_what_they_were_shown_is_kept(
    airflow: Standalone, standin: StandIn, tmp_path: Path
) -> None:
    (tmp_path / "published").mkdir()
    published = tmp_path / "published" / "picture.jpg"
    conf = {"destination": f"file://{tmp_path}/swaps", "publish_as": f"file://{published}"}
    person = Person(airflow, airflow.trigger("asking"))
    owner = Person(airflow, airflow.trigger(EXAMPLE, conf))
    person.wait_until_asked(*ASKED)
    check_what_is_kept_and_shown(person)
    answer_all(person)
    owner.wait_until_asked("approve")
    assert f"]({pages_of(owner.run, 'approve')}/results/0/files/0/thumbnail)" in owner.sees("approve")["body"]
    assert not published.exists()
    owner.answers("approve", "Approve")
    for run in (person.run, owner.run):
        airflow.wait(run, timeout=240)
    check_what_was_done(person.run)
    assert owner.run.state == "success", owner.run.task_states()
    assert published.read_bytes() == standin.content(standin.submits()[0]["id"])
    assert owner.run.xcom("approve")["responded_by_user"]["name"] == "admin"


def pages_of(run: Run, task_id: str, map_index: int = -1) -> str:
    return f"modelslab/dags/{run.dag_id}/runs/{quote(run.run_id, safe='')}/tasks/{task_id}/{map_index}"


def check_what_is_kept_and_shown(person: Person) -> None:
    for task_id in ("approve", "select"):
        assert [each["id"] for each in person.run.xcom(task_id, "face_swaps")] == ["1", "2", "3"]
    assert person.run.xcom("each", "face_swaps", 1)[0]["manifest"] == RESULTS[1]["manifest"]
    body = person.sees("approve")["body"]
    assert body.startswith("Look.\n\n|")
    assert f"]({pages_of(person.run, 'approve')}/results/2/inputs/face)" in body
    assert f"{pages_of(person.run, 'each', 1)}/results/0/files/0/thumbnail" in person.sees("each", 1)["body"]
    assert person.sees("select")["options"] == ["1 group.jpg", "2 a_b.jpg", "3 group.jpg", "None of them"]


def answer_all(person: Person) -> None:
    person.answers("approve", "Approve")
    person.answers("reject", "Reject")
    person.answers("fail", "Reject")
    person.answers("select", "3 group.jpg", "2 a_b.jpg")
    for index in range(3):
        person.answers("each", "Approve", map_index=index)


def check_what_was_done(run: Run) -> None:
    states = run.task_states()
    assert run.state == "failed", states
    assert {states[name] for name in ("approve", "reject", "select", "late", "nothing", "each[2]")} == {
        "success"
    }
    assert states["after_approve"] == "success"
    assert states["after_reject"] == "skipped"
    assert (states["fail"], states["after_fail"]) == ("failed", "upstream_failed")
    assert 'Receive "Reject"' in run.task_log("fail")
    assert run.xcom("approve")["chosen_options"] == ["Approve"]
    assert run.xcom("select") == [RESULTS[1], RESULTS[2]]
    assert (run.xcom("chosen"), run.xcom("none"), run.xcom("empty")) == (["2", "3"], [], [])
    decision = run.xcom("select", "decision")
    assert decision["chosen_options"] == ["3 group.jpg", "2 a_b.jpg"]
    assert decision["responded_by_user"]["name"] == "admin"
    assert decision["responded_at"]
    assert run.xcom("late", "decision")["responded_by_user"] is None
    assert len(run.xcom("select", "face_swaps")) == 3
