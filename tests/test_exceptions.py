"""What an error says stands in its attributes too, for callbacks, and survives pickling."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab import exceptions
from airflow_provider_modelslab.exceptions import DownloadError, ExpiredUrlError, ModelsLabError
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from tests.operators import first_try, swapper
from tests.support.connections import connection_json
from tests.support.deferring import run_task
from tests.support.standin import BRIEF

if TYPE_CHECKING:
    from tests.support.standin import StandIn

FACTS = {
    "request_id": "263",
    "track_id": 7,
    "conn_id": "modelslab_default",
    "api_message": "No.",
    "http_status": 403,
    "host": "files.example.com",
}
CLASSES = [
    cls for _, cls in inspect.getmembers(exceptions, inspect.isclass) if cls.__module__ == exceptions.__name__
]


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("travel", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_what_an_error_knows_survives_pickling_and_copying(cls: type[ModelsLabError], travel: object) -> None:
    arrived = travel(cls("Words.", **FACTS))  # type: ignore[operator]
    assert type(arrived) is cls
    assert str(arrived) == "Words."
    assert {name: getattr(arrived, name) for name in FACTS} == FACTS


@pytest.mark.parametrize("cls", CLASSES)
def test_what_is_not_known_is_none(cls: type[ModelsLabError]) -> None:
    assert {getattr(cls("Words."), name) for name in FACTS} == {None}


def test_what_is_learned_later_fills_in_and_replaces_nothing() -> None:
    error = DownloadError("Words.", request_id="1").with_facts(request_id="2", host="files.example.com")
    assert (error.request_id, error.host) == ("1", "files.example.com")


def test_an_error_with_other_words_is_of_the_same_class_and_knows_the_same() -> None:
    error = ExpiredUrlError("short", **FACTS).with_text("long")
    assert type(error) is ExpiredUrlError
    assert str(error) == "long"
    assert {name: getattr(error, name) for name in FACTS} == FACTS


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"payload": "failed_webhook"}, "No face detected"),
        ({"payload": "forbidden_key"}, "Invalid API key"),
        ({"payload": "not_found"}, "Request not found"),
        (
            {"status": 500, "body": {"status": "error", "message": "Internal server error."}},
            "Internal server error.",
        ),
        ({"payload": "html_502"}, None),
        ({"payload": "html_404"}, None),
        ({"reset": True}, None),
        ({"payload": "processing"}, None),
    ],
    ids=str,
)
@pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])
@pytest.mark.usefixtures("prompt_tasks")
def test_the_api_s_own_words_are_its_own_and_only_that(
    connected: StandIn, fault: dict[str, Any], said: str | None, deferrable: bool
) -> None:
    job = connected.add_job(duration=60)
    timeout = 0.1 if fault == {"payload": "processing"} else 20
    if deferrable:  # the worker's look passes, and the trigger meets it
        fault = {**fault, "skip": 1}
    connected.fault("fetch", times="always", **fault)
    task = FaceSwapResultOperator(
        task_id="get", request_id=job, deferrable=deferrable, poke_interval=0.005, timeout=timeout
    )
    with pytest.raises(ModelsLabError) as caught:
        run_task(task)
    assert caught.value.api_message == said


@pytest.mark.usefixtures("prompt_tasks")
def test_nor_is_what_a_lost_way_to_the_api_says_of_a_submission(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json("http://127.0.0.1:9", connected.key))
    with pytest.raises(ModelsLabError) as caught:
        run_task(swapper(), first_try(store=True))
    assert "refused" in str(caught.value)
    assert caught.value.api_message is None


@pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])
@pytest.mark.parametrize("resubmit_failed", [False, True])
@pytest.mark.usefixtures("prompt_tasks")
def test_a_swap_that_failed_names_the_track_id_that_it_was_submitted_with(
    connected: StandIn, deferrable: bool, resubmit_failed: bool
) -> None:
    connected.configure(submit={**BRIEF, "ending": "failed"})
    with pytest.raises(ModelsLabError) as caught:
        run_task(swapper(deferrable=deferrable, resubmit_failed=resubmit_failed), first_try(store=True))
    (submit,) = connected.submits()
    assert (caught.value.request_id, caught.value.track_id) == (str(submit["id"]), submit["track_id"])
