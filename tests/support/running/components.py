"""A whole Airflow 3 whose components are processes of their own, so that each can be killed."""

from __future__ import annotations

import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from tests.support.running.api import AIRFLOW_3
from tests.support.running.base import Running
from tests.support.running.processes import halt, kill, resume, start, stop

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.running.home import AirflowHome
    from tests.support.running.records import Run

#: What there is, with what starts it; a second one of a kind is named with its number: `triggerer-2`.
KINDS = {
    "api-server": ["api-server"],
    "dag-processor": ["dag-processor"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


class Components(Running):
    """API server, scheduler with workers, DAG processor, triggerer; its parameters are those of `Running`."""

    kinds = tuple(KINDS)
    for_airflow_3 = True

    def __init__(self, home: AirflowHome, timeout: float = 120, path: str = "") -> None:
        if self.for_airflow_3 != AIRFLOW_3:
            raise RuntimeError(f"{type(self).__name__} does not run this Airflow")
        super().__init__(home, timeout, path)
        self.env["AIRFLOW__API_AUTH__JWT_SECRET"] = secrets.token_urlsafe(48)  # the same for all of them
        # Airflow 3.0 has none of its own, which newer PyJWTs refuse.
        self.env["AIRFLOW__API_AUTH__JWT_ISSUER"] = "airflow"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> Components:
        """Start one component of each kind and wait until all are healthy."""
        for name in self.kinds:
            self.start_one(name)
        self.wait_for(
            self.api.healthy, self.timeout, f"Airflow to be healthy; its logs are in {self.home.path}"
        )
        return self

    def stop(self) -> None:
        """End all processes of it."""
        processes, self.processes = list(self.processes.values()), {}
        end = partial(stop, grace=3)  # the home is thrown away: no need to wait for good manners
        with ThreadPoolExecutor() as together:
            list(together.map(end, processes))

    def start_one(self, name: str) -> None:
        """Start a component, such as `triggerer` or `triggerer-2`."""
        command = [sys.executable, "-m", "airflow", *self.arguments(name)]
        self.processes[name] = start(command, self.env, self.log(name), self.home.path)

    def arguments(self, name: str) -> list[str]:
        """The command line of a component, after `airflow`."""
        return KINDS[name.rstrip("-0123456789")]

    def kill_one(self, name: str) -> None:
        """End a component by SIGKILL, with all of its processes."""
        process = self.processes.pop(name)
        kill(process.pid)
        process.wait()

    def stop_one(self, name: str) -> None:
        """End a component as a deployment does: SIGTERM, and some seconds to finish."""
        stop(self.processes.pop(name))

    def halt_one(self, name: str) -> None:
        """Bring a component to a halt, as a machine that stalls would."""
        halt(self.processes[name].pid)

    def resume_one(self, name: str) -> None:
        """Let a component that was halted go on."""
        resume(self.processes[name].pid)

    def clear(self, run: Run, task_id: str) -> None:
        """Clear a task, as a person does, and let its run go on."""
        self.api.clear(run.dag_id, run.run_id, task_id)

    def check(self) -> None:
        """Raise RuntimeError where a component ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"the {name} ended by itself; its log is {self.log(name)}")

    def log(self, name: str) -> Path:
        """The file that a component prints to."""
        return self.home.path / f"{name}.log"
