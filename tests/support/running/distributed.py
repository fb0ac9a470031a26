"""An Airflow as it runs on several machines: CeleryExecutor with two workers, and two triggerers."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import psutil

from tests.support.running import postgres, redis
from tests.support.running.api import AIRFLOW_3
from tests.support.running.components import Components

if TYPE_CHECKING:
    from tests.support.running.records import Run

WORKERS = ("worker", "worker-2")
TRIGGERERS = ("triggerer", "triggerer-2")
CONCURRENCY = 4  # tasks of a worker
#: Where Airflow's own settings do not do: what is killed is to be missed after half a minute, not after five,
#: and two triggerers are to share even a few waits.
SETTINGS = {
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(CONCURRENCY),
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__CORE__PARALLELISM": "16",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
    "AIRFLOW__TRIGGERER__MAX_TRIGGER_TO_SELECT_PER_LOOP": "2",
    "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "30",
}


def missing() -> str:
    """What keeps it from running here; empty where nothing does."""
    if not AIRFLOW_3:
        return "runs the components of Airflow 3"
    if find_spec("celery") is None:
        return "Python lacks celery (dependency group distributed)"
    return redis.missing() or postgres.missing()


class Distributed(Components):
    """API server, scheduler, DAG processor, triggerers and workers; its parameters are those of `Running`."""

    kinds = ("api-server", "dag-processor", "scheduler", *TRIGGERERS, *WORKERS)

    def start(self) -> Distributed:
        """Start all of them and wait until all are healthy."""
        super().start()
        self.wait_for(self._all_there, self.timeout, f"workers and triggerers; logs in {self.home.path}")
        return self

    def arguments(self, name: str) -> list[str]:
        """The command line of a component, after `airflow`."""
        if name not in WORKERS:
            return super().arguments(name)
        pid_file = str(self.home.path / f"{name}.pid")  # two workers of a home would write the same
        own = ["--celery-hostname", f"{name}@localhost", "--pid", pid_file]
        return ["celery", "worker", "--skip-serve-logs", "--without-gossip", "--without-mingle", *own]

    def worker_of(self, run: Run, task_id: str) -> str:
        """The worker that runs a task now."""
        pids = self.running(run, task_id)
        return next(name for name in WORKERS if pids & self.pids(name))

    def running(self, run: Run, task_id: str = "%") -> set[int]:
        """The processes of tasks that run now."""
        query = (
            "select pid from task_instance where dag_id = ? and run_id = ? and task_id like ?"
            " and state = 'running' and pid is not null"
        )
        return {pid for (pid,) in run.rows(query, run.dag_id, run.run_id, task_id)}

    def pids(self, name: str) -> set[int]:
        """All processes of a component."""
        top = psutil.Process(self.processes[name].pid)
        return {top.pid, *(each.pid for each in top.children(recursive=True))}

    def _all_there(self) -> bool:
        query = "select count(*) from job where job_type = 'TriggererJob' and state = 'running'"
        triggerers = int(self.home.database.rows(query)[0][0])
        ready = [name for name in WORKERS if f"{name}@localhost ready" in self.log(name).read_text()]
        return triggerers == len(TRIGGERERS) and len(ready) == len(WORKERS)
