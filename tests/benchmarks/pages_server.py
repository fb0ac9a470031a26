"""Airflow's API server application, whole, in a process of its own: for the benchmark of the pages."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import ROOT


class Server:
    """The server, and an administrator who asks it.

    :param port: where it listens
    :param token: the administrator's
    :param pid: its process
    """

    def __init__(self, port: int, token: str, pid: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._token = {"Authorization": f"Bearer {token}"}
        self._pid = pid
        self._local = threading.local()

    def get(self, path: str, **headers: str) -> bytes:
        """Return what it answers."""
        import requests

        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        answer = self._local.session.get(self._url + path, headers={**self._token, **headers}, timeout=60)
        answer.raise_for_status()
        return bytes(answer.content)

    def memory(self) -> float:
        """Return the most that it has ever had in memory, in MiB."""
        status = Path(f"/proc/{self._pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def serving() -> Iterator[Server]:
    """Run the server for the length of the block, in the environment of this process."""
    command = [sys.executable, "-m", "tests.benchmarks.pages_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            port, token = next(line.split()[1:] for line in process.stdout if line.startswith("SERVING"))
            yield Server(int(port), token, process.pid)
        finally:
            process.terminate()


def main() -> None:
    import socket

    import uvicorn
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    app = create_app(apps="core")
    listening = socket.create_server(("127.0.0.1", 0))
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="admin", role="ADMIN"))
    print("SERVING", listening.getsockname()[1], token, flush=True)
    uvicorn.run(app, fd=listening.fileno(), log_level="error")


if __name__ == "__main__":
    main()
