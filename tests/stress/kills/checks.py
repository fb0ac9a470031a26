"""Whether every wait of a run ended once, in the right state and in time, by what Airflow keeps of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.stress.kills.plan import FAILED, Plan, Task, ending_of
from tests.support.running.records import name_of

if TYPE_CHECKING:
    from tests.support.running import Run

GRACE = 90.0  # seconds after a deadline: a triggerer is found dead, and a worker started, on a slow machine
WORDS = {FAILED: "the job failed"}
TIMED_OUT = "not complete at the deadline"


@dataclass
class Records:
    """What the database has of a run's task instances, by their names."""

    run: Run

    @cached_property
    def states(self) -> dict[str, str | None]:
        """In which state it is."""
        return self.run.task_states()

    @cached_property
    def tries_before(self) -> Counter[str]:
        """How many tries it had before its last."""
        numbers = self._of_run("select task_id, map_index, try_number - 1 from tasks")
        kept = self._of_run("select task_id, map_index from earlier_tries")
        counted = Counter({name_of(task_id, index): before for task_id, index, before in numbers})
        return counted | Counter(name_of(*row) for row in kept)

    @cached_property
    def took(self) -> dict[str, float]:
        """Seconds from its first start to its end."""
        rows = self._of_run("select task_id, map_index, start_date, end_date from tasks")
        return {name_of(task_id, index): _seconds(began, ended) for task_id, index, began, ended in rows}

    @cached_property
    def events(self) -> Counter[tuple[str, str]]:
        """How often workers began it (`running`), or ended it."""
        query = "select task_id, map_index, event from log"
        return Counter((name_of(task_id, index), event) for task_id, index, event in self._of_run(query))

    def _of_run(self, query: str) -> list[tuple[Any, ...]]:
        return self.run.rows(f"{query} where dag_id = ? and run_id = ?", self.run.dag_id, self.run.run_id)


@dataclass
class Verdict:
    """How many ids' waits ended as they should, and what is wrong with the others.

    :param right: in the right state, with the right results
    :param once: without a further try or a further start of a worker
    :param late: the most seconds after its deadline that a task ended whose jobs never end
    :param wrong: what is wrong with which task
    """

    right: int = 0
    once: int = 0
    late: float = 0.0
    wrong: dict[Task, list[str]] = field(default_factory=dict)


def judge(plan: Plan, run: Run) -> Verdict:
    """Look at every task of a run that has ended."""
    records, verdict = Records(run), Verdict()
    for task in plan.tasks:
        wrong, repeated = wrong_with(task, run, records), not_once(task, records)
        verdict.right += 0 if wrong else len(task.ids)
        verdict.once += 0 if repeated else len(task.ids)
        verdict.late = max(verdict.late, late(task, records))
        if wrong or repeated:
            verdict.wrong[task] = [*wrong, *repeated]
    return verdict


def wrong_with(task: Task, run: Run, records: Records) -> list[str]:
    """What is wrong with how a task ended; nothing for a right one."""
    state, found = records.states.get(task.name), []
    if state != ("failed" if task.bad else "success"):
        found.append(f"it is {state}")
    there = results(task, run)
    if there != list(task.good) and not (task.bad and sorted(there) == sorted(task.good)):
        missed, strange = set(task.good) - set(there), set(there) - set(task.good)
        found.append(f"its results lack {sorted(missed)}, and have {sorted(strange)} or another order")
    if task.bad:
        log = run.task_log(task.group.task_id, task.map_index)
        found += [f"its log lacks the ending of {each}" for each in task.bad if not told(each, log)]
    if late(task, records) > GRACE:
        found.append(f"it ended {late(task, records):.0f} s after its deadline")
    return found


def late(task: Task, records: Records) -> float:
    """Seconds after its deadline that a task ended, where the deadline is what ends it."""
    return records.took.get(task.name, float("inf")) - task.group.timeout if task.group.urgent else 0.0


def results(task: Task, run: Run) -> list[str]:
    """The ids of the results that a task left, in their order."""
    key = "completed" if task.bad else "return_value"
    value = run.xcom(task.group.task_id, key, task.map_index)
    if isinstance(value, str):  # Airflow 3.3 keeps the XComs of a trigger's event as JSON in JSON
        value = json.loads(value)
    found = value if isinstance(value, list) else [value] if value else []
    return [result["id"] for result in found]


def told(request_id: str, log: str) -> bool:
    """Whether the log of a task says how the wait for an id ended that has no result."""
    words = WORDS.get(ending_of(request_id), TIMED_OUT)
    return any(f"{request_id}{mark}{words}" in log for mark in (": ", " ("))


def not_once(task: Task, records: Records) -> list[str]:
    """What a task did more often than it had to: it begins, defers, resumes at most once, and ends."""
    here = task.group.here and not task.bad  # every other ending resumes the task on a worker
    begun = records.events[task.name, "running"]
    ended = sum(records.events[task.name, event] for event in ("success", "failed", "skipped"))
    found = []
    if before := records.tries_before[task.name]:
        found.append(f"it had {before} tries before its last")
    if (begun, ended) != ((1, 0) if here else (2, 1)):
        found.append(f"workers began it {begun} times and ended it {ended} times")
    return found


def _seconds(began: Any, ended: Any) -> float:
    """The time between two moments; SQLite keeps them as text."""
    moments = [datetime.fromisoformat(each) if isinstance(each, str) else each for each in (began, ended)]
    return (moments[1] - moments[0]).total_seconds() if all(moments) else float("inf")
