"""Runs scenarios one after the other in one Airflow, and says of each what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.stress.kills.checks import Records, judge
from tests.stress.kills.dags import dag_file
from tests.stress.kills.plan import Plan, make_plan
from tests.stress.kills.saving import MANIFEST, Save
from tests.stress.kills.scenarios import SETTINGS, Scenario
from tests.stress.kills.server import Server
from tests.stress.kills.stage import Stage
from tests.support.running import AirflowHome, Components
from tests.support.running.evidence import evidence
from tests.support.running.postgres import Postgres, missing

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Options:
    """How much of everything.

    :param ids: waits in flight
    :param mapped: how many of them have a task of their own
    :param overdue: seconds until the deadline of the waits whose jobs never end
    :param size: bytes of the file that is saved
    :param limit: seconds that one step of a scenario may take
    :param workers: how many tasks Airflow runs at once
    :param postgres: keep Airflow's metadata in PostgreSQL, else in SQLite
    """

    ids: int = 200
    mapped: int = 60
    overdue: float = 90.0
    size: int = 500_000_000
    limit: float = 300.0
    workers: int = 3
    postgres: bool = not missing()


@dataclass
class Row:
    """What came of a scenario; `evidence` is what Airflow kept of each task that ended wrong."""

    scenario: str
    triggers: int = 0
    in_flight: int = 0
    right: int = 0
    once: int = 0
    late: float = 0.0
    whole: str = "-"
    partial: str = "-"
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)

    def cells(self, waits: int) -> dict[str, Any]:
        """The row of the table."""
        return {
            "scenario": self.scenario,
            "triggers": self.triggers,
            "in flight": f"{self.in_flight}/{waits}",
            "right state": f"{self.right}/{waits}",
            "ended once": f"{self.once}/{waits}",
            "s past deadline": f"{self.late:.0f}",
            "whole files": self.whole,
            "partial files": self.partial,
            "seconds": round(self.seconds),
            "": "WRONG" if self.problems else "good",
        }


def run_all(scenarios: Mapping[str, Scenario], options: Options, folder: Path) -> Iterator[Row]:
    """Start Airflow, and run the scenarios; a row comes when its scenario has ended."""
    plans = {
        name: make_plan(name, options.ids, options.mapped, options.overdue + scenario.away)
        for name, scenario in scenarios.items()
    }
    with Server() as server, _airflow(plans, options, folder / "airflow") as airflow:
        for name, scenario in scenarios.items():
            save = Save(f"{name}-save", folder / "saved" / name, options.size) if scenario.saves else None
            stage = Stage(airflow, server, plans[name], save, options.limit)
            yield _run(scenario, stage)


@contextmanager
def _airflow(plans: Mapping[str, Plan], options: Options, folder: Path) -> Iterator[Components]:
    env = SETTINGS | {"AIRFLOW__CORE__PARALLELISM": str(options.workers)}
    with Postgres() if options.postgres else nullcontext() as database:
        home = AirflowHome(folder, env=env, database=database).migrate()
        home.add_dag(dag_file(plans.values()), "kills.py")
        with Components(home, timeout=240) as airflow:
            yield airflow


def _run(scenario: Scenario, stage: Stage) -> Row:
    row, began = Row(stage.plan.scenario), time.monotonic()
    try:
        _prepare(scenario, stage)
        stage.begin()
        scenario.act(stage)
        stage.complete()
    except (OSError, RuntimeError) as error:  # not in time, or something ended that should not
        stage.problems.append(f"{error}")
    row.in_flight, row.triggers, row.problems = stage.in_flight, stage.triggers, stage.problems
    _judge_waits(stage, row)
    _judge_save(stage, row)
    row.seconds = time.monotonic() - began
    return row


def _prepare(scenario: Scenario, stage: Stage) -> None:
    """See that there are as many triggerers as the scenario wants, and that all is well."""
    airflow = stage.airflow
    wanted = {"triggerer", "triggerer-2"} if scenario.two else {"triggerer"}
    there = {name for name in airflow.processes if name.startswith("triggerer")}
    for name in there - wanted:
        airflow.stop_one(name)
    before = _triggerers(airflow)
    for name in wanted - there:
        airflow.start_one(name)
    expected = before + len(wanted - there)
    airflow.wait_for(lambda: _triggerers(airflow) >= expected, stage.limit, "the triggerers")
    airflow.wait_for(airflow.api.healthy, stage.limit, "Airflow to be healthy")


def _triggerers(airflow: Components) -> int:
    return int(airflow.home.database.rows("select count(*) from job where job_type = 'TriggererJob'")[0][0])


def _judge_waits(stage: Stage, row: Row) -> None:
    if stage.waits is None:
        return
    verdict = judge(stage.plan, stage.waits)
    row.right, row.once, row.late = verdict.right, verdict.once, verdict.late
    for task, wrong in verdict.wrong.items():
        row.problems += [f"{stage.plan.dag_id}.{task.name}: {what}" for what in wrong]
        log = stage.airflow.log("scheduler")
        row.evidence.append(evidence(stage.waits, task.group.task_id, task.map_index, log))


def _judge_save(stage: Stage, row: Row) -> None:
    save, problems = stage.save, len(stage.problems)
    if save is None or save.run is None:
        return
    whole, parts, records = save.whole(stage.server), save.parts(), Records(save.run)
    row.whole, row.partial = f"{whole}/{len(save.names)}", str(len(parts))
    stage.expect(whole == len(save.names), "not all files are what the server has")
    stage.expect(not parts, f"files are left that are not whole: {parts}")
    stage.expect(save.final() == sorted([*save.names, MANIFEST]), f"there stand {save.final()}")
    state, before = records.states["save"], records.tries_before["save"]
    stage.expect((state, before) == ("success", 1), f"the save is {state} after {before} other tries")
    if len(stage.problems) > problems:
        row.evidence.append(evidence(save.run, "save", -1, stage.airflow.log("scheduler")))
