"""The stand-in for ModelsLab as a server that can go away and come back at the same address."""

from __future__ import annotations

import json
import random
import socket
from contextlib import suppress
from typing import Any

from tests.support.standin import StandInProcess

# No outgoing connection takes such a port while the server is away.
BELOW_EPHEMERAL = range(20000, 32000)


class Server:
    """The stand-in in a process of its own, as a context manager; it has the commands while it is there."""

    def __init__(self) -> None:
        self.port, self.key = _port(), "stand-in-key"
        self.commands: StandInProcess | None = None

    @property
    def url(self) -> str:
        """Its address, the same for ever."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        self.come_back([])
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def come_back(self, jobs: list[dict[str, Any]]) -> None:
        """Start a process with these jobs."""
        self.commands = StandInProcess(self.key, port=self.port, options=["--jobs", json.dumps(jobs)])
        self.commands.__enter__()

    def leave(self) -> None:
        """End the process, if there is one: connections are refused from now on."""
        if self.commands:
            self.commands.__exit__()
        self.commands = None

    def call(self, command: str, **arguments: Any) -> Any:
        """Carry out a command of the stand-in."""
        assert self.commands is not None, "the server is away"
        return self.commands.call(command, **arguments)

    def rotate_key(self, key: str) -> None:
        """Accept this key from now on, and the old one no longer."""
        self.call("configure", key=key)
        self.key = key


def _port() -> int:
    while True:
        port = random.choice(BELOW_EPHEMERAL)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
