"""Many face swaps in one task: each paid once, whatever happens, and what stands is left alone."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab import metrics
from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.exceptions import (
    BatchFailedError,
    BatchIncompleteError,
    FaceSwapExecutionTimeoutError,
    InsufficientCreditsError,
    InvalidSwapError,
)
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from airflow_provider_modelslab.protocol.face_swap import FaceSwap
from tests.operators.batches import accepted, cleared, deferrals, lines, out_of_time_once
from tests.plugins.saved import picture
from tests.support.deferring import Pushed, run_task
from tests.support.recorded_stats import RecordedStats

if TYPE_CHECKING:
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("prompt_tasks", "short_slow_downs", "short_pauses", "prompt_looks")


def test_a_folder_is_swapped_once_and_reported_in_order(batch: Any, connected: StandIn) -> None:
    value = run_task(batch())

    assert value == {
        "total": 6, "new": 6, "saved": 6, "failed": 0, "unknown": 0, "waiting": 0, "not_submitted": 0,
        "left_out": 1, "duplicates": 0, "report": value["report"],
    }  # fmt: skip
    assert accepted(connected) == 6
    found = lines(value)
    assert [Path(line["input"]).name for line in found] == [f"{number:02}.jpg" for number in range(6)]
    for line in found:
        (file,) = line["files"]
        assert Path(file.removeprefix("file://")).read_bytes() == connected.content(int(line["id"]), 0)


def test_what_a_batch_does_is_counted(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = RecordedStats()
    monkeypatch.setattr(metrics, "_stats", lambda: recorded)
    connected.configure(queue_limit=2, submit={"duration": 0.15})
    run_task(batch(in_flight=3))

    counted = recorded.short()
    assert (
        counted["submitted"] == counted["results"] == counted["results.done"] == counted["saved_files"] == 6
    )
    assert counted["queue_full"] >= 1
    assert counted["looks"] == connected.stats()["fetch"]


def test_run_again_it_finds_what_stands_and_swaps_what_is_new(
    batch: Any, connected: StandIn, folder: Path
) -> None:
    first = lines(run_task(batch()))
    (folder / "99.jpg").write_bytes(picture(seed="new"))
    second = run_task(batch())

    assert (second["saved"], second["new"]) == (7, 1)
    assert accepted(connected) == 7
    assert lines(second)[:6] == first


def test_a_changed_picture_is_a_new_swap_and_a_touched_one_is_not(
    batch: Any, connected: StandIn, folder: Path
) -> None:
    run_task(batch())
    (folder / "00.jpg").touch()
    (folder / "01.jpg").write_bytes(picture(seed="changed"))
    value = run_task(batch())

    assert value["saved"] == 6
    assert accepted(connected) == 7
    (file,) = lines(value)[1]["files"]
    assert Path(file.removeprefix("file://")).read_bytes() == connected.content(int(lines(value)[1]["id"]), 0)
    folder_of_it = Path(file.removeprefix("file://")).parent
    assert len([path for path in folder_of_it.iterdir() if path.suffix == ".jpg"]) == 1
    assert run_task(batch()) == {**value, "new": 0}
    assert accepted(connected) == 7


def test_duplicates_are_swapped_once(batch: Any, connected: StandIn) -> None:
    swap = {"face": "https://example.com/face.jpg", "image": "https://example.com/a.jpg?token=1"}
    value = run_task(batch(swaps=[swap, {**swap, "image": "https://example.com/b.jpg"}, swap]))

    assert (value["total"], value["saved"], value["duplicates"]) == (2, 2, 1)
    assert accepted(connected) == 2
    assert "token" not in json.dumps(lines(value))


@pytest.mark.parametrize("in_flight", [None, 3, 64])
def test_a_full_queue_is_filled_and_not_run_against(
    batch: Any, connected: StandIn, in_flight: int | None
) -> None:
    connected.configure(queue_limit=3)
    value = run_task(batch(in_flight=in_flight))

    assert value["saved"] == accepted(connected) == 6
    if in_flight != 64:
        assert len(connected.submits()) <= 8


def test_failures_are_the_item_s_and_the_rest_goes_on(batch: Any, connected: StandIn) -> None:
    connected.fault("submit", body={"status": "failed", "id": 7, "message": "No face detected"})
    with pytest.raises(BatchFailedError, match=r"1 of 6 face swaps have no files, 1 of them for good"):
        run_task(batch(in_flight=1))
    value = run_task(batch(max_failures=1))

    assert (value["saved"], value["failed"]) == (5, 1)
    assert "No face detected" in lines(value)[0]["error"]
    assert accepted(connected) == 5
    assert run_task(batch(retry_failed=True), cleared())["saved"] == 6
    assert accepted(connected) == 6


def test_what_concerns_the_account_stops_the_submitting_and_keeps_what_was_paid_for(
    batch: Any, connected: StandIn
) -> None:
    connected.fault("submit", payload="no_credits", skip=2)
    with pytest.raises(InsufficientCreditsError):
        run_task(batch(in_flight=1))
    assert accepted(connected) == 2
    value = run_task(batch())
    assert value["saved"] == accepted(connected) == 6


def test_bad_input_is_refused_before_anything_is_paid_for(batch: Any, connected: StandIn) -> None:
    good = {"face": "https://example.com/f.jpg", "image": "https://example.com/a.jpg"}
    for swaps in (
        [good, {"face": "x"}],
        [good, {**good, "nonsense": 1}],
        [good, 7],
        [good, {**good, "video": "y"}],
    ):
        with pytest.raises(InvalidSwapError):
            run_task(batch(swaps=swaps))
    for images in (["/a.jpg", "relative.jpg"], ["/a.jpg", None], ["/a.jpg", "https://example.com/b.jpg"]):
        with pytest.raises(InvalidSwapError, match="Swap 2 of the batch"):
            run_task(batch(images=images))
    with pytest.raises(InvalidSwapError, match="is not there"):
        run_task(batch(face="/no/such/face.jpg"))
    assert connected.submits() == []


@pytest.mark.parametrize(
    "arguments",
    [{}, {"swaps": [], "images": "/x"}, {"images": "/x"}, {"face": "/f", "images": "/x", "in_flight": 0},
     {"face": "/f", "images": "/x", "if_exists": "skip"}, {"face": "/f", "images": "/x", "on_unknown": "x"},
     {"face": "/f", "images": "/x", "max_failures": -1}],
)  # fmt: skip
def test_arguments_that_make_no_sense_are_refused_as_the_dag_is_parsed(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"batch|in_flight|on_unknown|max_failures"):
        FaceSwapBatchOperator(task_id="batch", destination="/tmp/x", **arguments)


def killed_at(moment: str, batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a batch whose worker dies at the third item, at that moment: no further line of it is run."""
    from airflow_provider_modelslab.batch import ledger, swap_item, wait_item

    class Killed(BaseException):
        """As SIGKILL, which no code of the worker sees."""

    calls = 0

    def dies_in(function: Any, *, after: bool) -> Any:
        def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls != 3:
                return function(self, *args, **kwargs)
            if after:
                function(self, *args, **kwargs)
            raise Killed

        return wrapped

    target, name, after = {
        "before the note": (ledger.Ledger, "keep", False),
        "after the answer": (wait_item.WaitForItem, "until_ended", False),
        "before the files": (swap_item.SwapItem, "_save_files", False),
        "before the end is noted": (ledger.Ledger, "settle", False),
        "after the end is noted": (ledger.Ledger, "settle", True),
    }[moment]
    with monkeypatch.context() as patch:
        patch.setattr(target, name, dies_in(getattr(target, name), after=after))
        with contextlib.suppress(Killed, BatchIncompleteError, BatchFailedError):
            run_task(batch(in_flight=1))


