"""The few calls of Airflow's public API that the runner needs; v2 with a token on Airflow 3, else v1."""

from __future__ import annotations

import base64
import json
import re
import urllib.error
import urllib.request
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

AIRFLOW_3 = not version("apache-airflow").startswith("2.")
USER = "admin"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Api:
    """Airflow's web server at `url`, logged in as the user that `airflow standalone` makes in `home`."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home

    def healthy(self) -> bool:
        """Whether the web server answers, and says that all components are well."""
        try:
            parts = self.call("GET", "/api/v2/monitor/health" if AIRFLOW_3 else "/health", login=False)
        except (OSError, ValueError):
            return False
        wanted = ["metadatabase", "scheduler", "triggerer", *(["dag_processor"] if AIRFLOW_3 else [])]
        return all((parts.get(name) or {}).get("status") == "healthy" for name in wanted)

    def knows(self, dag_id: str) -> bool:
        """Whether the DAG can be triggered by now."""
        try:
            return bool(self.call("GET", f"{self._prefix}/dags/{dag_id}/details"))
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return False
            raise

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Begin a run of the DAG and give its id."""
        body: dict[str, Any] = {"conf": conf} | ({"logical_date": None} if AIRFLOW_3 else {})
        return str(self.call("POST", f"{self._prefix}/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Clear a task, as a person does, and let its run go on."""
        body = {"dry_run": False, "dag_run_id": run_id, "task_ids": [task_id], "only_failed": False}
        self.call("POST", f"{self._prefix}/dags/{dag_id}/clearTaskInstances", body)

    def connect(self, conn_id: str, **fields: Any) -> None:
        """Define a connection in the database, or change one that is there."""
        values = {"connection_id": conn_id, "conn_type": "modelslab"} | fields
        values["extra"] = json.dumps(values.get("extra", {}))
        self._define("connections", conn_id, values)

    def set_pool(self, name: str, slots: int) -> None:
        """Make a pool that deferred tasks count in too, or change one that is there."""
        values = {"name": name, "slots": slots, "description": "of a test", "include_deferred": True}
        self._define("pools", name, values)

    def password(self, user: str = USER) -> str:
        """The password that Airflow gave a user; its only one on Airflow 2."""
        if not AIRFLOW_3:
            return (self.home / "standalone_admin_password.txt").read_text().strip()
        passwords = json.loads((self.home / "simple_auth_manager_passwords.json.generated").read_text())
        return str(passwords[user])

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, login: bool = True) -> Any:
        """One call, its answer read as JSON."""
        headers = {"Content-Type": "application/json"} | (self._login() if login else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with OPENER.open(request, timeout=20) as answer:
            return json.load(answer)

    def _define(self, kind: str, name: str, values: dict[str, Any]) -> None:
        try:
            self.call("POST", f"{self._prefix}/{kind}", values)
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            self.call("PATCH", f"{self._prefix}/{kind}/{name}", values)

    @property
    def _prefix(self) -> str:
        return "/api/v2" if AIRFLOW_3 else "/api/v1"

    def _login(self) -> dict[str, str]:
        if not AIRFLOW_3:
            pair = base64.b64encode(f"{USER}:{self.password()}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        login = {"username": USER, "password": self.password()}
        token = self.call("POST", "/auth/token", login, login=False)["access_token"]
        return {"Authorization": f"Bearer {token}"}


def errors_in(log: str, most: int = 40) -> str:
    """The last lines of a log that begin with an error or a traceback, or its last lines where none does."""
    lines = log.splitlines()
    first = next((i for i, line in enumerate(lines) if re.search(r"Traceback|\bERROR|CRITICAL", line)), 0)
    return "\n".join(lines[first:][-most:])
