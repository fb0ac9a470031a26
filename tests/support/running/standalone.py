"""A whole Airflow, as `airflow standalone` starts it: scheduler, triggerer, DAG processor and web server."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.running.base import Running
from tests.support.running.processes import start, stop

if TYPE_CHECKING:
    from tests.support.running.home import AirflowHome


class Standalone(Running):
    """`airflow standalone` in a home; its parameters are those of `Running`."""

    def __init__(self, home: AirflowHome, timeout: float = 120, path: str = "") -> None:
        super().__init__(home, timeout, path)
        self.log = home.path / "standalone.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Standalone:
        """Start everything and wait until all of it is healthy."""
        command = [sys.executable, "-m", "airflow", "standalone"]
        self.process = start(command, self.env, self.log, self.home.path)
        self.wait_for(self.api.healthy, self.timeout, f"Airflow to be healthy; its log is {self.log}")
        return self

    def stop(self) -> None:
        """End all processes of it."""
        if self.process is not None:
            stop(self.process, grace=3)  # the home is thrown away: no need to wait for good manners

    def check(self) -> None:
        """Raise RuntimeError where it ended by itself."""
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"airflow standalone ended by itself; its log is {self.log}")
