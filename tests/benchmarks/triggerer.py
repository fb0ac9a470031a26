"""The triggerer's processes in a running Airflow: their CPU, memory and connections."""

from __future__ import annotations

import contextlib
from typing import Any
from urllib.parse import urlsplit

import psutil

from tests.support.running import Standalone


class Triggerer:
    """Sums up what the processes of the triggerer use; those that come and go included.

    :param airflow: the Airflow it belongs to
    :param url: the server whose connections are counted
    """

    def __init__(self, airflow: Standalone, url: str) -> None:
        assert airflow.process is not None
        self._root = psutil.Process(airflow.process.pid)
        self._cpu: dict[int, float] = {}
        self._port = urlsplit(url).port
        self._memory = self._connections = 0
        self.sample()
        self._before = sum(self._cpu.values())

    def sample(self) -> None:
        """Look at the processes that there are now."""
        memory = connections = 0
        for process in self._root.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "triggerer" in " ".join(process.cmdline()):
                    times = process.cpu_times()
                    self._cpu[process.pid] = times.user + times.system
                    memory += process.memory_info().rss
                    connections += self._connections_of(process)
        self._memory = max(self._memory, memory)
        self._connections = max(self._connections, connections)

    def _connections_of(self, process: psutil.Process) -> int:
        return sum(
            bool(each.raddr) and each.raddr.port == self._port for each in process.net_connections("tcp")
        )

    def figures(self) -> dict[str, Any]:
        """Return what was used since the beginning."""
        self.sample()
        used = sum(self._cpu.values()) - self._before
        return {
            "triggerer CPU s": used,
            "triggerer MiB": self._memory / 2**20,
            "triggerer connections": self._connections,
        }
