"""soft_fail, never_fail and silent_fail, in poke mode and deferrable mode alike, against a real server."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSkipException, BaseHook

from airflow_provider_modelslab.exceptions import (
    FaceSwapTimeoutError,
    ModelsLabUnavailableError,
    RequestNotFoundError,
)
from tests.sensors import AIRFLOW_3, BOTH, Rescheduled, sensor
from tests.support.deferring import run_task

if TYPE_CHECKING:
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_triggers")

ENDINGS = {
    "failed": ({"ending": "failed"}, {}),
    "timeout": ({"duration": 60}, {"timeout": 0.03}),
}


@BOTH
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("lenient", ["soft_fail", "never_fail"])
def test_soft_fail_and_never_fail_skip_alike_in_both_modes(
    connected: StandIn, deferrable: bool, ending: str, lenient: str
) -> None:
    job, arguments = ENDINGS[ending]
    with pytest.raises(AirflowSkipException, match=r"Skipp|timed out"):
        run_task(
            sensor(connected.add_job(**job), deferrable=deferrable, **{lenient: True}, **arguments)  # type: ignore[arg-type]
        )


@BOTH
@pytest.mark.usefixtures("hasty")
def test_soft_fail_does_not_skip_what_a_retry_may_mend_and_never_fail_does(
    connected: StandIn, deferrable: bool
) -> None:
    connected.fault("fetch", payload="html_502", times="always")
    job = connected.add_job()
    with pytest.raises(ModelsLabUnavailableError):
        run_task(sensor(job, deferrable=deferrable, soft_fail=True))
    with pytest.raises(AirflowSkipException):
        run_task(sensor(job, deferrable=deferrable, never_fail=True))


@BOTH
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("timeout", [0, 20], ids=["at_the_deadline", "after_the_looks_in_a_row"])
def test_an_unknown_id_is_told_as_one_and_soft_fail_skips_it_alike_in_both_modes(
    connected: StandIn, deferrable: bool, timeout: float
) -> None:
    with pytest.raises(RequestNotFoundError, match="request 5: the API does not know the id"):
        run_task(sensor(5, deferrable=deferrable, timeout=timeout))
    with pytest.raises(AirflowSkipException):
        run_task(sensor(5, deferrable=deferrable, timeout=timeout, soft_fail=True))


@BOTH
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("known", [False, True])
def test_with_silent_fail_an_unknown_id_is_one_at_the_deadline_unless_it_was_known(
    connected: StandIn, deferrable: bool, known: bool
) -> None:
    job = connected.add_job(duration=60)
    connected.fault("fetch", payload="not_found", times="always", skip=1 if known else 0)
    with pytest.raises(FaceSwapTimeoutError if known else RequestNotFoundError):
        run_task(sensor(job, deferrable=deferrable, silent_fail=True, timeout=0.05))


@BOTH
@pytest.mark.usefixtures("hasty")
def test_with_silent_fail_trouble_is_waited_out_until_the_deadline(
    connected: StandIn, deferrable: bool
) -> None:
    connected.fault("fetch", payload="html_502", times=9)
    job = connected.add_job()
    assert run_task(sensor(job, deferrable=deferrable, silent_fail=True))["id"] == str(job)


def break_look_up(monkeypatch: pytest.MonkeyPatch, *, times: int) -> None:
    """Let Airflow fail to look the connection up so often, as it does while its database restarts."""
    look_up, calls = BaseHook.get_connection, itertools.count()

    def look_up_or_fail(conn_id: str) -> Any:
        if next(calls) < times:
            raise OSError("the database is restarting")
        return look_up(conn_id)

    monkeypatch.setattr(BaseHook, "get_connection", staticmethod(look_up_or_fail))


@BOTH
@pytest.mark.usefixtures("hasty")
def test_a_look_up_that_fails_is_an_error_unless_never_fail_or_silent_fail_is_set(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, deferrable: bool
) -> None:
    job = connected.add_job()
    break_look_up(monkeypatch, times=3)
    with pytest.raises(OSError, match="restarting"):
        run_task(sensor(job, deferrable=deferrable, soft_fail=True))
    with pytest.raises(AirflowSkipException, match="never_fail"):
        run_task(sensor(job, deferrable=deferrable, never_fail=True))
    assert run_task(sensor(job, deferrable=deferrable, silent_fail=True))["id"] == str(job)


MODES: dict[str, dict[str, Any]] = {
    "poke": {},
    "reschedule": {"mode": "reschedule"},
    "deferrable": {"deferrable": True},
}
REASONS: dict[str, tuple[dict[str, Any], str]] = {
    "failed": ({"ending": "failed", "message": "No face"}, "the job failed: No face"),
    "key": ({}, "the API refused the call: .*password field"),
    "timeout": ({"duration": 60}, "not complete at the deadline: processing"),
}


@pytest.mark.parametrize("mode", ["poke", "deferrable", pytest.param("reschedule", marks=AIRFLOW_3)])
@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("lenient", ["soft_fail", "never_fail"])
def test_a_skip_says_why_in_the_same_words_in_every_mode(
    connected: StandIn, mode: str, reason: str, lenient: str
) -> None:
    job, words = REASONS[reason]
    request = connected.add_job(**job)
    if reason == "key":
        connected.rotate_key("a-key-that-nobody-told-us")
    ago = 30 if mode == "reschedule" else None  # then its time is over at this look
    task = sensor(request, timeout=0.03 if reason == "timeout" else 25, **MODES[mode], **{lenient: True})
    with pytest.raises(
        AirflowSkipException, match=f"^Skipped as {lenient} asks for: Face swap request {request}: {words}"
    ):
        run_task(task, {"ti": Rescheduled(ago)})


@BOTH
@pytest.mark.usefixtures("hasty")
def test_silent_fail_goes_before_never_fail_as_airflow_has_it(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, deferrable: bool
) -> None:
    job = connected.add_job()
    break_look_up(monkeypatch, times=1)
    task = sensor(job, deferrable=deferrable, silent_fail=True, never_fail=True)
    assert run_task(task)["id"] == str(job)


def test_trouble_is_not_ridden_out_past_the_deadline(connected: StandIn) -> None:
    connected.fault("fetch", payload="html_502", times="always")
    job = connected.add_job()
    with pytest.raises(FaceSwapTimeoutError, match="HTTP 502"):
        run_task(sensor(job, timeout=0.05))
    assert connected.looks(job) <= 4


@AIRFLOW_3
def test_nor_is_it_where_an_earlier_process_looked_first(connected: StandIn) -> None:
    connected.fault("fetch", payload="html_502", times="always")
    job = connected.add_job()
    with pytest.raises(FaceSwapTimeoutError, match="HTTP 502"):
        run_task(sensor(job, timeout=60, mode="reschedule"), {"ti": Rescheduled(61)})
    assert connected.looks(job) == 1
