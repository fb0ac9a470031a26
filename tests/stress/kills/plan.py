"""The waits of one scenario: which ids, in which tasks, and how each is going to end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.running.records import name_of

DONE, FAILED, NEVER = "done", "failed", "never"
ENOUGH = 900.0  # seconds that a wait has whose job ends
MOST_BAD = 8  # ids without a result in one task: as many as its error names


@dataclass(frozen=True)
class Group:
    """Sensors of one task id: one for each id where mapped, else one for all of them.

    :param task_id: its name
    :param ids: each tells by its last word how its job ends
    :param mapped: a mapped task for each id
    :param here: let the triggerer end the task (`end_from_trigger`)
    :param timeout: seconds until the deadline
    """

    task_id: str
    ids: tuple[str, ...]
    mapped: bool = False
    here: bool = False
    timeout: float = ENOUGH

    @property
    def urgent(self) -> bool:
        """Whether it is the deadline that ends the wait."""
        return self.timeout < ENOUGH

    def tasks(self) -> Iterator[Task]:
        """The task instances."""
        if not self.mapped:
            yield Task(self, -1, self.ids)
            return
        for index, each in enumerate(self.ids):
            yield Task(self, index, (each,))

    def arguments(self) -> dict[str, Any]:
        """What the sensor is given beside its ids."""
        weight = 1 if self.urgent else 2  # who has little time begins last
        return {
            "deferrable": True,
            "linger": 0,
            "end_from_trigger": self.here,
            "timeout": self.timeout,
            "priority_weight": weight,
        }


@dataclass(frozen=True)
class Task:
    """One task instance and the ids that it waits for."""

    group: Group
    map_index: int
    ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """As `Run.task_states` names it."""
        return name_of(self.group.task_id, self.map_index)

    @property
    def good(self) -> tuple[str, ...]:
        """The ids that get a result."""
        return tuple(each for each in self.ids if ending_of(each) == DONE)

    @property
    def bad(self) -> tuple[str, ...]:
        """The ids that get none."""
        return tuple(each for each in self.ids if ending_of(each) != DONE)


@dataclass(frozen=True)
class Plan:
    """All waits of a scenario.

    :param scenario: its name
    :param overdue: seconds until the deadline of the waits whose jobs never end
    :param groups: the sensors
    """

    scenario: str
    overdue: float
    groups: tuple[Group, ...]

    @property
    def dag_id(self) -> str:
        """The DAG with the waits."""
        return f"waits-{self.scenario}"

    @property
    def ids(self) -> list[str]:
        """All ids."""
        return [each for group in self.groups for each in group.ids]

    @property
    def tasks(self) -> list[Task]:
        """All task instances."""
        return [task for group in self.groups for task in group.tasks()]


def ending_of(request_id: str) -> str:
    """How a job ends: done, failed or never."""
    return request_id.rpartition("-")[2]


def make_plan(scenario: str, ids: int, mapped: int, overdue: float) -> Plan:
    """Spread the ids over mapped tasks and four that wait for many.

    :param scenario: goes into each id
    :param ids: how many in all
    :param mapped: how many of them have a task of their own
    :param overdue: seconds until the deadline of those whose jobs never end
    """
    late = max(1, mapped // 10)
    one = (mapped - late) // 2
    many = [(ids - mapped + place) // 4 for place in range(4)]

    def named(task_id: str, count: int, bad: str = FAILED) -> tuple[str, ...]:
        every = max(5, -(-count // MOST_BAD))
        endings = [bad if index % every == every - 1 else DONE for index in range(count)]
        return _ids(f"{scenario}-{task_id}", endings)

    return Plan(
        scenario,
        overdue,
        (
            Group("one", named("one", one), mapped=True),
            Group("one-here", named("one-here", mapped - late - one), mapped=True, here=True),
            Group("one-late", _ids(f"{scenario}-one-late", [NEVER] * late), True, True, overdue),
            Group("many", _ids(f"{scenario}-many", [DONE] * many[0])),
            Group("many-here", _ids(f"{scenario}-many-here", [DONE] * many[1]), here=True),
            Group("many-failed", named("many-failed", many[2]), here=True),
            Group("many-late", named("many-late", many[3], NEVER), timeout=overdue),
        ),
    )


def _ids(prefix: str, endings: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{prefix}-{number}-{ending}" for number, ending in enumerate(endings))
