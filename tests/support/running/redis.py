"""A Redis server of its own on loopback, from the program that the machine has."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.support.running.processes import free_ports, stop, wait_until

PROGRAM = "redis-server"
# Nothing is written to disk: what it holds is thrown away anyhow.
SETTINGS = {"bind": "127.0.0.1", "save": "", "appendonly": "no"}


def missing() -> str:
    """What keeps Redis from being used here; empty where nothing does."""
    return "" if shutil.which(PROGRAM) else f"no {PROGRAM} is installed (Debian: apt-get install {PROGRAM})"


class Redis:
    """An empty Redis server, as a context manager."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Redis:
        self._folder = Path(tempfile.mkdtemp(prefix="modelslab-redis-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            stop(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)

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
        wait_until(self._ready, 30, "Redis to answer")

    def _ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"Redis ended: {(self._folder / 'log').read_text()}")
        return self.ping()
