"""Kills the tasks of a real Airflow at the bad moments of a submission."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running import Run
    from tests.support.running.base import Running
    from tests.support.standin import StandIn

TASK = "swap"


class Killing:
    """Runs of DAGs whose task is named ``swap``, each brought to its bad moment.

    :param airflow: the Airflow
    :param standin: stands for ModelsLab
    :param pid: of the process that starts the workers, or starts what does
    """

    def __init__(self, airflow: Running, standin: StandIn, pid: int) -> None:
        self.airflow, self.standin, self.pid = airflow, standin, pid

    def begin(self, dag_id: str, counter: str, destination: str, **job: Any) -> Run:
        """Begin a run whose swap makes such a job; come back when the stand-in was asked for something."""
        self.standin.configure(submit=job)
        before = self.standin.stats()[counter]
        run = self.airflow.trigger(dag_id, {"destination": destination})
        self.airflow.wait(run, 90, lambda: self.standin.stats()[counter] > before, f"its {counter}")
        return run

    def kill_tasks(self) -> int:
        """Kill the processes that talk to the stand-in, as the kernel does when memory runs out."""
        killed = 0
        for each in self._workers():
            with suppress(psutil.NoSuchProcess):
                if any(link.raddr and link.raddr.port == self._port for link in each.net_connections()):
                    each.send_signal(signal.SIGKILL)
                    killed += 1
        return killed

    def clear(self, run: Run) -> None:
        """Clear the task, as a person does, and wait for its end."""
        self.airflow.api.clear(run.dag_id, run.run_id, TASK)
        self.airflow.wait_for(lambda: not run.finished, 60, "the run to begin again")
        self.airflow.wait(run, 120)

    @property
    def _port(self) -> int | None:
        return urlsplit(self.standin.url).port

    def _workers(self) -> Iterator[psutil.Process]:
        """What was started, but for the triggerer, which talks to the stand-in too."""
        for each in psutil.Process(self.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                above = [each, *each.parents()]
                if not any("triggerer" in " ".join(process.cmdline()) for process in above):
                    yield each
