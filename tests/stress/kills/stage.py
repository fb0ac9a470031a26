"""What is in flight between Airflow and the stand-in for ModelsLab in one scenario."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.stress.kills.plan import FAILED, NEVER, Plan, ending_of

if TYPE_CHECKING:
    from tests.stress.kills.saving import Save
    from tests.stress.kills.server import Server
    from tests.support.running import Components, Run

CONNECTION = "modelslab_default"
ENDLESS = 24 * 3600.0


@dataclass
class Stage:
    """One scenario on its way.

    :param airflow: the Airflow
    :param server: the stand-in
    :param plan: the waits
    :param save: what is saved meanwhile, if anything
    :param limit: seconds that one step may take
    """

    airflow: Components
    server: Server
    plan: Plan
    save: Save | None
    limit: float
    problems: list[str] = field(default_factory=list)
    in_flight: int = 0
    triggers: int = 0
    overdue_at: float = 0.0
    waits: Run | None = None

    def begin(self) -> None:
        """Bring all waits into flight, and the save into its middle."""
        for job in self.jobs():
            self.server.call("add_job", **job)
        self.connect(self.server.key)
        self.waits = self.airflow.trigger(self.plan.dag_id)
        if self.save:
            self.save.begin(self.airflow, self.server)
        self._see_all_deferred()
        self._see_all_looked_at()
        # Their deadline is near, and comes as soon as it may: what ends of them ends before anything happens.
        self.end_jobs(each for group in self.plan.groups if group.urgent for each in group.ids)
        if self.save:
            self.save.go_on(self.server)
            self.airflow.wait_for(self.save.in_its_middle, self.limit, "the middle of the save")

    def connect(self, key: str) -> None:
        """Let the Airflow connection lead to the stand-in with this key."""
        extra = {"allow_private_downloads": True, "request_timeout": 10}
        self.airflow.api.connect(CONNECTION, host=self.server.url, password=key, extra=extra)

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs of all waits, as the stand-in takes them; none ends before it is told to."""
        return [
            {"id": each, "duration": ENDLESS, "ending": "failed" if ending_of(each) == FAILED else "success"}
            for each in self.plan.ids
        ]

    def end_jobs(self, ids: Iterable[str] | None = None) -> None:
        """End these jobs, or all; but those that never end."""
        for each in self.plan.ids if ids is None else ids:
            if ending_of(each) != NEVER:
                self.server.call("finish", id=each)

    def end_half(self) -> None:
        """End every second job."""
        self.end_jobs(self.plan.ids[::2])

    def complete(self) -> None:
        """See everything end, and nobody wait any longer."""
        for run in self.runs():
            self.airflow.wait(run, self.limit)
        self.airflow.wait_for(lambda: not self.triggers_held(), self.limit, "the end of all triggers")

    def runs(self) -> list[Run]:
        """The run of the waits, and that of the save."""
        both = (self.waits, self.save.run if self.save else None)
        return [run for run in both if run is not None]

    def triggers_held(self) -> dict[int | None, int]:
        """How many triggers each triggerer has, by the number of its job."""
        query = 'select triggerer_id, count(*) from "trigger" group by triggerer_id'
        return dict(self.airflow.home.database.rows(query))

    def expect(self, true: bool, what: str) -> None:
        """Note what is not as it should be."""
        if not true:
            self.problems.append(what)

    def pause(self, seconds: float) -> None:
        """Let time pass, while everything that should run does."""
        until = time.monotonic() + seconds
        self.airflow.wait_for(lambda: time.monotonic() > until, seconds + 60, "some time")

    def _see_all_deferred(self) -> None:
        for run in self.runs():
            self.airflow.wait(run, self.limit, partial(_deferred_or_over, run), "the triggerer")
        self.overdue_at = time.monotonic() + self.plan.overdue

    def _see_all_looked_at(self) -> None:
        """See the triggerer look at every id; nobody else does once all tasks are deferred."""
        before = self._looks()
        self.airflow.wait_for(lambda: self._looked_at_since(before), self.limit, "a look at every id")
        self.triggers = sum(self.triggers_held().values())

    def _looked_at_since(self, before: dict[str, int]) -> bool:
        now = self._looks()
        self.in_flight = sum(now[each] > before[each] for each in self.plan.ids)
        return self.in_flight == len(self.plan.ids)

    def _looks(self) -> dict[str, int]:
        return {job["id"]: job["looks"] for job in self.server.call("timelines")}


def _deferred_or_over(run: Run) -> bool:
    if run.finished:
        raise RuntimeError(f"{run.dag_id} ended before anything happened")
    return set(run.task_states().values()) == {"deferred"}
