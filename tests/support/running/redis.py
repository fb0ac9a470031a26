"""A Redis server of its own on loopback, from the program that the machine has."""

from __future__ import annotations

import shutil
import socket
import subprocess
from contextlib import suppress

from tests.support.running.local_server import LocalServer

PROGRAM = "redis-server"
# Nothing is written to disk: what it holds is thrown away anyhow.
SETTINGS = {"bind": "127.0.0.1", "save": "", "appendonly": "no"}


def missing() -> str:
    """What keeps Redis from being used here; empty where nothing does."""
    return "" if shutil.which(PROGRAM) else f"no {PROGRAM} is installed (Debian: apt-get install {PROGRAM})"


class Redis(LocalServer):
    """An empty Redis server, as a context manager."""

    name = "Redis"

    def __init__(self) -> None:
        super().__init__()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def ping(self) -> bool:
        """Whether it answers."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
            client.sendall(b"PING\r\n")
            return client.recv(100).startswith(b"+PONG")
        return False

    def _start(self) -> None:
        if reason := missing():
            raise RuntimeError(reason)
        settings = {**SETTINGS, "port": str(self.port), "dir": str(self._folder)}
        command = [PROGRAM, *(part for name, value in settings.items() for part in (f"--{name}", value))]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_ready(30)
