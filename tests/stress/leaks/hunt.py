"""The hunt: runs everything in a real Airflow, then looks for the key in all that came of it."""

from __future__ import annotations

import base64
import json
import urllib.error
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.stress.leaks import cells, connections, decoys, places
from tests.stress.leaks.canary import Flock
from tests.stress.leaks.echoes import Echo
from tests.stress.leaks.examples import POOL
from tests.stress.leaks.findings import KEY, Findings
from tests.stress.leaks.kinds import Stage
from tests.stress.leaks.searching import search
from tests.stress.leaks.vault import Vault
from tests.stress.leaks.watching import Watch
from tests.support.running import AirflowHome, Run, Standalone
from tests.support.running.api import AIRFLOW_3
from tests.support.running.records import name_of
from tests.support.standin import Controls, StandIn
from tests.support.standin.faults import GROUPS

if TYPE_CHECKING:
    from tests.stress.leaks.cells import Cell
    from tests.stress.leaks.examples import Example

ENOUGH = 2400.0  # seconds for a run; the one of all cells is long where SQLite lets tasks start one by one
AT_ONCE = 8  # runs of examples; many more lock SQLite for longer than Airflow's scheduler bears
TRIES = 5
PREFIX = "/api/v2" if AIRFLOW_3 else "/api/v1"
SETTINGS = {
    "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",  # an example has retries
    "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
}


