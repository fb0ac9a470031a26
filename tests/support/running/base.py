"""What the two ways to run a whole Airflow share: entering, leaving, beginning runs and waiting for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from tests.support.running.api import USER, Api
from tests.support.running.processes import NotInTimeError, free_ports, wait_until
from tests.support.running.records import Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Self

    from tests.support.running.home import AirflowHome


class Running(ABC):
    """An Airflow that runs in a home, on free ports, as a context manager; nothing is left running after it.

    :param home: the home, with its DAGs and connections in place
    :param timeout: seconds until all components must be healthy
    :param path: of its address, as behind a proxy that serves others too; without a slash at its end
    """

    def __init__(self, home: AirflowHome, timeout: float = 120, path: str = "") -> None:
        self.home, self.timeout = home, timeout
        web, worker_logs, trigger_logs = free_ports(3)
        self.url = f"http://127.0.0.1:{web}{path}"
        self.api = Api(self.url, home.path)
        self.env = home.env | _addresses(self.url, web, worker_logs, trigger_logs)

    @property
    def login(self) -> tuple[str, str]:
        """User and password of the web page."""
        return USER, self.api.password()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> Self:
        """Start everything and wait until all of it is healthy."""

    @abstractmethod
    def stop(self) -> None:
        """End all processes of it."""

    @abstractmethod
    def check(self) -> None:
        """Raise RuntimeError where something ended by itself that should run."""

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None, timeout: float = 60) -> Run:
        """Begin a run of the DAG, once Airflow has read its file."""
        self.wait_for(lambda: self.api.knows(dag_id), timeout, f"the DAG {dag_id} to be read")
        return Run(self.home.path, dag_id, self.api.trigger(dag_id, conf or {}), database=self.home.database)

    def wait(
        self, run: Run, timeout: float = 120, until: Callable[[], Any] | None = None, what: str = "its end"
    ) -> Run:
        """Wait for the end of a run, or for `until()` to be true; see `Run.state` for how it ended."""
        try:
            self.wait_for(until or (lambda: run.finished), timeout, f"the run {run.run_id} to reach {what}")
        except NotInTimeError as error:
            raise NotInTimeError(f"{error}; the run is {run.state}, its tasks {run.task_states()}") from None
        return run

    def wait_for(self, check: Callable[[], Any], timeout: float, what: str) -> None:
        """Wait until `check()` is true, and fail at once where something ends by itself meanwhile."""

        def checked() -> Any:
            self.check()
            return check()

        wait_until(checked, timeout, what)


def _addresses(url: str, web: int, worker_logs: int, trigger_logs: int) -> dict[str, str]:
    return {
        "AIRFLOW__API__AUTH_BACKENDS": "airflow.providers.fab.auth_manager.api.auth.backend.basic_auth",
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__PORT": str(web),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_logs),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(worker_logs),
        "AIRFLOW__WEBSERVER__BASE_URL": url,
        "AIRFLOW__WEBSERVER__WEB_SERVER_PORT": str(web),
    }
