"""An Airflow home in a folder: settings, database, dags folder, and running one DAG in it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import ROOT
from tests.support.running.database import Sqlite
from tests.support.running.processes import run
from tests.support.running.records import Run

if TYPE_CHECKING:
    from tests.support.running.database import Database

CONNECTION = "AIRFLOW_CONN_"

# Quick enough for a test, and nothing that a test does not need. Where a name differs between Airflow 2.11
# and 3, both are here: Airflow passes over names that it does not know.
SETTINGS = {
    "AIRFLOW__API__HOST": "127.0.0.1",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",  # the CPU is for the tasks
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "2",
    "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL": "2",
    "AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL": "600",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    "AIRFLOW__TRIGGERER__DEFAULT_CAPACITY": "1000",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__WEBSERVER__WEB_SERVER_HOST": "127.0.0.1",
    "AIRFLOW__WEBSERVER__WORKERS": "1",
    # The API server imports much at a worker's first call; on a busy machine that takes longer than 5 s, and
    # a worker that tries so a few times in vain fails its task before it has begun.
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
    "NO_COLOR": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    "PYTHONUNBUFFERED": "1",
}


class AirflowHome:
    """An Airflow home of its own in `path`, for the Airflow of the Python that runs this.

    :param path: the folder; made where it is missing
    :param template: another home whose migrated database is copied; migrating one takes seconds
    :param env: further environment variables for every process
    :param database: in place of a SQLite file in the folder
    """

    def __init__(
        self,
        path: Path,
        template: Path | None = None,
        env: dict[str, str] | None = None,
        database: Database | None = None,
    ) -> None:
        self.path = path.resolve()
        self.database = database or Sqlite(self.path)
        self.dags = self.path / "dags"
        self.log = self.path / "commands.log"
        self.dags.mkdir(parents=True, exist_ok=True)
        self.env = self._environment() | (env or {})
        if template:
            shutil.copy(template / "airflow.db", self.path / "airflow.db")

    def connect(self, conn_id: str = "modelslab_default", **fields: Any) -> AirflowHome:
        """Define a connection by environment variable, for example `host=…, password=…, extra={…}`."""
        values = {"conn_type": "modelslab"} | fields
        self.env[CONNECTION + conn_id.upper()] = json.dumps(values)
        return self

    def add_dag(self, source: Path | str, name: str | None = None) -> AirflowHome:
        """Put a DAG file, or a text as the file `name`, into the dags folder."""
        text = source.read_text() if isinstance(source, Path) else source
        target = name or (source.name if isinstance(source, Path) else "dag.py")
        (self.dags / target).write_text(text)
        return self

    def migrate(self) -> AirflowHome:
        """Make the database."""
        self.airflow("db", "migrate")
        return self

    def airflow(self, *arguments: str, timeout: float = 120) -> str:
        """Run an `airflow` command and give what it printed; if it fails, AssertionError with its output."""
        return self.python("-m", "airflow", *arguments, timeout=timeout)

    def python(self, *arguments: str, timeout: float = 120, check: bool = True) -> str:
        """Run Python in this home and give what it printed."""
        code, output = run([sys.executable, *arguments], self.env, self.log, self.path, timeout)
        if check and code:
            raise AssertionError(f"{' '.join(arguments)} ended with exit code {code}:\n{output}")
        return output

    def run_dag_test(self, dag_id: str, conf: dict[str, Any] | None = None, timeout: float = 100) -> Run:
        """Run a DAG of the dags folder to its end by `dag.test()` in one process, deferrals included.

        A DAG run that fails is no error here: look at `Run.state` and `Run.task_states()`.
        """
        script = ("-m", "tests.support.running.one_dag_test", dag_id, json.dumps(conf or {}))
        output = self.python(*script, timeout=timeout, check=False)
        found = Run.newest(self.path, dag_id, output)
        if found is None:
            raise AssertionError(f"no run of {dag_id} came about:\n{output}")
        return found

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        return kept | SETTINGS | {
            "AIRFLOW_HOME": str(self.path),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database.url,
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.path / "logs"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
