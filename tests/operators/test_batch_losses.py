"""A batch loses nothing that was paid for, pays for nothing twice, and tells of each item how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fsspec.implementations.local import LocalFileSystem

from airflow_provider_modelslab.batch import deferral, run
from airflow_provider_modelslab.batch.ledger import Ledger, Store
from airflow_provider_modelslab.exceptions import (
    BatchFailedError,
    BatchIncompleteError,
    FaceSwapExecutionTimeoutError,
    InsufficientCreditsError,
    InvalidSwapError,
    ModelsLabError,
)
from tests.operators.batches import accepted, lines, out_of_time_once, saved_by
from tests.plugins.saved import picture
from tests.support.deferring import Pushed, run_task

if TYPE_CHECKING:
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks", "short_slow_downs", "short_pauses", "prompt_looks")
STATES = ("saved", "failed", "unknown", "waiting", "not_submitted")


class Killed(BaseException):
    """As a signal, which no code of the worker handles."""


def fails_once(monkeypatch: pytest.MonkeyPatch, method: str, what: str) -> list[str]:
    """Let a local file system fail the first time that it is asked for a path with that in it."""
    original, failed = getattr(LocalFileSystem, method), []

    def failing(self: Any, path: Any, *args: Any, **kwargs: Any) -> Any:
        if what in str(path) and not failed:
            failed.append(str(path))
            raise OSError(5, "Input/output error")
        return original(self, path, *args, **kwargs)

    monkeypatch.setattr(LocalFileSystem, method, failing)
    return failed


def of_urls(count: int) -> list[dict[str, str]]:
    """Face swaps whose pictures need not be read."""
    return [
        {"face": "https://e.com/f.jpg", "image": f"https://e.com/{number}.jpg"} for number in range(count)
    ]


def in_flight_and_left(batch: Any, connected: StandIn, count: int) -> list[dict[str, Any]]:
    """Run a batch that is out of time with so many on their way; they end meanwhile."""
    connected.configure(submit={"duration": 60})
    with pytest.MonkeyPatch.context() as patch:
        soon = out_of_time_once(patch, lambda: accepted(connected) == count)
        with pytest.raises(FaceSwapExecutionTimeoutError):
            run_task(batch(in_flight=count, execution_timeout=soon))
    left = connected.submits(accepted=True)
    assert len(left) == count
    for each in left:
        connected.finish(each["id"])
    connected.configure(submit={"duration": 0.02})
    return left


@pytest.mark.parametrize("call", [("ls", "/out/05-"), ("ls", "/out"), ("info", "face.jpg")])
def test_what_cannot_be_looked_at_is_never_taken_for_missing_or_changed(
    batch: Any, connected: StandIn, folder: Path, monkeypatch: pytest.MonkeyPatch, call: tuple[str, str]
) -> None:
    images = [str(path) for path in sorted(folder.glob("*.jpg"))]
    run_task(batch(images=images))
    with monkeypatch.context() as patch:
        failed = fails_once(patch, *call)
        with contextlib.suppress(ModelsLabError):
            run_task(batch(images=images))
    assert failed
    assert run_task(batch(images=images))["saved"] == accepted(connected) == 6


def test_a_file_that_was_not_changed_is_not_read_again(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.batch import picture_files

    run_task(batch())
    read: list[str] = []
    monkeypatch.setattr(picture_files, "_digest", lambda _, path: read.append(path))
    assert run_task(batch())["saved"] == accepted(connected) == 6
    assert read == []


@pytest.mark.parametrize(
    ("name", "is_saved"),
    [(b"caf\xe9.jpg", False), (b"a#b?.jpg", True), (b"a[1]*%20.jpg", True), (b"{{x}}.jpg", False)],
)
def test_a_picture_with_an_odd_name_is_saved_or_told_of(
    batch: Any, folder: Path, name: bytes, is_saved: bool
) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(picture(seed="odd"))
    value = run_task(batch(max_failures=1))
    assert sum(value[each] for each in STATES) == value["total"] == len(lines(value)) == 7
    assert value["saved"] == 6 + is_saved


def test_a_picture_that_vanishes_fails_by_itself(
    batch: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.batch.sources import Sources

    check = Sources.check

    def then_remove(self: Any) -> None:
        check(self)
        (folder / "05.jpg").unlink()

    monkeypatch.setattr(Sources, "check", then_remove)
    assert run_task(batch(max_failures=1))["saved"] == 5


def test_links_to_pictures_are_pictures(batch: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    for each in folder.glob("*.jpg"):
        (tmp_path / "links" / each.name).symlink_to(each)
    assert run_task(batch(images=str(tmp_path / "links")))["saved"] == 6


def test_a_task_that_gave_nothing_is_told_of(batch: Any) -> None:
    operator = batch()
    operator.images = None  # what the output of a task renders to that returned nothing
    with pytest.raises(InvalidSwapError, match="was given None"):
        run_task(operator)


@pytest.mark.thorough
def test_what_failed_is_paid_for_once_in_a_try_however_often_it_resumes(
    batch: Any, connected: StandIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PARK_WORTH", 0.1)
    monkeypatch.setattr(deferral, "_COLLECT_AFTER", 0.05)
    connected.configure(queue_limit=4, submit={"duration": 0.5, "eta": "exact"})
    failing = b64encode((folder / "00.jpg").read_bytes()).decode()
    body = {"status": "failed", "id": 8, "message": "No face detected"}
    connected.fault("submit", holding=failing, body=body, times="always")
    with pytest.raises(BatchFailedError):
        run_task(batch(deferrable=True, in_flight=4, retry_failed=True))
    assert connected.stats()["submit"] - accepted(connected) == 1


def test_a_lost_answer_that_may_be_paid_twice_is_left_to_the_next_try(batch: Any, connected: StandIn) -> None:
    connected.fault("submit", accepts=True, reset=True)
    with pytest.raises(BatchIncompleteError):
        run_task(batch(in_flight=1, on_unknown="submit"))
    ti = Pushed()
    ti.try_number = 2
    assert run_task(batch(on_unknown="submit"), {"ti": ti})["saved"] == 6
    assert accepted(connected) == 7


def test_a_report_of_a_killed_run_is_not_believed(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.fault("submit", payload="no_credits", skip=2)
    with pytest.raises(InsufficientCreditsError):
        run_task(batch(in_flight=1))
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "write_report", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            run_task(batch())
    value = run_task(batch())
    assert {each["state"] for each in lines(value)} == {"saved"}
    assert all(each["files"] for each in lines(value))


def test_out_of_time_each_item_has_a_state(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.configure(submit={"duration": 60})
    ti, soon = Pushed(), out_of_time_once(monkeypatch, lambda: connected.stats()["fetch"] > 2)
    with pytest.raises(FaceSwapExecutionTimeoutError):
        run_task(batch(in_flight=2, execution_timeout=soon), {"ti": ti})
    value = ti.xcoms["batch"]
    assert (value["waiting"], value["not_submitted"], len(lines(value))) == (2, 4, 6)


def test_the_time_is_over_although_places_come_free_quickly(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = out_of_time_once(monkeypatch, lambda: accepted(connected) > 8)
    with pytest.raises(ModelsLabError, match="execution_timeout"):
        run_task(batch(swaps=of_urls(300), in_flight=8, execution_timeout=soon))
    assert accepted(connected) < 300


def test_what_is_paid_for_is_collected_before_what_is_new(
    batch: Any, connected: StandIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_flight_and_left(batch, connected, 6)
    for number in range(5):
        (folder / f"--{number}.jpg").write_bytes(picture(seed=f"new {number}"))  # of the first names
    connected.fault("submit", payload="rate_limit", times="always")
    ti, saved = Pushed(), saved_by(monkeypatch)
    soon = out_of_time_once(monkeypatch, lambda: len(saved) == 6)
    with pytest.raises(FaceSwapExecutionTimeoutError):
        run_task(batch(execution_timeout=soon), {"ti": ti})
    assert (ti.xcoms["batch"]["saved"], ti.xcoms["batch"]["not_submitted"]) == (6, 5)


def test_a_number_that_may_fail_lets_go_nothing_that_is_on_its_way(batch: Any, connected: StandIn) -> None:
    connected.configure(submit={"duration": 60})
    with pytest.raises(BatchIncompleteError):
        run_task(batch(in_flight=6, timeout=0.3, max_failures=6))


def test_never_more_are_in_the_queue_than_in_flight_says(batch: Any, connected: StandIn) -> None:
    connected.configure(submit={"duration": 60})
    with pytest.raises(BatchIncompleteError):
        run_task(batch(in_flight=2, timeout=0.3))
    assert accepted(connected) == 2


@pytest.mark.parametrize(
    ("on", "fault"), [("download", {"status": 403}), ("fetch", {"status": 502, "body": "<html>"})]
)
def test_where_no_result_can_be_had_no_more_is_paid_for(
    batch: Any, connected: StandIn, on: str, fault: dict[str, Any]
) -> None:
    connected.fault(on, times="always", **fault)
    with pytest.raises(ModelsLabError):
        run_task(batch(swaps=of_urls(12), in_flight=1, download_timeout=0.1))
    assert accepted(connected) < 12


def test_a_file_that_is_too_large_is_not_promised_to_another_try(batch: Any) -> None:
    with pytest.raises(BatchFailedError):
        run_task(batch(max_file_size=10))


def test_a_request_that_is_not_known_is_left_to_a_person(batch: Any, connected: StandIn) -> None:
    (paid,) = in_flight_and_left(batch, connected, 1)
    number = connected.fault("fetch", id=paid["id"], payload="not_found", times="always")
    with pytest.raises(BatchFailedError, match="Look for what is unknown"):
        run_task(batch(timeout=0.5))
    value = run_task(batch(timeout=0.5, max_failures=1))
    (told,) = [line for line in lines(value) if line["state"] == "unknown"]
    assert f"remove {told['record']}" in told["error"]
    connected.remove_fault(number)  # it was another account's key
    assert run_task(batch())["saved"] == accepted(connected) == 6


def test_secrets_of_urls_are_not_in_the_destination(batch: Any, tmp_path: Path) -> None:
    secret = "https://user:hunter2@example.com/a.jpg?access_token=s3cr3t&api_key=s3cr3t"
    run_task(batch(swaps=[{"face": "https://example.com/face.jpg", "image": secret}]))
    texts = [path.read_text() for path in (tmp_path / "out").rglob("*.json*")]
    assert len(texts) >= 2
    assert not [text for text in texts if "s3cr3t" in text or "hunter2" in text]


def test_where_the_report_cannot_be_written_what_ended_the_batch_is_told(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Store.write

    def failing(self: Any, name: str, *args: Any) -> None:
        if name == "batch.jsonl":
            raise OSError(28, "No space left on device")
        write(self, name, *args)

    monkeypatch.setattr(Store, "write", failing)
    with pytest.raises(ModelsLabError, match=r"batch\.jsonl could not be written"):
        run_task(batch())
    connected.fault("submit", payload="no_credits")
    with pytest.raises(InsufficientCreditsError):
        run_task(batch(face="https://e.com/f.jpg", images=["https://e.com/a.jpg"]))


@pytest.mark.parametrize("change", [{"request_id": None}, {"request_id": ""}, {"request_id": "its id"}])
def test_what_a_person_mistypes_costs_nothing(
    batch: Any, connected: StandIn, tmp_path: Path, change: dict[str, Any]
) -> None:
    connected.fault("submit", accepts=True, reset=True)
    with pytest.raises(BatchFailedError):
        run_task(batch(in_flight=1))
    (record,) = (tmp_path / "out").glob("*/swap-*.json")
    kept = json.loads(record.read_text())
    kept["value"].update({"state": "queued"} | change)
    record.write_text(json.dumps(kept))
    value = run_task(batch(max_failures=1))
    assert (value["saved"], value["unknown"], accepted(connected)) == (5, 1, 6)
    assert "is damaged" in next(line["error"] for line in lines(value) if line["state"] == "unknown")


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2))])
def test_ended_by_a_signal_at_random_moments_it_pays_once(batch: Any, connected: StandIn, seed: int) -> None:
    connected.configure(queue_limit=2, submit={"duration": 0.2})
    chance = random.Random(seed)

    def end(*_: Any) -> None:
        raise Killed

    before = signal.signal(signal.SIGALRM, end)
    try:
        for _ in range(5):
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.05, 0.9))
            with contextlib.suppress(Killed, ModelsLabError):
                run_task(batch())
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
    value = run_task(batch())
    assert value["saved"] == accepted(connected) == 6


@pytest.mark.thorough
def test_a_download_that_hangs_does_not_outlast_the_task(batch: Any, connected: StandIn) -> None:
    connected.fault("download", hang=True, times="always")
    began = time.monotonic()
    with pytest.raises(ModelsLabError):
        run_task(batch(in_flight=4, execution_timeout=timedelta(seconds=1), download_timeout=60))
    assert time.monotonic() - began < 30
