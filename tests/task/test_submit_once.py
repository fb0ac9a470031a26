"""A task pays once, whatever happens to its tries."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    TaskDeferred,
)

from airflow_provider_modelslab.exceptions import (
    ExpiredUrlError,
    FaceSwapFailedError,
    FaceSwapFailedRetryableError,
    FaceSwapTimeoutError,
    InvalidKeyError,
    ModelsLabUnavailableError,
    ResultNotCollectedError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from tests.operators import BOTH, ENDED, first_try, raising, swapper
from tests.support.connections import connection_json
from tests.support.deferring import run_task
from tests.support.standin import BRIEF, StandIn
from tests.task.places import ANYWHERE, Place

pytestmark = pytest.mark.usefixtures("prompt_tasks")


@BOTH
def test_another_try_goes_on_with_the_same_swap(connected: StandIn, deferrable: bool, place: Place) -> None:
    connected.configure(submit=BRIEF)
    context = place.first_try()
    task = place.swapper(destination=str(place.folder), deferrable=deferrable)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelsLabHook, "fetch", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):  # as abrupt as an exception can be
            run_task(task, context)
    first, cleared = run_task(task, context), run_task(task, context)
    assert first == cleared
    assert len(connected.submits()) == 1
    assert connected.stats()["file"] == 1


def test_other_pictures_are_another_swap_and_a_link_that_was_signed_anew_is_not(
    connected: StandIn, place: Place
) -> None:
    context = place.first_try()
    ids = [
        run_task(place.swapper(image=image, webhook=webhook), context)["id"]
        for image, webhook in [
            ("https://example.com/a.jpg?signature=1", None),
            ("https://example.com/a.jpg?signature=2", "https://example.com/hook"),
            ("https://example.com/b.jpg", None),
            ("https://example.com/b.jpg", None),
        ]
    ]
    assert ids == [str(connected.submits()[number]["id"]) for number in (0, 0, 1, 1)]
    assert len(connected.submits()) == 2


def test_another_account_is_not_asked_for_what_the_first_has_queued(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    context = place.first_try()
    with StandIn() as other:
        monkeypatch.setenv("AIRFLOW_CONN_OTHER_ACCOUNT", connection_json(other.url, other.key))
        run_task(place.swapper(), context)
        run_task(place.swapper(modelslab_conn_id="other_account"), context)
        run_task(place.swapper(modelslab_conn_id="other_account"), context)
        assert len(connected.submits()) == len(other.submits()) == 1


def test_a_note_that_does_not_name_its_account_is_taken_for_that_of_this_one(
    connected: StandIn, place: Place
) -> None:
    context = place.first_try()
    run_task(place.swapper(), context)
    note = place.kept()
    place.keep({name: note[name] for name in note if name != "conn_id"})
    run_task(place.swapper(), context)
    assert len(connected.submits()) == 1


@ENDED
@ANYWHERE
def test_the_end_of_the_task_while_waiting_does_not_pay_again(
    connected: StandIn, place: Place, ended: type[BaseException]
) -> None:
    connected.configure(submit=BRIEF)
    context = place.first_try()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelsLabHook, "fetch", raising(ended))
        with pytest.raises(ended if place.outlives else ResultNotCollectedError):  # the former is retried
            run_task(place.swapper(), context)
    if place.outlives:
        run_task(place.swapper(), context)
    assert len(connected.submits()) == 1


def test_the_note_is_there_before_the_call_is_sent_and_the_id_before_anything_else(
    connected: StandIn, place: Place
) -> None:
    context, seen = place.first_try(), []
    connected.configure(submit={"duration": 60})
    submit, fetch = ModelsLabHook.submit, ModelsLabHook.fetch

    def noting(call: Any) -> Any:
        return lambda *args: (seen.append(place.kept()["request_id"]), call(*args))[1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelsLabHook, "submit", noting(submit))
        patch.setattr(ModelsLabHook, "fetch", noting(fetch))
        with pytest.raises(FaceSwapTimeoutError):
            run_task(place.swapper(timeout=0), context)
    assert seen == [None, str(connected.submits()[0]["id"])]


def test_a_note_of_a_later_version_is_read_as_far_as_it_is_known(connected: StandIn, place: Place) -> None:
    context = place.first_try()
    run_task(place.swapper(), context)
    note = place.kept()
    place.keep({**note, "more": 1})
    run_task(place.swapper(), context)
    assert len(connected.submits()) == 1


def test_a_wait_for_room_that_airflow_ends_was_no_submission(connected: StandIn) -> None:
    connected.configure(queue_limit=0)
    context = first_try(store=False)
    with pytest.raises(TaskDeferred):
        swapper(deferrable=True).execute(context)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="Trigger failure") as caught:
        swapper(deferrable=True).resume_execution("__fail__", {"error": "Trigger failure"}, context)  # type: ignore[arg-type]
    assert not isinstance(caught.value, (ResultNotCollectedError, AirflowFailException))


@BOTH
@pytest.mark.parametrize("on", ["submit", "fetch"])
@pytest.mark.parametrize("payload", ["failed_refunded", "failed_for_credits"])
def test_a_job_that_failed_is_forgotten_whatever_is_said_of_credits(
    connected: StandIn, deferrable: bool, on: str, payload: str, place: Place
) -> None:
    connected.configure(submit=BRIEF)
    connected.fault(on, payload=payload)
    context = place.first_try()
    with pytest.raises(FaceSwapFailedError):
        run_task(place.swapper(deferrable=deferrable), context)
    assert place.kept() is None
    assert run_task(place.swapper(deferrable=deferrable), context)["id"]
    assert len(connected.submits(accepted=True)) == (1 if on == "submit" else 2)


@BOTH
def test_a_swap_that_was_submitted_and_is_not_found_at_the_deadline_is_late_and_kept(
    connected: StandIn, deferrable: bool, place: Place
) -> None:
    connected.configure(submit={"duration": 60})
    connected.fault("fetch", payload="not_found", times="always")
    context = place.first_try()
    with pytest.raises(FaceSwapTimeoutError):
        run_task(place.swapper(deferrable=deferrable, timeout=0), context)
    assert place.kept()["request_id"] == str(connected.submits()[0]["id"])


@BOTH
@ANYWHERE
def test_after_a_failed_job_clearing_the_task_submits_another(
    connected: StandIn, deferrable: bool, place: Place
) -> None:
    context = place.first_try()
    connected.configure(submit={**BRIEF, "ending": "failed", "message": "No face detected"})
    with pytest.raises(FaceSwapFailedError, match="No face detected"):
        run_task(place.swapper(deferrable=deferrable), context)
    connected.configure(submit={})
    assert run_task(place.swapper(), context)["status"] == "success"
    assert len(connected.submits()) == 2


def test_after_an_expired_link_clearing_the_task_submits_another(connected: StandIn, place: Place) -> None:
    context = place.first_try()
    connected.fault("download", status=410, times=20)
    with pytest.raises(ExpiredUrlError):
        run_task(place.swapper(destination=str(place.folder)), context)
    connected.clear_faults()
    run_task(place.swapper(destination=str(place.folder)), context)
    assert len(connected.submits()) == 2


@ANYWHERE
def test_an_id_that_the_api_no_longer_knows_is_not_replaced_by_a_retry(
    connected: StandIn, place: Place
) -> None:
    context = place.first_try()
    connected.configure(submit={"duration": 60})
    connected.fault("fetch", payload="not_found", times="always")
    with pytest.raises(ResultNotCollectedError, match="clear this task") as caught:
        run_task(place.swapper(), context)
    assert isinstance(caught.value, AirflowFailException)
    connected.configure(submit={})
    run_task(place.swapper(), context)
    assert len(connected.submits()) == 2


@BOTH
def test_what_passes_is_left_to_retries_where_the_id_is_kept(
    connected: StandIn, deferrable: bool, place: Place
) -> None:
    context = place.first_try()
    connected.configure(submit=BRIEF)
    fault = connected.fault("fetch", payload="html_502", times="always")
    with pytest.raises(ModelsLabUnavailableError):
        run_task(place.swapper(deferrable=deferrable), context)
    connected.remove_fault(fault)
    assert run_task(place.swapper(deferrable=deferrable), context)["status"] == "success"
    assert len(connected.submits()) == 1


@BOTH
def test_where_nothing_is_kept_no_retry_pays_again_and_the_id_is_named(
    connected: StandIn, deferrable: bool
) -> None:
    connected.configure(submit=BRIEF)
    connected.fault("fetch", payload="html_502", times="always")
    with pytest.raises(ResultNotCollectedError) as caught:
        run_task(swapper(deferrable=deferrable), first_try(store=False))
    assert isinstance(caught.value, AirflowFailException)
    request_id = connected.submits()[0]["id"]
    assert f"FaceSwapResultOperator(request_id='{request_id}')" in str(caught.value)


@ANYWHERE
def test_airflow_s_own_end_of_a_deferral_pays_for_no_other_swap(connected: StandIn, place: Place) -> None:
    context = place.first_try()
    connected.configure(submit={"duration": 60})
    with pytest.raises(TaskDeferred):
        place.swapper(deferrable=True).execute(context)  # type: ignore[arg-type]
    with pytest.raises(
        FaceSwapTimeoutError if place.outlives else ResultNotCollectedError, match="triggerer is running"
    ):
        place.swapper(deferrable=True).resume_execution("__fail__", {"error": "Trigger timeout"}, context)  # type: ignore[arg-type]
    if place.outlives:
        connected.finish(connected.submits()[0]["id"])
        assert run_task(place.swapper(), context)["status"] == "success"
        assert len(connected.submits()) == 1


def test_a_refusal_leaves_nothing_behind(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, "quite-a-wrong-key"))
    context = place.first_try()
    with pytest.raises(InvalidKeyError) as caught:
        run_task(place.swapper(), context)
    assert place.kept() is None
    assert "quite-a-wrong-key" not in str(caught.value)


FAILING = {**BRIEF, "ending": "failed", "message": "Failed, Try Again"}


@BOTH
@ANYWHERE
@pytest.mark.parametrize("at_once", [False, True], ids=["later", "at_once"])
def test_retries_pay_for_another_try_after_a_failed_job_where_asked_to(
    connected: StandIn, deferrable: bool, place: Place, at_once: bool
) -> None:
    context = place.first_try()
    connected.configure(submit={**FAILING, "duration": 0} if at_once else FAILING)
    task = place.swapper(deferrable=deferrable, resubmit_failed=True)
    with pytest.raises(FaceSwapFailedRetryableError, match=r"Failed, Try Again.*resubmit_failed") as caught:
        run_task(task, context)
    assert not isinstance(caught.value, (AirflowFailException, FaceSwapFailedError))
    connected.configure(submit={})
    assert run_task(task, context)["status"] == "success"
    assert len(connected.submits()) == 2


@ANYWHERE
def test_they_pay_for_nothing_else(connected: StandIn, place: Place) -> None:
    connected.configure(submit=BRIEF)
    context = place.first_try()
    connected.fault("fetch", payload="html_502", times="always")
    expected = ModelsLabUnavailableError if place.outlives else ResultNotCollectedError
    with pytest.raises(expected):
        run_task(place.swapper(resubmit_failed=True), context)
    if place.outlives:
        connected.clear_faults()
        run_task(place.swapper(resubmit_failed=True), context)
    assert len(connected.submits()) == 1
