"""The wait as a state machine."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    Outcome,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_intervals import Pace
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, PollState, describe
from airflow_provider_modelslab.protocol.result import FaceSwapResult

RESULT = FaceSwapResult("1", ("https://example.com/a.jpg",))
WAIT = PollState(started=1000, deadline=2000, max_failures=3)


def wait_after(*seen: tuple[float, Outcome]) -> PollState:
    """The wait after these looks, each at its time, none of which ends it."""
    wait = WAIT
    for now, outcome in seen:
        step = wait.after(outcome, now, 0)
        assert isinstance(step, PollState)
        wait = step
    return wait


@pytest.mark.parametrize(
    ("outcome", "ending"),
    [
        (Done(RESULT), Ending(EndingKind.DONE, result=RESULT)),
        (JobFailed("no face"), Ending(EndingKind.FAILED, "no face")),
        (Refused(Refusal.KEY, "bad key"), Ending(EndingKind.REFUSED, "bad key", Refusal.KEY)),
    ],
)
def test_a_final_outcome_ends_the_wait_even_past_the_deadline(outcome: Outcome, ending: Ending) -> None:
    assert WAIT.after(outcome, 1001, 0) == ending
    assert WAIT.after(outcome, 9999, 0) == ending


def test_a_running_job_is_looked_at_again() -> None:
    step = WAIT.after(InProgress("processing", eta=8.4), 1001, 0)
    assert isinstance(step, PollState)
    assert (step.next_poll, step.looks, step.failures) == (pytest.approx(1009.55), 1, 0)


def test_an_eta_that_stands_still_is_not_believed_again() -> None:
    absurd = InProgress("processing", eta=605)
    step = WAIT.after(absurd, 1000, 0)
    assert isinstance(step, PollState)
    assert step.next_poll == 1010
    step = step.after(absurd, 1010, 0)
    assert isinstance(step, PollState)
    assert step.next_poll == pytest.approx(1012, abs=0.1)
    step = step.after(InProgress("processing", eta=100), 1013, 0)
    assert isinstance(step, PollState)
    assert step.next_poll < 1020


def test_an_eta_that_runs_down_stays_believed_also_past_an_answer_without_one() -> None:
    step = wait_after(
        (1000, InProgress("processing", eta=140)),
        (1010, TransientFailure("HTTP 502")),
        (1020, InProgress("processing", eta=120)),
        (1040, InProgress("processing", eta=98)),
    )
    assert step.trusts_eta
    assert step.first_eta == (140, 1000)
    assert step.promised == 1040 + 98
    assert step.next_poll == 1040 + 40  # as long as the wait has lasted; without an eta it were five seconds


@pytest.mark.parametrize(("later", "left"), [(8, 8), (6, 5.1), (4, 3)])
def test_how_fast_an_eta_has_run_down_says_when_the_end_comes(later: float, left: float) -> None:
    step = wait_after((1000, InProgress("processing", eta=20)), (1012, InProgress("processing", eta=later)))
    assert step.next_poll == pytest.approx(1012 + left, abs=0.1)


@pytest.mark.parametrize(
    ("eta", "moment", "may"), [(None, 1003, True), (None, 1001, False), (9, 1009, True), (9, 1008.9, False)]
)
def test_a_wait_may_end_by_a_moment_that_its_next_look_and_its_eta_keep_to(
    eta: float | None, moment: float, may: bool
) -> None:
    assert wait_after((1000, InProgress("processing", eta=eta))).may_end_by(moment) is may


def test_an_eta_that_is_not_believed_keeps_no_wait_from_ending_soon() -> None:
    wait = PollState(started=1000, deadline=2000, trusts_eta=False)
    step = wait.after(InProgress("processing", eta=605), 1000, 0)
    assert isinstance(step, PollState)
    assert step.may_end_by(1003)


def test_an_eta_that_starts_again_past_an_answer_without_one_is_not_believed() -> None:
    step = wait_after(
        (1000, InProgress("processing", eta=140)),
        (1010, TransientFailure("HTTP 502")),
        (1020, InProgress("processing", eta=140)),
    )
    assert not step.trusts_eta


def test_backoff_counts_every_look_from_the_first() -> None:
    step: PollState | Ending = PollState(1000, 2000, Pace(10, exponential_backoff=True))
    pauses = []
    for _ in range(4):
        assert isinstance(step, PollState)
        step = step.after(InProgress("processing"), 1000, 0)
        assert isinstance(step, PollState)
        pauses.append(step.next_poll - 1000)
    assert pauses == [5, 10, 20, 40]


def test_the_last_look_is_at_the_deadline_and_the_one_after_never_comes() -> None:
    step = WAIT.after(InProgress("processing"), 1999, 1)
    assert isinstance(step, PollState)
    assert step.next_poll == 2000
    assert step.after(InProgress("processing"), 2000, 0) == Ending(EndingKind.TIMEOUT, "processing")


def test_trouble_in_a_row_is_tolerated_so_often_and_a_good_look_starts_the_count_again() -> None:
    step: PollState | Ending = WAIT
    for outcome in (
        TransientFailure("a"),
        TransientFailure("b"),
        InProgress("processing"),
        TransientFailure("c"),
        TransientFailure("d"),
    ):
        assert isinstance(step, PollState)
        step = step.after(outcome, 1001, 0)
    assert isinstance(step, PollState)
    assert step.after(TransientFailure("e"), 1001, 0) == Ending(
        EndingKind.UNAVAILABLE, "3 looks in a row failed, the last with: e"
    )


def test_an_unknown_id_is_told_apart_from_an_api_out_of_reach() -> None:
    step = PollState(0, 10, max_failures=1).after(TransientFailure("no", unknown_id=True), 1, 0)
    assert isinstance(step, Ending)
    assert step.kind is EndingKind.NOT_FOUND


NOT_FOUND = TransientFailure("no", unknown_id=True)


@pytest.mark.parametrize(
    "seen", [[], [NOT_FOUND], [TransientFailure("HTTP 502")], [RateLimited("limit"), NOT_FOUND]]
)
def test_an_id_that_the_api_never_knew_is_unknown_at_the_deadline(seen: list[Outcome]) -> None:
    wait = PollState(0, 10, max_failures=None)
    for outcome in seen:
        step = wait.after(outcome, 1, 0)
        assert isinstance(step, PollState)
        wait = step
    assert wait.after(NOT_FOUND, 10, 0) == Ending(EndingKind.NOT_FOUND, "still so at the deadline: no")
    assert wait.after(TransientFailure("HTTP 502"), 10, 0) == Ending(EndingKind.TIMEOUT, "HTTP 502")


def test_an_id_that_the_api_knew_is_late_at_the_deadline_also_where_it_is_not_found_then() -> None:
    step = PollState(0, 10).after(InProgress("processing"), 1, 0)
    assert isinstance(step, PollState)
    step = step.after(NOT_FOUND, 2, 0)
    assert isinstance(step, PollState)
    assert step.after(NOT_FOUND, 10, 0) == Ending(EndingKind.TIMEOUT, "no")
    assert PollState(0, 10, known=True).after(NOT_FOUND, 10, 0) == Ending(EndingKind.TIMEOUT, "no")


def test_without_a_limit_trouble_lasts_until_the_deadline() -> None:
    wait: PollState | Ending = PollState(0, 1000, max_failures=None)
    for _ in range(100):
        assert isinstance(wait, PollState)
        wait = wait.after(TransientFailure("down"), 1, 0)
    assert isinstance(wait, PollState)
    assert wait.after(TransientFailure("down"), 1000, 0) == Ending(EndingKind.TIMEOUT, "down")


def test_a_wish_to_slow_down_is_no_failure_and_is_kept() -> None:
    step = WAIT.after(RateLimited("limit", 40), 1001, 0)
    assert isinstance(step, PollState)
    assert (step.next_poll, step.failures) == (1041, 0)


def test_a_wish_beyond_the_deadline_still_leaves_the_last_look() -> None:
    step = WAIT.after(RateLimited("limit", 800), 1900, 0)
    assert isinstance(step, PollState)
    assert step.next_poll == 2000


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (InProgress("queued", 30), "queued, about 30 s to go"),
        (InProgress("processing"), "processing"),
        (Done(RESULT), "complete"),
        (RateLimited("limit"), "asked to slow down: limit"),
        (TransientFailure("HTTP 502"), "HTTP 502"),
        (JobFailed("No face"), "failed: No face"),  # as the ending that it brings is told
        (Ending(EndingKind.FAILED, "No face"), "failed: No face"),
        (Refused(Refusal.KEY, "Invalid API key"), "refused: Invalid API key"),
        (Ending(EndingKind.REFUSED, "Invalid API key", Refusal.KEY), "refused: Invalid API key"),
    ],
)
def test_an_outcome_is_described_in_a_few_words(outcome: Outcome | Ending, words: str) -> None:
    assert describe(outcome) == words
