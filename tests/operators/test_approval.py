"""The operators that ask a person: what they ask, what they keep while they wait, what they return."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from airflow_provider_modelslab.exceptions import InvalidResultsError
from tests.support.deferring import Pushed
from tests.support.hitl import HAS_HITL
from tests.task.face_swaps import ROOT, face_swap, without

if not HAS_HITL:
    pytest.skip("human-in-the-loop came with Airflow 3.1", allow_module_level=True)

from airflow.providers.common.compat.sdk import AirflowSkipException, BaseNotifier, Param, TaskDeferred
from airflow.providers.standard.exceptions import HITLRejectException, HITLTimeoutError
from airflow.providers.standard.operators import hitl

from airflow_provider_modelslab.operators.approval import FaceSwapApprovalOperator, FaceSwapSelectionOperator

PAGES = "modelslab/dags/a_dag/runs/a_run/tasks/a_task/-1"
NOW = datetime(2026, 10, 1, tzinfo=timezone.utc)
RESULTS = [face_swap("1"), face_swap("2", target="a|b.jpg"), face_swap("3")]
WAITING = getattr(hitl, "TaskAwaitingInput", TaskDeferred)  # the former since Airflow 3.3
CASES = [FaceSwapApprovalOperator, FaceSwapSelectionOperator]


class TaskInstance(Pushed):
    """Stands for a task instance, with the id that Airflow's operator looks at."""

    id = "0199a3c5-0000-7000-8000-000000000000"

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = copy.deepcopy(value)  # times in it are Airflow's to write


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the operator asks Airflow to show: a call to the worker's supervisor, which is not there."""
    question: dict[str, Any] = {}
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **asked: question.update(asked))
    return question


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__MODELSLAB__PREVIEW_ROOTS", ROOT)


def made(cls: Any, results: Any = RESULTS, **arguments: Any) -> Any:
    return cls(task_id="a_task", subject="Good?", results=results, **arguments)


def context_of() -> dict[str, Any]:
    ti = TaskInstance()
    return {"ti": ti, "task_instance": ti}


def ask(operator: Any, context: dict[str, Any]) -> Any:
    """Execute up to the wait, whatever this Airflow does for it, in a copy as a worker has it."""
    with pytest.raises(WAITING) as waiting:
        copy.copy(operator).execute(context)
    assert waiting.value.method_name == "execute_complete"
    return waiting.value


def answer(operator: Any, context: dict[str, Any], *chosen: str, **params: Any) -> Any:
    """Resume in another copy, as another process has it."""
    event = {
        "chosen_options": list(chosen),
        "params_input": params,
        "responded_at": NOW,
        "responded_by_user": {"id": "1", "name": "ann"},
    }
    return copy.copy(operator).execute_complete(context, event)


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("cls", CASES)
def test_a_person_is_asked_with_the_pictures_below_the_author_s_words(
    cls: Any, asked: dict[str, Any]
) -> None:
    operator = made(cls, body="Look at the ears.")
    ask(operator, context_of())
    assert asked["subject"] == "Good?"
    assert asked["body"].startswith("Look at the ears.\n\n| ")
    for at in range(3):
        assert f"]({PAGES}/results/{at}/files/0/thumbnail)" in asked["body"]
    assert operator.body == "Look at the ears."


@pytest.mark.parametrize("cls", CASES)
def test_without_the_setting_there_are_words_and_the_line_to_set(cls: Any, asked: dict[str, Any]) -> None:
    ask(made(cls), context_of())
    assert "![" not in asked["body"]
    assert f"`preview_roots = {ROOT}`" in asked["body"]


@pytest.mark.parametrize("cls", CASES)
def test_what_is_asked_about_is_kept_before_the_wait_without_what_is_large(
    cls: Any, asked: dict[str, Any]
) -> None:
    context = context_of()
    ask(made(cls), context)
    kept = context["ti"].xcoms["face_swaps"]
    assert kept == [without(result, "status", "output", "proxy_links", "meta") for result in RESULTS]


@pytest.mark.parametrize("cls", CASES)
def test_what_airflow_s_own_operator_takes_means_the_same(cls: Any, asked: dict[str, Any]) -> None:
    told: list[str] = []

    class Notifier(BaseNotifier):
        def notify(self, context: Any) -> None:
            told.append(asked["subject"])

    default = "Reject" if cls is FaceSwapApprovalOperator else "3"
    operator = made(
        cls,
        defaults=default,
        params={"why": Param("", type="string")},
        notifiers=Notifier(),
        assigned_users={"id": "1", "name": "ann"},
        response_timeout=timedelta(hours=2),
    )
    waiting = ask(operator, context_of())
    assert told == ["Good?"]
    assert asked["defaults"] == ["Reject" if default == "Reject" else "3 group.jpg"]
    assert asked["assigned_users"] == [{"id": "1", "name": "ann"}]
    assert asked["params"]["why"]["value"] == ""
    assert waiting.timeout == timedelta(hours=2) or waiting.trigger.timeout_datetime


