"""What a wait says in the log."""

from __future__ import annotations

from airflow_provider_modelslab.protocol.outcome import Done, TryAgain, Waiting
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.story import Story

DONE = Done(FaceSwapResult("1", ("https://example.com/a.jpg",)))


def listen(total: int) -> tuple[Story, list[str]]:
    lines: list[str] = []
    return Story(total, 0, lambda text, *args: lines.append(text % args)), lines


def test_a_wait_says_something_when_the_state_changes_and_not_at_each_look() -> None:
    story, lines = listen(1)
    for now in range(2, 100, 2):
        story.tell("7", Waiting("processing"), now)
    story.tell("7", TryAgain("HTTP 502"), 100)
    story.tell("7", DONE, 130)
    assert lines == [
        "Request 7: processing (after 2 s).",
        "Request 7: HTTP 502 (after 100 s).",
        "Request 7: complete (after 130 s).",
    ]


def test_a_long_wait_is_heard_of_now_and_then_ever_more_seldom() -> None:
    story, lines = listen(1)
    for now in range(0, 7200, 10):
        story.tell("7", Waiting("processing"), now)
    assert 5 <= len(lines) <= 8


def test_a_thousand_waits_are_told_in_counts_and_few_lines() -> None:
    story, lines = listen(1000)
    for now in range(0, 120, 5):
        for request in range(1000):
            story.tell(str(request), DONE if request < now * 8 else Waiting("processing"), now)
    for request in range(1000):
        story.tell(str(request), DONE, 120)
    assert len(lines) <= 6
    assert lines[-1] == "1000 requests: 1000 done (after 120 s)."