@pytest.mark.parametrize(
    "moment",
    [
        "before the note",
        "after the answer",
        "before the files",
        "before the end is noted",
        "after the end is noted",
    ],
)
def test_killed_at_any_moment_the_next_run_pays_for_nothing_twice(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    killed_at(moment, batch, connected, monkeypatch)
    value = run_task(batch())

    assert value["saved"] == 6
    assert accepted(connected) == 6


def test_a_lost_answer_is_left_to_a_person_or_submitted_again_where_asked(
    batch: Any, connected: StandIn
) -> None:
    connected.fault("submit", accepts=True, reset=True)
    with pytest.raises(BatchFailedError):
        run_task(batch(in_flight=1))
    value = run_task(batch(max_failures=1))
    assert (value["saved"], value["unknown"]) == (5, 1)
    assert "may have been queued and paid for" in lines(value)[0]["error"]
    assert accepted(connected) == 6

    assert run_task(batch(on_unknown="submit"), cleared())["saved"] == 6
    assert accepted(connected) == 7


def test_long_waits_are_left_to_the_triggerer(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.batch import deferral, run

    monkeypatch.setattr(run, "PARK_WORTH", 0.1)
    monkeypatch.setattr(deferral, "_COLLECT_AFTER", 0.05)
    connected.configure(queue_limit=3, submit={"duration": 0.5, "eta": "exact"})
    deferred = deferrals(monkeypatch)
    value = run_task(batch(deferrable=True, in_flight=3))

    assert value["saved"] == accepted(connected) == 6
    assert "FaceSwapResultTrigger" in deferred
    assert len(lines(value)) == 6


def test_the_report_is_kept_while_the_batch_goes_on(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the run after a killed one need not read the notes of all."""
    from airflow_provider_modelslab.batch import progress
    from airflow_provider_modelslab.batch.to_do import ToDo

    monkeypatch.setattr(progress, "REPORT_INTERVAL", 0.0)
    kept: list[int] = []
    original = ToDo.keep_report

    def noted(to_do: ToDo) -> None:
        original(to_do)
        kept.append(len(to_do.ledger.read_report().splitlines()))

    monkeypatch.setattr(ToDo, "keep_report", noted)
    run_task(batch(in_flight=2))
    assert kept == sorted(kept)
    assert any(0 < count < 6 for count in kept)


def test_a_report_that_is_kept_says_of_what_it_has_not_come_to_what_it_said_before(
    batch: Any, connected: StandIn, tmp_path: Path
) -> None:
    from airflow_provider_modelslab.batch.to_do import look

    value = run_task(batch())
    told, task = lines(value), batch()
    sources = {"swaps": None, "face": task.face, "images": task.images, "videos": None, "common": {}}
    look(task.destination, -1, **sources).keep_report()
    assert lines(value) == told


def test_room_is_waited_for_by_the_triggerer_where_nothing_else_is_left(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.batch import run
    from airflow_provider_modelslab.protocol import poll_intervals

    monkeypatch.setattr(run, "PARK_WORTH", 0.05)
    monkeypatch.setattr(poll_intervals, "SLOW_DOWN_LONGEST", 0.3)
    connected.fault("submit", payload="rate_limit")
    deferred = deferrals(monkeypatch)
    value = run_task(batch(deferrable=True, in_flight=1))

    assert value["saved"] == accepted(connected) == 6
    assert deferred[0] == "QueueRoomTrigger"


def test_a_batch_that_is_out_of_time_says_so_and_the_next_run_goes_on(
    batch: Any, connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.configure(submit={"duration": 60})
    with monkeypatch.context() as patch:
        soon = out_of_time_once(patch, lambda: accepted(connected) == 2)
        with pytest.raises(FaceSwapExecutionTimeoutError, match="what is on its way is on record"):
            run_task(batch(in_flight=2, execution_timeout=soon))
    assert accepted(connected) == 2
    for each in connected.submits(accepted=True):
        connected.finish(each["id"])
    connected.configure(submit={"duration": 0.02})

    assert run_task(batch())["saved"] == accepted(connected) == 6


def test_too_many_failures_stop_the_submitting_where_a_number_of_them_is_allowed(
    batch: Any, connected: StandIn
) -> None:
    connected.fault("submit", body={"status": "failed", "message": "No face detected"}, times="always")
    with pytest.raises(BatchFailedError):
        run_task(batch(in_flight=1, max_failures=0.2))
    assert connected.stats()["submit"] == 2
    with pytest.raises(BatchFailedError):
        run_task(batch(in_flight=1, max_failures=2))
    assert connected.stats()["submit"] == 5
    with pytest.raises(BatchFailedError, match="6 of 6"):
        run_task(batch(in_flight=1))
    assert connected.stats()["submit"] == 6


def test_what_failed_in_an_earlier_run_does_not_stop_the_new_ones(
    batch: Any, connected: StandIn, folder: Path
) -> None:
    connected.fault("submit", body={"status": "failed", "message": "No face detected"}, times=3)
    with pytest.raises(BatchFailedError):
        run_task(batch(in_flight=1))
    (folder / "99.jpg").write_bytes(picture(seed="new"))
    with pytest.raises(BatchFailedError, match="3 of 7"):
        run_task(batch(in_flight=1, max_failures=2))
    assert accepted(connected) == 4


def test_another_airflow_whose_connections_have_other_names_finds_what_stands() -> None:
    swaps = [
        FaceSwap(face=f"s3://{conn}bucket/face.jpg", image=f"s3://{conn}bucket/a.jpg")
        for conn in ("aws_default@", "other@", "")
    ]
    assert len({Item(swap).name for swap in swaps}) == len({Item(swap).fingerprint for swap in swaps}) == 1
    urls = [FaceSwap(face="https://e.com/f.jpg", image=f"https://{name}@e.com/a.jpg") for name in "ab"]
    assert len({Item(swap).name for swap in urls}) == 2


def test_what_is_said_for_all_is_said_for_each(batch: Any, connected: StandIn) -> None:
    run_task(batch(watermark=False))
    assert {each["parameters"]["watermark"] for each in connected.submits()} == {False}


def test_the_results_of_another_task_are_pictures_too(batch: Any, connected: StandIn, tmp_path: Path) -> None:
    first = run_task(
        FaceSwapOperator(
            task_id="swap",
            face="https://example.com/a.jpg",
            image="https://example.com/b.jpg",
            destination=str(tmp_path / "first"),
        )
    )
    value = run_task(batch(images=[first, str(tmp_path / "face.jpg")]))
    assert value["saved"] == 2
    assert lines(value)[0]["input"] == first["files"][0]["uri"]
    assert run_task(batch(images=first))["total"] == 1
    assert run_task(batch(images=[]))["total"] == 0


def test_a_person_tells_the_record_what_became_of_a_lost_answer(batch: Any, connected: StandIn) -> None:
    connected.fault("submit", accepts=True, reset=True)
    with pytest.raises(BatchFailedError):
        run_task(batch(in_flight=1))
    (unknown,) = [each for each in lines(run_task(batch(max_failures=1))) if each["state"] == "unknown"]
    assert unknown["record"] in unknown["error"]
    record = Path(unknown["record"].removeprefix("file://"))
    (lost,) = [each for each in connected.submits() if str(each["track_id"]) == str(unknown["track_id"])]
    kept = json.loads(record.read_text())
    kept["value"].update({"state": "queued", "request_id": str(lost["id"])})
    record.write_text(json.dumps(kept))

    assert run_task(batch())["saved"] == accepted(connected) == 6


def test_the_report_and_counts_are_told_to_the_outlets(batch: Any, connected: StandIn) -> None:
    from types import SimpleNamespace

    event = SimpleNamespace(extra={})
    value = run_task(batch(outlets=[]), context := {"ti": Pushed(), "outlet_events": {"faces": event}})
    operator = batch()
    operator.outlets = ["faces"]
    assert run_task(operator, context) == {**value, "new": 0}
    assert event.extra == {**value, "new": 0}