class Hunt:
    """One Airflow with its canaries.

    :param folder: for everything; a new one
    :param env: settings of Airflow
    """

    def __init__(self, folder: Path, env: dict[str, str], template: Path | None = None) -> None:
        self.saved = folder / "saved"
        self.saved.mkdir(parents=True)
        self.flock = Flock()
        self.key = self.flock.add(KEY)
        self.decoys = {place: self.flock.add(place) for place in places.PLACES}
        self.vault = Vault()
        self.home = AirflowHome(folder / "airflow", template, SETTINGS | self.vault.env | env)
        if template is None:
            self.home.migrate()
        self.answers: list[str] = []
        self.findings = Findings()

    def run(self, chosen: list[Cell], examples: list[Example]) -> Findings:
        """Run all, and search."""
        with StandIn(self.key.key) as server:
            stage = Stage(server, Echo(self.key.key), self.saved)
            self._prepare(chosen, examples, stage)
            with Standalone(self.home, timeout=240) as airflow:
                assert airflow.process is not None
                with Watch(airflow.process.pid, self.home.path / "airflow.db") as watch:
                    self._act(airflow, chosen, examples, stage)
            self.findings.problems += wrong_calls(server)
        self._search(chain(watch.seen(), places.leftovers(self.home.path, self.saved), self._answers()))
        self._ask_vault()
        return self.findings

    def _prepare(self, chosen: list[Cell], examples: list[Example], stage: Stage) -> None:
        for cell in chosen:
            if cell.kind:
                cell.kind.prepare(stage, cell.task_id)
        for example in examples:
            example.add_to(self.home)
            example.prepare(stage)
        self.home.add_dag(cells.dag_file(chosen), "cells.py")
        self.home.add_dag(decoys.dag_file(self.decoys[places.PROCESSOR].key), "decoys.py")
        connections.connect(self.home, stage.server.url, self.key.key)

    def _act(self, airflow: Standalone, chosen: list[Cell], examples: list[Example], stage: Stage) -> None:
        fields = connections.fields_of(stage.server.url, self.key.key)
        airflow.api.connect(connections.DATABASE, **fields)
        airflow.api.set_pool(POOL, 100)
        decoy = self._trigger_decoys(airflow)
        of_cells = begin(airflow, cells.DAG_ID, {"saved": self.saved.as_uri()})
        self._press_the_button(airflow, fields)
        for run in (of_cells, decoy):
            airflow.wait(run, ENOUGH)
        for cell in chosen:
            self._check(of_cells, cell.task_id, -1, cell.error)
        self._check(decoy, decoys.TASK_ID, -1, "no answer from")
        for first in range(0, len(examples), AT_ONCE):
            self._run(airflow, examples[first : first + AT_ONCE])

    def _run(self, airflow: Standalone, examples: list[Example]) -> None:
        runs = [(each, begin(airflow, each.dag_id, each.conf(self.saved))) for each in examples]
        for example, run in runs:
            airflow.wait(run, ENOUGH)
            self._check(run, *example.task, example.error)
            if not example.error and run.state != "success":  # what comes after the wait was not run
                self.findings.problems.append(f"the run of {run.dag_id} is {run.task_states()}")

    def _trigger_decoys(self, airflow: Standalone) -> Run:
        """The run is named by one of them, which the scheduler tells, and another is asked for."""
        keys = {place: canary.key for place, canary in self.decoys.items()}
        name = base64.urlsafe_b64encode(self.decoys[places.SCHEDULER].key.encode()).decode().rstrip("=")
        airflow.wait_for(lambda: airflow.api.knows(decoys.DAG_ID), 60, "the DAG with the decoys")
        body = {"dag_run_id": name, "conf": {**keys, "folder": str(self.saved)}}
        path = f"{PREFIX}/dags/{decoys.DAG_ID}/dagRuns"
        self._note(airflow.api.call("POST", path, body | ({"logical_date": None} if AIRFLOW_3 else {})))
        airflow.api.knows(quote(self.decoys[places.WEB].key, safe=""))
        return Run(self.home.path, decoys.DAG_ID, name)

    def _press_the_button(self, airflow: Standalone, fields: dict[str, Any]) -> None:
        """Test connections, good and broken, as the button in the browser and the command do."""
        body = {"connection_id": "tried", "conn_type": "modelslab", **fields}
        body["extra"] = json.dumps(body["extra"])
        tested = self._note(airflow.api.call("POST", f"{PREFIX}/connections/test", body))
        if not tested.get("status"):
            self.findings.problems.append(f"the button says {tested}")
        broken = {**body, "extra": json.dumps({"api_path": f"/?{self.key.key}"})}
        self._note(airflow.api.call("POST", f"{PREFIX}/connections/test", broken))
        self._note(airflow.api.call("GET", f"{PREFIX}/connections"))
        self._note(airflow.api.call("GET", f"{PREFIX}/connections/{connections.DATABASE}"))
        for conn_id in (connections.JSON, "broken_path"):
            self._note(self.home.python("-m", "airflow", "connections", "test", conn_id, check=False))

    def _note(self, answer: Any) -> Any:
        self.answers.append(answer if isinstance(answer, str) else json.dumps(answer))
        return answer

    def _check(self, run: Run, task_id: str, map_index: int, error: str) -> None:
        """Note where a task ended otherwise than it should: then the hunt saw less than it says."""
        name = name_of(task_id, map_index)
        state, log = run.task_states().get(name), run.task_log(task_id, map_index)
        if state != ("failed" if error else "success") or error not in log:
            what = f"{run.dag_id}.{name} is {state}, expected {error or 'success'}"
            self.findings.problems.append(f"{what}; its log ends with {log[-600:]}")

    def _ask_vault(self) -> None:
        """The key's own row must be there, encrypted, and readable here: else nothing encrypted was."""
        own = self.vault.own_row(self.home.path / "airflow.db", connections.DATABASE)
        if self.key.key not in own:
            self.findings.problems.append("the connection's own row does not hold the key, encrypted")

    def _answers(self) -> Iterator[tuple[str, tuple[str, bytes]]]:
        yield from ((places.ANSWERS, ("answer", answer.encode())) for answer in self.answers)

    def _search(self, pieces: Iterable[tuple[str, tuple[str, bytes]]]) -> None:
        sorted_pieces: dict[str, list[tuple[str, bytes]]] = {}
        for place, piece in pieces:
            sorted_pieces.setdefault(place, []).append(piece)
        for place in places.PLACES:
            found = search(sorted_pieces.get(place, []), self.flock, self.vault.unlock)
            self.findings.searches[place] = found


def wrong_calls(server: Controls) -> Iterator[str]:
    """The calls to the API that have not brought the key in their bodies alone, or were not all looked at."""
    seen = server.requests()
    if len(seen) < server.stats()["requests"]:
        yield f"the server remembers its last {len(seen)} requests only"
    for each in seen:
        if each["on"] in GROUPS["api"] and each["key_in"] != ["body"]:
            yield f"a call carried the key elsewhere, or not at all: {each}"


def begin(airflow: Standalone, dag_id: str, conf: dict[str, Any]) -> Run:
    """Begin a run. While many tasks start, SQLite is locked at times for longer than the web server waits."""
    for _ in range(TRIES):
        try:
            return airflow.trigger(dag_id, conf)
        except urllib.error.HTTPError as error:  # noqa: PERF203 - a loop of few
            if error.code != 500:
                raise
    raise TimeoutError(f"no run of {dag_id} could be begun")
