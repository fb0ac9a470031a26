"""A server of its own on loopback, as a context manager; what it has is in a folder that is thrown away."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.running.processes import free_ports, stop, wait_until

if TYPE_CHECKING:
    from typing_extensions import Self


class LocalServer(ABC):
    """What such servers share; `name` is the program's, for people."""

    name: str

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix=f"modelslab-{self.name.lower()}-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._end(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)

    @abstractmethod
    def ping(self) -> bool:
        """Whether it serves."""

    @abstractmethod
    def _start(self) -> None:
        """Start the process and wait until it serves."""

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        stop(process)

    def _wait_until_ready(self, seconds: float) -> None:
        wait_until(self._ready, seconds, f"{self.name} to answer")

    def _ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: {(self._folder / 'log').read_text()}")
        return self.ping()
