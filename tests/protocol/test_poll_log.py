"""What a wait says in the log."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.outcome import Done, InProgress, TransientFailure
from airflow_provider_modelslab.protocol.poll_log import PollLog
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.result import FaceSwapResult

DONE = Done(FaceSwapResult("1", ("https://example.com/a.jpg",)))


def listen(total: int, started: float = 0) -> tuple[PollLog, list[str]]:
    lines: list[str] = []
    return PollLog(total, started, lambda text, *args: lines.append(text % args)), lines


def test_a_wait_says_something_when_the_state_changes_and_not_at_each_look() -> None:
    story, lines = listen(1)
    for now in range(2, 100, 2):
        story.tell("7", InProgress("processing"), now)
    story.tell("7", TransientFailure("HTTP 502"), 100)
    story.tell("7", DONE, 130)
    assert lines == [
        "Request 7: processing (after 2 s).",
        "Request 7: HTTP 502 (after 100 s).",
        "Request 7: complete (after 130 s).",
    ]


def test_a_long_wait_is_heard_of_now_and_then_ever_more_seldom() -> None:
    story, lines = listen(1)
    for now in range(0, 7200, 10):
        story.tell("7", InProgress("processing"), now)
    assert 5 <= len(lines) <= 8


def test_a_thousand_waits_are_told_in_counts_and_few_lines() -> None:
    story, lines = listen(1000)
    for now in range(0, 120, 5):
        for request in range(1000):
            story.tell(str(request), DONE if request < now * 8 else InProgress("processing"), now)
    for request in range(1000):
        story.tell(str(request), DONE, 120)
    assert len(lines) <= 6
    assert lines[-1] == "1000 requests: 1000 done (after 120 s)."


def test_up_to_three_requests_are_told_apart_and_more_are_counted() -> None:
    for total, expected in (
        (3, "Request 1: processing (after 5 s)."),
        (4, "4 requests: 1 processing (after 40 s)."),
    ):
        story, lines = listen(total, started=1000)
        story.tell("1", InProgress("processing"), 1005 if total == 3 else 1040)
        assert lines == [expected]


def test_a_change_from_queued_to_processing_is_told() -> None:
    story, lines = listen(1)
    story.tell("7", InProgress("queued"), 1)
    story.tell("7", InProgress("processing"), 2)
    assert lines == ["Request 7: queued (after 1 s).", "Request 7: processing (after 2 s)."]


def test_counts_are_told_twice_a_minute_at_most_and_at_the_end_at_once() -> None:
    story, lines = listen(4, started=1000)
    for now, done in ((1000, 0), (1029, 1), (1030, 2), (1059, 3), (1061, 4)):
        for request in range(4):
            story.tell(str(request), DONE if request < done else InProgress("processing"), now)
    assert lines == [
        "4 requests: 2 processing, 2 done (after 30 s).",
        "4 requests: 4 done (after 61 s).",
    ]


@pytest.mark.parametrize("total", [1, 4])
def test_a_reminder_comes_after_five_minutes_and_then_when_the_wait_has_doubled(total: int) -> None:
    story, lines = listen(total, started=1000)
    told = []
    for now in range(1000, 2300):
        before = len(lines)
        story.tell("7", InProgress("processing"), now)
        told += [now - 1000] * (len(lines) - before)
    assert told == [0, 300, 600, 1200] if total == 1 else [300, 600, 1200]


def test_looks_in_turn_tell_how_many_have_ended_and_how_the_next_one_stands() -> None:
    lines: list[str] = []
    story = PollLog(3, 0, lambda text, *args: lines.append(text % args), in_turn=True)
    looks = [("1", DONE), ("2", InProgress("queued")), ("2", Ending(EndingKind.FAILED, "No face"))]
    for now, (request, seen) in enumerate([*looks, ("3", InProgress("processing")), ("3", DONE)]):
        story.tell(request, seen, now)
    assert lines == [
        "1 of 3 complete; request 2: queued (after 1 s).",
        "1 of 3 complete, 1 failed; request 2: failed: No face (after 2 s).",
        "1 of 3 complete, 1 failed; request 3: processing (after 3 s).",
    ]


def test_a_thousand_looks_in_turn_are_few_lines_the_last_of_them_the_end() -> None:
    lines: list[str] = []
    story = PollLog(1000, 0, lambda text, *args: lines.append(text % args), in_turn=True)
    for request in range(1000):
        story.tell(str(request), InProgress("processing"), request / 10)
        story.tell(str(request), DONE, request / 10)
    assert len(lines) <= 6
    assert lines[0] == "1000 requests; request 0: processing (after 0 s)."
    assert lines[-1] == "1000 of 1000 complete (after 100 s)."
