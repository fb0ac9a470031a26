"""Where nobody can know whether a swap is queued, or its id is all but lost: no try pays again for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowTaskTimeout,
    TaskDeferred,
)

from airflow_provider_modelslab.client.sync import SyncClient
from airflow_provider_modelslab.exceptions import (
    ModelsLabUnavailableError,
    ResultNotCollectedError,
    SubmissionUnknownError,
)
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.trigger_event import write_event
from airflow_provider_modelslab.task.submission_store import SubmissionStore
from tests.operators import ENDED, clear, first_try, raising, swapper
from tests.support.deferring import Pushed, run_task
from tests.support.standin import BRIEF
from tests.task.places import ANYWHERE, Place

if TYPE_CHECKING:
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks")


class Sayings:
    """A logger that keeps what is said."""

    def __init__(self, said: list[str]) -> None:
        self.info = self.warning = lambda text, *args, **_: said.append(text % args)


def test_a_try_that_was_ended_between_call_and_answer_is_for_a_person_to_judge(
    connected: StandIn, place: Place
) -> None:
    context = place.first_try()
    place.keep({"track_id": 7, "fingerprint": "x", "request_id": None})
    for _ in range(2):  # again where Airflow does not learn of the failure, and retries
        with pytest.raises(SubmissionUnknownError, match=r"track_id 7 may .* did not get the answer"):
            run_task(place.swapper(), context)
    assert connected.stats()["requests"] == 0
    assert run_task(place.swapper(), clear(context))["status"] == "success"  # the person has looked
    assert len(connected.submits()) == 1


def test_who_clears_a_task_before_being_told_is_told(connected: StandIn, place: Place) -> None:
    context = place.first_try()
    place.keep({"track_id": 7, "fingerprint": "x", "request_id": None})
    with pytest.raises(SubmissionUnknownError):
        run_task(place.swapper(), clear(context))
    assert connected.stats()["requests"] == 0


def test_a_team_may_rather_pay_twice(connected: StandIn, place: Place) -> None:
    context = place.first_try()
    place.keep({"track_id": 7, "fingerprint": "x", "request_id": None})
    assert run_task(place.swapper(on_unknown="submit"), context)["status"] == "success"
    connected.fault("submit", accepts=True, reset=True)
    with pytest.raises(ModelsLabUnavailableError) as caught:
        run_task(
            place.swapper(on_unknown="submit", image="https://example.com/another.jpg"), place.first_try()
        )
    assert not isinstance(caught.value, AirflowFailException)


@ANYWHERE
def test_a_lost_answer_is_not_repeated_and_clearing_the_task_is(connected: StandIn, place: Place) -> None:
    context = place.first_try()
    connected.fault("submit", accepts=True, reset=True)
    with pytest.raises(SubmissionUnknownError) as caught:
        run_task(place.swapper(), context)
    assert isinstance(caught.value, AirflowFailException)
    assert str(connected.submits()[0]["track_id"]) in str(caught.value)
    if place.outlives:
        with pytest.raises(SubmissionUnknownError):
            run_task(place.swapper(), context)
    run_task(place.swapper(), clear(context))
    assert len(connected.submits()) == 2


@ENDED
@ANYWHERE
def test_the_end_of_the_task_before_the_answer_is_a_lost_answer(
    connected: StandIn, place: Place, ended: type[BaseException]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SyncClient, "_post", raising(ended))
        with pytest.raises(SubmissionUnknownError, match=f"{ended.__name__} came before the answer"):
            run_task(place.swapper(), place.first_try())
        with pytest.raises(ModelsLabUnavailableError) as caught:
            run_task(place.swapper(on_unknown="submit"), place.first_try())
    assert not isinstance(caught.value, AirflowFailException)


def test_an_id_that_cannot_be_kept_is_waited_for_all_the_same(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    connected.configure(submit=BRIEF)
    context = place.first_try()
    kept = place.records.set

    def failing(self: Any, key: str, value: Any, **kwargs: Any) -> None:
        if value["request_id"]:
            raise RuntimeError("the API server is away")
        kept(self, key, value, **kwargs)

    monkeypatch.setattr(place.records, "set", failing)
    assert run_task(place.swapper(), context)["status"] == "success"
    with pytest.raises(SubmissionUnknownError):
        run_task(place.swapper(), context)
    assert len(connected.submits()) == 1


def test_an_id_that_could_not_be_kept_is_kept_by_what_comes_after(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    connected.configure(submit={"duration": 60})
    context = place.first_try()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SubmissionStore, "keep", lambda *_: None)
        with pytest.raises(TaskDeferred) as deferral:
            place.swapper(deferrable=True).execute(context)  # type: ignore[arg-type]
    request_id = str(connected.submits()[0]["id"])
    connected.finish(request_id)
    event = write_event({request_id: Ending(EndingKind.UNAVAILABLE, "HTTP 502")})
    with pytest.raises(ModelsLabUnavailableError):
        place.swapper(deferrable=True).resume_execution(deferral.value.method_name, {"event": event}, context)  # type: ignore[arg-type]
    assert run_task(place.swapper(), context)["id"] == request_id
    assert len(connected.submits()) == 1


def test_the_id_is_in_the_log_even_if_the_task_ends_while_it_is_kept(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SubmissionStore, "keep", raising(AirflowTaskTimeout))
    said: list[str] = []
    monkeypatch.setattr(FaceSwapOperator, "log", Sayings(said), raising=False)
    with pytest.raises(ResultNotCollectedError):  # without a store; a retry would pay again
        run_task(swapper(), first_try(store=False))
    assert any(f"Request {connected.submits()[0]['id']}: submitted" in line for line in said)


def test_a_task_that_ends_as_the_id_is_logged_knows_it(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Sayings([])
    log.info = lambda text, *_: raising(AirflowTaskTimeout)() if "submitted with" in text else None
    monkeypatch.setattr(FaceSwapOperator, "log", log, raising=False)
    with pytest.raises(ResultNotCollectedError) as caught:
        run_task(swapper(), first_try(store=False))
    assert caught.value.request_id == str(connected.submits()[0]["id"])


def test_a_task_that_resumes_with_its_id_does_not_depend_on_an_xcom_for_it(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.configure(submit={"duration": 0.3, "eta": 60})
    monkeypatch.setattr(Pushed, "xcom_pull", raising(RuntimeError))
    assert run_task(swapper(deferrable=True), first_try(store=False))["status"] == "success"


@pytest.mark.parametrize("kept", ["118409305", ["118409305"], {"request_id": "118409305"}])
def test_a_note_that_cannot_be_read_is_for_a_person_to_judge(
    connected: StandIn, kept: Any, place: Place
) -> None:
    context = place.first_try()
    place.keep(kept)
    with pytest.raises(SubmissionUnknownError, match=r"(a_task|modelslab_face_swap).* cannot be read"):
        run_task(place.swapper(), context)
    assert connected.stats()["requests"] == 0


def test_a_swap_that_is_done_without_an_id_is_saved_and_not_submitted_again(
    connected: StandIn, place: Place
) -> None:
    files = connected.urls(connected.add_job())
    connected.fault("submit", body={"status": "success", "output": files}, times="always")
    context = place.first_try()
    result = run_task(place.swapper(destination=str(place.folder)), context)
    assert (place.folder / result["id"] / "manifest.json").exists()
    with pytest.raises(SubmissionUnknownError):
        run_task(place.swapper(), context)
    assert connected.stats()["submit"] == 1


def test_nothing_is_sent_where_the_note_cannot_be_made(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise RuntimeError("the API server is away")

    monkeypatch.setattr(place.records, "set", failing)
    with pytest.raises(RuntimeError):
        run_task(place.swapper(), place.first_try())
    assert connected.stats()["requests"] == 0