@pytest.mark.parametrize("cls", CASES)
def test_options_and_multiple_are_its_own(cls: Any) -> None:
    for fixed in ({"options": ["a"]}, {"multiple": False}):
        with pytest.raises(ValueError, match="is not allowed"):
            made(cls, **fixed)


@pytest.mark.parametrize("cls", CASES)
def test_what_are_no_results_is_refused_before_anybody_is_asked(cls: Any, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidResultsError):
        made(cls, results="{{ results }}").execute(context_of())
    assert asked == {}


@pytest.mark.parametrize("cls", CASES)
def test_nobody_s_answer_in_time_is_airflow_s_error(cls: Any) -> None:
    with pytest.raises(HITLTimeoutError):
        made(cls).execute_complete(context_of(), {"error": "late", "error_type": "timeout"})


def test_an_approval_returns_what_airflow_s_does(asked: dict[str, Any]) -> None:
    operator, context = made(FaceSwapApprovalOperator, params={"why": ""}), context_of()
    ask(operator, context)
    assert (asked["options"], asked["multiple"]) == (["Approve", "Reject"], False)
    assert answer(operator, context, "Approve", why="nice") == {
        "chosen_options": ["Approve"],
        "params_input": {"why": "nice"},
        "responded_at": NOW,
        "responded_by_user": {"id": "1", "name": "ann"},
    }


def test_a_rejection_fails_the_task_where_asked_to() -> None:
    assert answer(made(FaceSwapApprovalOperator), context_of(), "Reject")["chosen_options"] == ["Reject"]
    with pytest.raises(HITLRejectException):
        answer(made(FaceSwapApprovalOperator, fail_on_reject=True), context_of(), "Reject")


def test_without_results_there_is_nothing_to_approve_and_the_task_is_skipped(asked: dict[str, Any]) -> None:
    with pytest.raises(AirflowSkipException, match="no face swaps"):
        made(FaceSwapApprovalOperator, results=[]).execute(context_of())
    assert asked == {}


def test_without_results_there_is_nothing_to_choose_and_nothing_is_chosen(asked: dict[str, Any]) -> None:
    assert made(FaceSwapSelectionOperator, results=[[]]).execute(context_of()) == []
    assert asked == {}


def test_a_selection_returns_the_chosen_results_as_they_were_given_in_order(asked: dict[str, Any]) -> None:
    operator, context = made(FaceSwapSelectionOperator, params={"why": ""}), context_of()
    ask(operator, context)
    assert asked["multiple"]
    assert asked["options"] == ["1 group.jpg", "2 a_b.jpg", "3 group.jpg", "None of them"]
    chosen = answer(operator, context, "3 group.jpg", "2 a_b.jpg", why="sharp")
    assert chosen == [RESULTS[1], RESULTS[2]]


def test_who_chose_and_when_is_beside_the_chosen() -> None:
    context = context_of()
    answer(made(FaceSwapSelectionOperator), context, "1 group.jpg")
    assert context["ti"].xcoms["decision"] == {
        "chosen_options": ["1 group.jpg"],
        "params_input": {},
        "responded_at": NOW,
        "responded_by_user": {"id": "1", "name": "ann"},
    }


def test_none_of_them_can_be_chosen_and_an_option_that_is_none_cannot() -> None:
    chosen = answer(made(FaceSwapSelectionOperator), context := context_of(), "None of them")
    assert (chosen, context["ti"].xcoms["decision"]["chosen_options"]) == ([], ["None of them"])
    with pytest.raises(ValueError, match="not in"):
        answer(made(FaceSwapSelectionOperator), context_of(), "4 group.jpg")


@pytest.mark.parametrize(
    ("defaults", "options"),
    [([], ["None of them"]), ("2", ["2 a_b.jpg"]), (["1 group.jpg"], ["1 group.jpg"])],
)
def test_the_defaults_of_a_selection_are_found_when_there_are_options(
    defaults: Any, options: list[str], asked: dict[str, Any]
) -> None:
    ask(made(FaceSwapSelectionOperator, defaults=defaults), context_of())
    assert asked["defaults"] == options


def test_defaults_that_are_no_options_fail_before_anybody_is_asked(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="subset of options"):
        made(FaceSwapSelectionOperator, defaults=["4"]).execute(context_of())
    assert asked == {}
