"""The hook, against a real server."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.client.retrying import fetch_with_retries
from airflow_provider_modelslab.exceptions import (
    FaceSwapFailedError,
    FaceSwapTimeoutError,
    InvalidConnectionError,
    InvalidRequestIdError,
    RequestNotFoundError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from tests.support.connections import connection_json

if TYPE_CHECKING:
    from tests.support.standin import StandIn


def connect(monkeypatch: pytest.MonkeyPatch, url: str, key: str = "some-key", **extra: Any) -> ModelsLabHook:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(url, key, **extra))
    return ModelsLabHook()


def test_a_finished_job_is_fetched(connected: StandIn) -> None:
    job = connected.add_job(files=["jpg", "mp4"])
    outcome = ModelsLabHook().fetch(job)
    assert isinstance(outcome, Done)
    assert list(outcome.result.output) == connected.urls(job)


def test_the_key_is_in_the_body_and_nowhere_else(connected: StandIn) -> None:
    job = connected.add_job()
    ModelsLabHook().fetch(job)
    (request,) = connected.requests("fetch")
    assert request["key_in"] == ["body"]
    assert request["method"] == "POST"
    assert request["path"] == f"/api/v6/faceswap/fetch/{job}"
    assert connected.stats()["key_leaks"] == 0


def test_what_netrc_has_for_the_host_is_not_sent(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    ModelsLabHook().fetch(connected.add_job())
    assert "authorization" not in connected.requests("fetch")[0]["headers"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_carries_the_key_elsewhere(connected: StandIn, status: int) -> None:
    job = connected.add_job()
    connected.fault("fetch", status=status, redirect=f"{connected.url}/elsewhere")
    outcome = ModelsLabHook().fetch(job)
    assert isinstance(outcome, TransientFailure)
    assert "redirect" in outcome.message
    assert connected.stats()["elsewhere"] == 0


def test_a_fetch_result_url_from_the_server_is_not_followed(connected: StandIn) -> None:
    job = connected.add_job(duration=60, fetch_result=f"{connected.url}/elsewhere")
    ModelsLabHook().fetch(job)
    ModelsLabHook().fetch(job)
    assert connected.stats()["elsewhere"] == 0


@pytest.mark.parametrize("path", ["/api/v6/deepfake", "/api/v1/enterprise/faceswap"])
def test_the_path_is_the_connection_s(standin: StandIn, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    hook = connect(monkeypatch, standin.url, standin.key, api_path=path)
    job = standin.add_job(api_path=path)
    assert isinstance(hook.fetch(job), Done)


@pytest.mark.parametrize(
    "fault",
    [
        {"payload": "html_502"},
        {"payload": "empty_200"},
        {"reset": True},
        {"cut_after": 20},
        {"cut_after": 20, "cut": "reset"},
        {"length_delta": 100},
        {"payload": "not_found"},
    ],
)
def test_trouble_on_the_way_is_an_outcome_and_not_an_exception(
    connected: StandIn, fault: dict[str, Any]
) -> None:
    connected.fault("fetch", **fault)
    outcome = ModelsLabHook().fetch(connected.add_job())
    assert isinstance(outcome, TransientFailure)
    assert outcome.message


@pytest.mark.parametrize("fault", [{"hang": True}, {"drip": 10}, {"delay": 60}])
def test_a_call_ends_after_the_connection_s_request_timeout(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    hook = connect(monkeypatch, standin.url, standin.key, request_timeout=0.05)
    standin.fault("fetch", **fault)
    assert hook.fetch(standin.add_job()) == TransientFailure("no whole answer within 0.05 s")


def test_an_endless_answer_is_not_read_into_memory(connected: StandIn) -> None:
    connected.fault("fetch", body="x" * (17 * 2**20))
    outcome = ModelsLabHook().fetch(connected.add_job())
    assert outcome == TransientFailure("the answer is larger than 16 MiB")


def test_a_server_that_is_not_there_is_named_by_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = connect(monkeypatch, "http://127.0.0.1:9").fetch(1)
    assert isinstance(outcome, TransientFailure)
    assert "Connection refused" in outcome.message


@pytest.mark.parametrize("bad", ["", -1, "a/b", "1\n2", None, "None"])
def test_a_bad_id_is_refused_before_anything_is_sent(connected: StandIn, bad: Any) -> None:
    with pytest.raises(InvalidRequestIdError):
        ModelsLabHook().fetch(bad)
    assert connected.stats()["requests"] == 0


def test_a_wrong_key_is_refused_and_not_repeated_in_the_answer(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = connect(monkeypatch, standin.url, "quite-a-wrong-key").fetch(standin.add_job())
    assert isinstance(outcome, Refused)
    assert outcome.reason is Refusal.KEY
    assert "quite-a-wrong-key" not in repr(outcome)


def through_trouble(request_id: int, **kwargs: Any) -> Any:
    look = partial(ModelsLabHook().fetch, request_id)
    return fetch_with_retries(look, f"Request {request_id}", warn=lambda *_: None, **kwargs)


def test_passing_trouble_is_ridden_out_with_growing_pauses(connected: StandIn) -> None:
    connected.fault("fetch", payload="html_502", times=3)
    pauses: list[float] = []
    outcome = through_trouble(connected.add_job(), sleep=pauses.append)
    assert isinstance(outcome, Ending)
    assert outcome.kind is EndingKind.DONE
    assert [round(pause) // 2 * 2 for pause in pauses] == [2, 4, 8]


def test_lasting_trouble_is_given_up_and_said_with_its_last_cause(connected: StandIn) -> None:
    connected.fault("fetch", payload="html_502", times="always")
    outcome = through_trouble(1, sleep=lambda _: None)
    assert isinstance(outcome, Ending)
    assert outcome.kind is EndingKind.UNAVAILABLE
    assert "8 looks in a row failed" in outcome.message
    assert connected.looks(1) == 8


def test_without_a_limit_lasting_trouble_comes_back_as_it_is(connected: StandIn) -> None:
    connected.fault("fetch", payload="html_502", times="always")
    outcome = through_trouble(1, max_failures=None, sleep=lambda _: None)
    assert isinstance(outcome, TransientFailure)


def test_a_running_job_and_a_rate_limit_are_not_trouble(connected: StandIn) -> None:
    job = connected.add_job(duration=60, eta=7)
    assert through_trouble(job) == InProgress("processing", 7)
    connected.fault("fetch", payload="rate_limit")
    assert isinstance(through_trouble(job), RateLimited)


def test_a_taskflow_task_can_wait_and_get_the_result(connected: StandIn) -> None:
    job = connected.add_job(duration=0.02)
    result = ModelsLabHook().get_result(job, timeout=10, poke_interval=0.01)
    assert result["id"] == str(job)
    assert result["output"] == connected.urls(job)


def test_the_pace_and_the_timeout_of_a_wait_may_be_timedeltas(connected: StandIn) -> None:
    job = connected.add_job(duration=60)
    intervals = {"timeout": 0.2, "poke_interval": 0.01, "max_wait": 0.05}
    with pytest.raises(FaceSwapTimeoutError):
        ModelsLabHook().get_result(
            job,
            exponential_backoff=True,
            **{name: timedelta(seconds=value) for name, value in intervals.items()},  # type: ignore[arg-type]
        )
    assert 3 <= connected.looks(job) <= 12
    with pytest.raises(ValueError, match="poke_interval"):
        ModelsLabHook().get_result(job, poke_interval=-1)


def test_a_failed_job_raises_with_the_api_s_words_the_id_and_what_to_do(connected: StandIn) -> None:
    job = connected.add_job(ending="failed", message="No face detected")
    with pytest.raises(
        FaceSwapFailedError, match=f"request {job}: the job failed: No face detected. This id stays"
    ):
        ModelsLabHook().get_result(job)


def test_a_deadline_raises_with_the_last_state_after_a_last_look(connected: StandIn) -> None:
    job = connected.add_job(duration=60)
    with pytest.raises(
        FaceSwapTimeoutError, match=f"request {job}: not complete at the deadline: processing"
    ):
        ModelsLabHook().get_result(job, timeout=0.2, poke_interval=10)
    assert connected.looks(job) == 2


def test_the_button_says_the_balance(connected: StandIn) -> None:
    assert ModelsLabHook().test_connection() == (True, "The key works; the balance is 43.6 USD.")


def test_the_button_says_that_a_key_is_not_accepted(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    works, said = connect(monkeypatch, standin.url, "quite-a-wrong-key").test_connection()
    assert not works
    assert "Invalid API key" in said
    assert "quite-a-wrong-key" not in said


def test_the_button_asks_a_dedicated_server_for_its_details(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = connect(monkeypatch, standin.url, standin.key, api_path="/api/v1/enterprise/faceswap")
    assert hook.test_connection()[0]
    assert standin.stats()["system"] == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://127.0.0.1:9", "could not be asked: .*Connection refused"), ("not a host", "host")],
)
def test_the_button_says_what_is_wrong_with_the_host(
    monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    works, words = connect(monkeypatch, url).test_connection()
    assert not works
    assert re.search(said, words)


def test_the_button_says_when_the_server_is_something_else(connected: StandIn) -> None:
    connected.fault("wallet", payload="html_404")
    assert ModelsLabHook().test_connection() == (
        False,
        "The server answered HTTP 404 without JSON; is the host right?",
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("wallet_owing", "True: .*balance is -3.25 USD"),
        ("system_details_success", "True: The key works."),
        ("empty_401", "False: .*not accepted: HTTP 401 .* password field"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v6/faceswap", "/api/v1/enterprise/faceswap"])
def test_the_button_understands_every_answer_about_the_key(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, path: str, payload: str, expected: str
) -> None:
    standin.fault("system" if "enterprise" in path else "wallet", payload=payload)
    works, words = connect(monkeypatch, standin.url, standin.key, api_path=path).test_connection()
    assert re.match(expected, f"{works}: {words}")


def test_an_unknown_id_at_a_short_deadline_is_told_as_one(connected: StandIn) -> None:
    with pytest.raises(RequestNotFoundError, match="request 5: the API does not know the id: still so at"):
        ModelsLabHook().get_result(5, timeout=0)
    assert ModelsLabHook().wait(5, timeout=0, known=True).kind is EndingKind.TIMEOUT


def test_a_missing_connection_is_named_with_what_to_create() -> None:
    with pytest.raises(InvalidConnectionError, match="no Airflow connection 'nowhere'"):
        ModelsLabHook("nowhere").fetch(1)


@pytest.mark.parametrize(
    "value",
    ['{"conn_type": "http", "password": "k"}', '{"conn_type": "modelslab"}', "modelslab://:k@not%20a%20host"],
)
def test_a_connection_that_cannot_be_used_is_named_with_what_to_correct(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", value)
    with pytest.raises(InvalidConnectionError, match=r"'modelslab_default' cannot be used: .* Correct it"):
        ModelsLabHook().fetch(1)


def test_debug_logs_of_a_call_do_not_show_the_key(
    connected: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ModelsLabHook().fetch(connected.add_job())
    assert caplog.text
    assert connected.key not in caplog.text
