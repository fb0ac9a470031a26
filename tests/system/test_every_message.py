"""Every message, raised as a user would meet it; `python -m tests.system.test_every_message` prints them.

Read them together: what happened, to which request, and what helps at three in the morning.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_modelslab import exceptions
from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from airflow_provider_modelslab.protocol import poll_intervals
from airflow_provider_modelslab.saving import retry_budget
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from airflow_provider_modelslab.task.results_to_show import read_results
from tests.operators import FACE, IMAGE, first_try
from tests.support.connections import connection_json
from tests.support.deferring import run_task
from tests.support.standin import Media, StandIn

CONN = "AIRFLOW_CONN_MODELSLAB_DEFAULT"


class Stage:
    """What a row of the table works with: the stand-in, a folder, and the environment until the row's end."""

    def __init__(self, server: StandIn, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.server, self.folder, self.patch = server, folder, patch
        self.connect()

    def connect(self, **fields: Any) -> None:
        key, host = fields.pop("key", self.server.key), fields.pop("host", self.server.url)
        self.patch.setenv(CONN, connection_json(host, key, **fields))

    def faulty(self, on: str = "fetch", **fault: Any) -> None:
        self.server.fault(on, times="always", **fault)

    def result(self, request_id: Any = "7", **arguments: Any) -> Any:
        task = FaceSwapResultOperator(task_id="get", request_id=request_id, **{"timeout": 30, **arguments})
        task.save_options = replace(task.save_options, url_patience=0.0)
        return run_task(task)

    def faulty_files(self, **fault: Any) -> None:
        for on in ("file", "proxy"):
            self.faulty(on, **fault)

    def saved(self, **job: Any) -> Any:
        self.server.add_job("7", **job)
        return self.result(destination=str(self.folder / "files"))

    def swap(self, store: bool = True, **arguments: Any) -> Any:
        given = {"face": FACE, "image": IMAGE, "timeout": 30, "poke_interval": 0.02, **arguments}
        return run_task(FaceSwapOperator(task_id="swap", **given), first_try(store=store))

    def batch(self, **arguments: Any) -> Any:
        given = {"swaps": [{"face": FACE, "image": IMAGE}], "destination": str(self.folder / "batch")}
        return run_task(FaceSwapBatchOperator(task_id="batch", **{**given, **arguments}))

    def picture(self, face: str) -> Any:
        (self.folder / "image.jpg").write_bytes(Media("jpg").whole())
        return self.swap(face=face, image=str(self.folder / "image.jpg"))

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return str(self.folder / name)


def _submitted_then_lost(stage: Stage) -> Any:
    stage.server.configure(submit={"duration": 6000})
    return stage.swap(store=False, timeout=0.05)


#: What is done, and the class of the error that it has to end in.
TABLE: dict[str, tuple[type[ModelsLabError], Callable[[Stage], Any]]] = {
    "no such connection": (
        exceptions.InvalidConnectionError,
        lambda stage: stage.result(modelslab_conn_id="elsewhere"),
    ),
    "no key": (exceptions.InvalidConnectionError, lambda stage: (stage.connect(key=""), stage.result())),
    "a host that is none": (
        exceptions.InvalidConnectionError,
        lambda stage: (stage.connect(host="http://a b"), stage.result()),
    ),
    "a wrong api_path": (
        exceptions.InvalidConnectionError,
        lambda stage: (stage.faulty(status=404, body="<html>Not Found</html>"), stage.result()),
    ),
    "a wrong api_path at submit": (
        exceptions.InvalidConnectionError,
        lambda stage: (stage.faulty("submit", status=404, body="<html>Not Found</html>"), stage.swap()),
    ),
    "a SOCKS proxy": (
        exceptions.InvalidConnectionError,
        lambda stage: (
            stage.patch.setenv("NO_PROXY", ""),
            stage.patch.setenv("HTTP_PROXY", "socks5://user:pw-of-proxy@127.0.0.1:1"),
            stage.swap(),
        ),
    ),
    "an empty id": (exceptions.InvalidRequestIdError, lambda stage: stage.result("")),
    "an id that rendered to nothing": (exceptions.InvalidRequestIdError, lambda stage: stage.result("None")),
    "an id with a line break": (exceptions.InvalidRequestIdError, lambda stage: stage.result("90\n1")),
    "a whole answer for an id": (exceptions.InvalidRequestIdError, lambda stage: stage.result('{"id": 7}')),
    "a truth for an id": (exceptions.InvalidRequestIdError, lambda stage: stage.result("True")),
    "a list as text for an id": (exceptions.InvalidRequestIdError, lambda stage: stage.result("[1, 2]")),
    "a relative destination": (
        exceptions.InvalidDestinationError,
        lambda stage: stage.result(destination="files"),
    ),
    "a destination of no known scheme": (
        exceptions.InvalidDestinationError,
        lambda stage: stage.result(destination="nosuch://bucket/files"),
    ),
    "a destination with a missing connection": (
        exceptions.InvalidDestinationError,
        lambda stage: stage.result(destination="s3://nobody@bucket/files"),
    ),
    "a destination that is a file": (
        exceptions.InvalidDestinationError,
        lambda stage: stage.result(destination=stage.file("there", "") + "/below"),
    ),
    "a batch of which one fails": (
        exceptions.BatchFailedError,
        lambda stage: (stage.faulty("submit", body={"status": "failed", "id": 7}), stage.batch()),
    ),
    "a batch of which an answer is lost": (
        exceptions.BatchFailedError,
        lambda stage: (stage.faulty("submit", accepts=True, reset=True), stage.batch()),
    ),
    "a batch of which one takes too long": (
        exceptions.BatchIncompleteError,
        lambda stage: (stage.server.configure(submit={"duration": 6000}), stage.batch(timeout=0.05)),
    ),
    "a batch with a bad swap": (
        exceptions.InvalidSwapError,
        lambda stage: stage.batch(swaps=[{"face": FACE, "picture": IMAGE}]),
    ),
    "neither picture nor clip": (exceptions.InvalidSwapError, lambda stage: stage.swap(image=None)),
    "a face that is a folder": (
        exceptions.InvalidSwapError,
        lambda stage: stage.swap(face=str(stage.folder), image=str(stage.folder)),
    ),
    "a face that is a text": (
        exceptions.InvalidSwapError,
        lambda stage: stage.picture(stage.file("face.jpg", "not a picture")),
    ),
    "a face that is not there": (
        exceptions.InvalidSwapError,
        lambda stage: stage.picture("/nowhere/face.jpg"),
    ),
    "no consent": (
        exceptions.MissingConsentError,
        lambda stage: (stage.connect(require_consent=True), stage.swap()),
    ),
    "a wrong key": (
        exceptions.InvalidKeyError,
        lambda stage: (stage.connect(key="wrong-key-0"), stage.result()),
    ),
    "no credits": (
        exceptions.InsufficientCreditsError,
        lambda stage: (stage.faulty(status=402, body={"status": "error"}), stage.result()),
    ),
    "no credits for a swap": (
        exceptions.InsufficientCreditsError,
        lambda stage: (stage.faulty("submit", status=402, body={"status": "error"}), stage.swap()),
    ),
    "the wrong plan": (
        exceptions.SubscriptionRequiredError,
        lambda stage: (stage.faulty(status=403, body={"message": "Premium only"}), stage.result()),
    ),
    "fault found with the call": (
        exceptions.InvalidRequestError,
        lambda stage: (stage.faulty(status=400, body={"message": "The id is invalid"}), stage.result()),
    ),
    "no face in the picture": (
        exceptions.InvalidRequestError,
        lambda stage: (
            stage.faulty("submit", body={"status": "error", "message": "No face detected in the image"}),
            stage.swap(),
        ),
    ),
    "an error that is not explained": (
        exceptions.ModelsLabUnavailableError,
        lambda stage: (stage.faulty("submit", body={"status": "error", "message": "Odd"}), stage.swap()),
    ),
    "a failed job": (
        exceptions.FaceSwapFailedError,
        lambda stage: (stage.server.add_job("7", ending="failed"), stage.result()),
    ),
    "a failed job that may be paid for again": (
        exceptions.FaceSwapFailedRetryableError,
        lambda stage: (stage.faulty("submit", payload="failed"), stage.swap(resubmit_failed=True)),
    ),
    "a job that is not done in time": (
        exceptions.FaceSwapTimeoutError,
        lambda stage: (stage.server.add_job("7", duration=6000), stage.result(timeout=0.05)),
    ),
    "the hook's wait is over": (
        exceptions.FaceSwapTimeoutError,
        lambda stage: (
            stage.server.add_job("7", duration=6000),
            ModelsLabHook().get_result("7", timeout=0.05),
        ),
    ),
    "an id that the API does not know": (exceptions.RequestNotFoundError, lambda stage: stage.result()),
    "an id that the API does not know, by the hook": (
        exceptions.RequestNotFoundError,
        lambda stage: ModelsLabHook().get_result("7", timeout=0.05),
    ),
    "a sensor in the same trouble": (
        exceptions.RequestNotFoundError,
        lambda stage: run_task(FaceSwapResultSensor(task_id="wait", request_id="7", timeout=30)),
    ),
    "the API is away": (
        exceptions.ModelsLabUnavailableError,
        lambda stage: (stage.connect(host="http://127.0.0.1:9"), stage.result()),
    ),
    "one of three failed": (
        exceptions.FaceSwapFailedError,
        lambda stage: (
            [stage.server.add_job(str(at), ending="failed" if at == 2 else "success") for at in (1, 2, 3)],
            stage.result(["1", "2", "3"]),
        ),
    ),
    "a full queue": (
        exceptions.QueueFullError,
        lambda stage: (stage.server.configure(queue_limit=0), stage.swap(queue_timeout=0)),
    ),
    "a lost answer": (
        exceptions.SubmissionUnknownError,
        lambda stage: (stage.faulty("submit", reset=True), stage.swap()),
    ),
    "a result that was not had before Airflow 3.3": (
        exceptions.ResultNotCollectedError,
        _submitted_then_lost,
    ),
    "a link that has expired": (
        exceptions.ExpiredUrlError,
        lambda stage: (stage.faulty_files(status=410), stage.saved()),
    ),
    "a file that never comes": (
        exceptions.DownloadError,
        lambda stage: (stage.faulty_files(status=503), stage.saved()),
    ),
    "a page in place of a file": (
        exceptions.InvalidContentError,
        lambda stage: (stage.faulty_files(body="<html></html>"), stage.saved()),
    ),
    "a file on a private address": (
        exceptions.UnsafeUrlError,
        lambda stage: (stage.connect(allow_private_downloads=False), stage.saved()),
    ),
    "a file that is too large": (
        exceptions.FileTooLargeError,
        lambda stage: (
            stage.server.add_job("7"),
            stage.result(destination=str(stage.folder), max_file_size=10),
        ),
    ),
    "a result that stands already": (
        exceptions.DestinationExistsError,
        lambda stage: (
            stage.saved(),
            stage.result(destination=str(stage.folder / "files"), if_exists="fail"),
        ),
    ),
    "a text to approve": (exceptions.InvalidResultsError, lambda _: read_results("[{'id': '7'}]")),
    "nothing to approve": (exceptions.InvalidResultsError, lambda _: read_results([None])),
    "a swap to approve that goes on": (
        exceptions.InvalidResultsError,
        lambda _: read_results({"id": "7", "status": "processing"}),
    ),
}
#: Words of which each message has at least one: it says what to do, or that nothing was done.
ADVICE = re.compile(
    r"\b(check|correct|add|give|pass|set|name|create|clear|call|install|upgrade|submit|run|raise|remove|get|"
    r"choose|look|Nothing was|must be|use|write|means)\b",
    re.IGNORECASE,
)


def raised(stage: Stage, act: Callable[[Stage], Any]) -> ModelsLabError:
    """The error that a row ends in."""
    with pytest.raises(ModelsLabError) as caught:
        act(stage)
    return caught.value


def spare_pauses(patch: pytest.MonkeyPatch) -> None:
    for module, name, value in (
        (poll_intervals, "TROUBLE_FIRST", 0.0001),
        (retry_budget, "FIRST_PAUSE", 0.001),
    ):
        patch.setattr(module, name, value)


def test_every_class_of_error_is_in_the_table() -> None:
    told = {cls for cls, _ in TABLE.values()}
    abstract = {exceptions.ModelsLabError, exceptions.RequestRefusedError}
    in_airflow_only = {exceptions.FaceSwapExecutionTimeoutError}
    every = {cls for cls in vars(exceptions).values() if isinstance(cls, type)}
    assert {cls for cls in every if issubclass(cls, ModelsLabError)} - told == abstract | in_airflow_only


@pytest.mark.usefixtures("prompt_looks")
@pytest.mark.parametrize("name", TABLE)
def test_a_message_says_what_happened_and_what_to_do(
    name: str, standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare_pauses(monkeypatch)
    cls, act = TABLE[name]
    error = raised(Stage(standin, tmp_path, monkeypatch), act)
    text = str(error)
    assert type(error) is cls
    assert text.endswith((".", "!", "?"))
    assert not re.search(r"\.\.|  |\bNone\b(?!')|[a-z]\.[A-Z][a-z]+ [a-z]", text), text
    assert ADVICE.search(text), text
    assert standin.key not in text
    assert "pw-of-proxy" not in text
    assert error.conn_id in (None, "modelslab_default", "elsewhere")


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("a wrong key", {"request_id": "7", "conn_id": "modelslab_default", "http_status": 401}),
        ("a failed job", {"request_id": "7", "conn_id": "modelslab_default"}),
        ("a link that has expired", {"request_id": "7", "http_status": 410, "host": "127.0.0.1"}),
        ("a file that never comes", {"request_id": "7", "http_status": 503, "host": "127.0.0.1"}),
        ("no credits for a swap", {"conn_id": "modelslab_default", "http_status": 402}),
        ("no consent", {"conn_id": "modelslab_default"}),
        ("no such connection", {"conn_id": "elsewhere"}),
    ],
)
def test_an_error_knows_what_its_text_says(
    name: str,
    facts: dict[str, Any],
    standin: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spare_pauses(monkeypatch)
    error = raised(Stage(standin, tmp_path, monkeypatch), TABLE[name][1])
    assert {fact: getattr(error, fact) for fact in facts} == facts


def main() -> None:
    """Print every message."""
    os.environ["NO_PROXY"] = "*"
    for name, (_, act) in TABLE.items():
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            server = stack.enter_context(StandIn())
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            spare_pauses(patch)
            error = raised(Stage(server, Path(folder), patch), act)
            print(f"\n{name}\n  {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
