"""The stand-in as a test sees it: in a thread of this process, or as a process of its own."""

# ruff: noqa: A002 - "id" is what the API calls it, and so do the commands

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, cast
from urllib.parse import urlsplit

from tests import ROOT
from tests.support.standin.jobs import File
from tests.support.standin.server import serving
from tests.support.standin.wire import dumps, loads
from tests.support.standin.world import Settings, World

Id = int | str
START_LIMIT = 30.0
CALL_LIMIT = 60.0


class Controls(ABC):
    """The commands, the same for both ways to run the server."""

    url: str = ""
    key: str

    @abstractmethod
    def call(self, command: str, **arguments: Any) -> Any:
        """Carry out one of ``World.COMMANDS``."""

    def add_job(
        self,
        id: Id | None = None,
        *,
        duration: float = 0.0,
        eta: str | float = "none",
        files: Sequence[File | dict[str, Any] | str] = ("jpg",),
        **settings: Any,
    ) -> Id:
        """Add a job and return its id; the parameters are those of :class:`Job`."""
        return cast(
            "Id", self.call("add_job", id=id, duration=duration, eta=eta, files=list(files), **settings)
        )

    def add_jobs(self, count: int, **settings: Any) -> list[Id]:
        """Add that many jobs alike, with new ids."""
        return cast("list[Id]", self.call("add_jobs", count=count, **settings))

    def finish(self, id: Id) -> None:
        """End a running job now."""
        self.call("finish", id=id)

    def fault(self, on: str = "fetch", *, id: Id | None = None, **settings: Any) -> int:
        """Misbehave as :class:`Fault` describes (once, or for ``seconds``); return the fault's number."""
        return cast(int, self.call("fault", on=on, id=id, **settings))

    def remove_fault(self, number: int) -> None:
        """End a fault."""
        self.call("remove_fault", number=number)

    def clear_faults(self) -> None:
        """End every fault."""
        self.call("clear_faults")

    def looks(self, id: Id) -> int:
        """Return how many fetch calls asked for an id, those that met a fault included."""
        return cast(int, self.call("looks", id=id))

    def submits(self, *, accepted: bool | None = None) -> list[dict[str, Any]]:
        """Return the submit calls, oldest first: at, call, track_id, parameters, and id, none if refused."""
        return [each for each in self.call("submits") if accepted in (None, each["id"] is not None)]

    def timeline(self, id: Id) -> dict[str, Any]:
        """Return a job's moments: looks, started, done, first_seen; and delay, seconds from done to seen."""
        return cast("dict[str, Any]", self.call("timeline", id=id))

    def timelines(self) -> list[dict[str, Any]]:
        """Return the moments of all jobs."""
        return cast("list[dict[str, Any]]", self.call("timelines"))

    def urls(self, id: Id, where: str = "files") -> list[str]:
        """Return the URLs of a job's files; ``where="proxy"`` for the alternates."""
        return cast("list[str]", self.call("urls", id=id, where=where))

    def content(self, id: Id, index: int = 0) -> bytes:
        """Return the bytes of a (small) file."""
        return cast(bytes, self.call("content", id=id, index=index))

    def sha256(self, id: Id, index: int = 0) -> str:
        """Return the checksum of a file of any size, in hex."""
        return cast(str, self.call("sha256", id=id, index=index))

    def stats(self) -> dict[str, int]:
        """Return the counters: in all, and one for each kind of request."""
        names = "requests connections bytes_sent key_leaks fetch submit wallet system file proxy elsewhere"
        return {**dict.fromkeys(names.split(), 0), **self.call("stats")}

    def requests(self, on: str | None = None) -> list[dict[str, Any]]:
        """Return the last requests, oldest first: on, id, method, path, headers, fields, key_in."""
        return [each for each in self.call("requests") if on in (None, each["on"])]

    def configure(self, **settings: Any) -> None:
        """Change some of the :class:`Settings`."""
        self.call("configure", **settings)
        self.key = settings.get("key", self.key)

    def rotate_key(self, key: str) -> None:
        """Accept this key from now on, and the old one no longer."""
        self.configure(key=key)

    def reset(self) -> None:
        """Forget every job, fault, counter and remembered request."""
        self.call("reset")


class StandIn(Controls):
    """The server in a daemon thread with an event loop of its own.

    :param key: the API key that it accepts
    :param port: none of one's own choice by default
    :param settings: see :class:`Settings`
    """

    def __init__(self, key: str = "stand-in-key", *, port: int = 0, **settings: Any) -> None:
        self.key = key
        self.world = World(Settings(key=key, **settings))
        self._port = port
        self._started: Future[str] = Future()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="modelslab-stand-in", daemon=True)

    def call(self, command: str, **arguments: Any) -> Any:
        return self.world.call(command, arguments)

    def __enter__(self) -> StandIn:
        self._thread.start()
        self.url = self._started.result(START_LIMIT)
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop and self._stop:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_LIMIT)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)  # to whoever waits for the start

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self.world, self._port) as url:
            self._started.set_result(url)
            await self._stop.wait()


class StandInProcess(Controls):
    """The server as a process of its own, for what must not share one (benchmarks, a demo).

    :param key: the API key that it accepts
    :param port: none of one's own choice by default
    :param options: more of its command line, such as ``--job id=101,duration=8``
    """

    def __init__(self, key: str = "stand-in-key", *, port: int = 0, options: Sequence[str] = ()) -> None:
        self.key = key
        self.pid = 0
        self._command = [
            sys.executable,
            "-m",
            "tests.support.standin",
            "--port",
            str(port),
            "--until-stdin-ends",
        ]
        self._command += ["--key", key, *options]

    def __enter__(self) -> StandInProcess:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.__exit__()
            raise RuntimeError(f"the stand-in ended with status {self._process.wait(START_LIMIT)}")
        ready = json.loads(line)
        self.url, self.pid = ready["url"], ready["pid"]
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(START_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def call(self, command: str, **arguments: Any) -> Any:
        # Not urllib: it would obey a proxy of the environment, and builds a TLS context for each call.
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=CALL_LIMIT)
        with contextlib.closing(connection):
            connection.request("POST", f"/_control/{command}", dumps(arguments))
            answer = loads(connection.getresponse().read())
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["result"]
