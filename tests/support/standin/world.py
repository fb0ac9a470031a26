"""What the stand-in knows and remembers, and the commands that change it; thread-safe, no network."""

# ruff: noqa: A002 - "id" is what the API calls it, and so do the commands

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.standin.faults import Fault, Faults
from tests.support.standin.jobs import Job, Jobs
from tests.support.standin.payloads import PAYLOADS

#: How many requests are kept for assertions; the counters go on for ever.
REMEMBERED = 5000


@dataclass
class Settings:
    """How the server behaves when no fault says otherwise.

    :param key: the API key that it accepts; long enough not to stand in other text by chance
    :param wrong_key: what it does with another one: ``401``, or ``200`` (the error under HTTP 200)
    :param queue_limit: how many unfinished jobs it allows before a submit meets 429; none means any number
    :param retry_after: seconds that it then asks to keep away
    :param balance: what the wallet holds
    :param takes: the ways in which it takes base64 pictures: ``data_uri``, ``plain``, or ``any``
    :param submit: settings of the jobs that submit calls create
    :param draw: draw what comes of every submit call; else only where it is known who is in its pictures
    :param enterprise_fetch: which form of the fetch call its enterprise paths speak: ``path`` (the id in the
        path), ``body`` (in the body) or ``both``; the other is a 404 without content
    """

    key: str = "stand-in-key"
    wrong_key: str = "401"
    queue_limit: int | None = None
    retry_after: float = 30
    balance: float = 43.6
    takes: str = "any"
    submit: dict[str, Any] = field(default_factory=dict)
    draw: bool = False
    enterprise_fetch: str = "both"


@dataclass(frozen=True)
class Seen:
    """A request as it came in."""

    on: str
    job_id: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)

    def places_of(self, key: str) -> list[str]:
        """Return where a key stands in it."""
        places = {
            "body": key in map(str, self.body.values()),
            "headers": any(key in value for value in self.headers.values()),
            "url": key in self.path,
        }
        return [place for place, found in places.items() if found]

    def leaked(self, key_in: list[str]) -> bool:
        """Whether the key went where it must not: anywhere but into the body of a call to the API."""
        return bool(set(key_in) - {"body"}) or (bool(key_in) and self.on in ("file", "proxy", "elsewhere"))

    def without(self, key: str) -> dict[str, Any]:
        """Return what may be remembered of it; of the body only the names of its fields."""
        return {
            "on": self.on,
            "id": self.job_id,
            "method": self.method,
            "path": self.path.replace(key, "***"),
            "headers": {name.lower(): value.replace(key, "***") for name, value in self.headers.items()},
            "fields": sorted(self.body),
        }


class World:
    """Jobs, faults, counters and settings. The methods named in ``COMMANDS`` can be called over HTTP too."""

    COMMANDS = frozenset(
        [
            *("add_job", "add_jobs", "finish", "urls", "content", "sha256"),
            *("fault", "remove_fault", "clear_faults", "configure", "reset"),
            *("looks", "submits", "timeline", "timelines", "stats", "requests"),
        ]
    )

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.clock = clock
        self.url = ""
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self.jobs = Jobs()
        self._faults = Faults()
        self.tally: Counter[str] = Counter()
        self._requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self._submits: list[dict[str, Any]] = []

    def call(self, command: str, arguments: dict[str, Any]) -> Any:
        """Carry out a command by its name."""
        if command not in self.COMMANDS:
            raise ValueError(f"there is no command {command!r}; there are {', '.join(sorted(self.COMMANDS))}")
        return getattr(self, command)(**arguments)

    # -- commands -------------------------------------------------------------------------------

    def add_job(self, id: int | str | None = None, **settings: Any) -> int | str:
        with self._lock:
            return self.jobs.add(self.clock(), id, **settings).id

    def add_jobs(self, count: int, **settings: Any) -> list[int | str]:
        with self._lock:
            return [self.add_job(**settings) for _ in range(count)]

    def finish(self, id: int | str) -> None:
        """End a running job now."""
        with self._lock:
            job, now = self.job(id), self.clock()
            job.started = now if job.started is None else job.started
            job.duration = min(job.duration, now - job.started)

    def fault(self, **settings: Any) -> int:
        fault = Fault(**settings)
        if fault.payload is not None and fault.payload not in PAYLOADS:
            raise ValueError(f"there is no payload {fault.payload!r}")
        with self._lock:
            return self._faults.add(fault, self.clock())

    def remove_fault(self, number: int) -> None:
        with self._lock:
            self._faults.remove(number)

    def clear_faults(self) -> None:
        with self._lock:
            self._faults.clear()

    def looks(self, id: int | str) -> int:
        with self._lock:
            return self.tally[f"looks:{id}"]

    def submits(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._submits)

    def timeline(self, id: int | str) -> dict[str, Any]:
        return self.job(id).timeline()

    def timelines(self) -> list[dict[str, Any]]:
        return [job.timeline() for job in self.jobs]

    def urls(self, id: int | str, where: str = "files") -> list[str]:
        return self.job(id).urls(self.url, where)

    def content(self, id: int | str, index: int = 0) -> bytes:
        return self.job(id).media(index).whole()

    def sha256(self, id: int | str, index: int = 0) -> str:
        return self.job(id).media(index).sha256()

    def stats(self) -> dict[str, int]:
        with self._lock:
            return {name: n for name, n in self.tally.items() if not name.startswith("looks:")}

    def requests(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._requests)

    def configure(self, **settings: Any) -> None:
        with self._lock:
            self.settings = replace(self.settings, **settings)

    def reset(self) -> None:
        """Forget every job, fault, counter and remembered request; the settings stay."""
        with self._lock:
            self._forget()

    # -- what the server asks and tells ---------------------------------------------------------

    def job(self, id: int | str) -> Job:
        """Return a job that must be there."""
        if (job := self.jobs.get(id)) is None:
            raise ValueError(f"there is no job {id}")
        return job

    def look(self, id: str) -> Job | None:
        """Return the job that a fetch asks for, at the moment of that fetch."""
        with self._lock:
            if job := self.jobs.get(id):
                job.look(self.clock())
            return job

    def saw(self, job: Job) -> None:
        """Note that a client was told the end of a job."""
        if job.first_seen is None:
            job.first_seen = self.clock()

    def submitted(self, call: str, parameters: dict[str, Any], id: int | str | None) -> None:
        """Note a submit call and the job that it made, if any."""
        with self._lock:
            self._submits.append(
                {"at": self.clock(), "call": call, "id": id, "track_id": parameters.get("track_id")}
                | {"parameters": {name: value for name, value in parameters.items() if name != "key"}}
            )

    def take_fault(self, on: str, id: str, name: str, body: Mapping[str, Any]) -> Fault | None:
        with self._lock:
            return self._faults.take(on, id, name, body, self.clock())

    def count(self, what: str, by: int = 1) -> None:
        with self._lock:
            self.tally[what] += by

    def note(self, seen: Seen) -> None:
        """Remember a request without the key: only where the key stood."""
        key_in = seen.places_of(self.settings.key)
        entry = {"at": self.clock(), **seen.without(self.settings.key), "key_in": key_in}
        with self._lock:
            self._requests.append(entry)
            self.tally["requests"] += 1
            self.tally[seen.on] += 1
            if seen.on == "fetch":
                self.tally[f"looks:{seen.job_id}"] += 1
            self.tally["key_leaks"] += seen.leaked(key_in)
