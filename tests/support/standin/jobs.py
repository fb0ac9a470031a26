"""Jobs and what the API says of them at a given moment; no I/O and no clock of its own."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import quote, unquote

from tests.support.standin.media import Media

#: Ways in which an answer may differ from the documented one; any of them together.
SHAPES = frozenset(
    {
        "bare_waiting",  # {"status": "processing", "message": "Try Again", "output": ""}
        "no_id",  # the processing answer has lost the id
        "id_in_link",  # it stands in fetch_result only
        "no_generation_time",
        "no_meta",
        "proxy_null",
        "no_proxy",
        "tip",
        "output_string",
        "output_dict",
        "links",  # in place of output
        "task_id",  # in place of id
        "request_id",  # in place of id
        "string_id",
        "double_slash",
        "signed",  # URLs with a query string that holds a token
        "data_uri",  # the file itself in place of its URL
        "base64",  # the same as bare base64 text
        "entry_dicts",  # {"url": …, "content_type": …} in place of each URL
        "nsfw",
    }
)
ABSURD_ETA = 605
FIRST_ID = 118409305
#: Settings of a job that runs at its first look, however late that comes, and is done soon after.
BRIEF: dict[str, Any] = {"duration": 0.01, "starts": "first_look"}


@dataclass(frozen=True)
class File:
    """One file of a job's result.

    :param kind: see :class:`Media`
    :param size: see :class:`Media`
    :param name: last part of its URL; none means ``{job id}-{index}.{kind}``
    :param encoding: ``base64`` serves the file as base64 text, as base64 jobs do
    :param draws: see :class:`Media`
    """

    kind: str = "jpg"
    size: int | None = None
    name: str | None = None
    encoding: str | None = None
    draws: str = ""

    @classmethod
    def of(cls, given: Any) -> File:
        """Accept a File, its fields as a dict, ``"jpg"`` or ``"mp4:1000000"``."""
        if isinstance(given, File):
            return given
        if isinstance(given, dict):
            return cls(**given)
        kind, _, size = str(given).partition(":")
        return cls(kind, int(size) if size else None)


@dataclass
class Job:
    """A face swap.

    :param duration: seconds from its start to its end
    :param eta: ``none``, ``exact``, ``rough`` (30 % off at most), ``absurd`` (605), or a fixed number
    :param files: what it makes
    :param waiting: status while it runs: ``processing``, ``queued``, ``pending``
    :param ending: ``success``, ``failed`` or ``error``
    :param message: what a failed job says
    :param shape: one name out of ``SHAPES``, or several
    :param output: said in place of the files' URLs, whatever it is
    :param proxy_links: likewise
    :param fetch_result: likewise
    :param nsfw: said as nsfw_content_detected, whatever it is; the shape of that name says [true]
    :param starts: ``created``, or ``first_look``: the clock runs from its first fetch on
    :param files_late: seconds after the end during which the files are not there yet (404)
    :param draws: the persons that its files show, those that do not say so themselves; see :class:`Media`
    """

    id: int | str
    duration: float = 0.0
    eta: str | float = "none"
    files: list[File] = field(default_factory=lambda: [File()])
    waiting: str = "processing"
    ending: str = "success"
    message: Any = "Failed, Try Again"
    shape: Sequence[str] = ()
    output: Any = None
    proxy_links: Any = None
    fetch_result: str | None = None
    nsfw: Any = None
    starts: str = "created"
    files_late: float = 0.0
    draws: str = ""
    api_path: str = "/api/v6/faceswap"
    created: float = 0.0
    started: float | None = None
    first_seen: float | None = None
    looks: int = 0

    def __post_init__(self) -> None:
        self.files = [File.of(each) for each in self.files]
        self.shape = (self.shape,) if isinstance(self.shape, str) else tuple(self.shape)
        _check("shape", self.shape, SHAPES)
        _check("ending", [self.ending], ("success", "failed", "error"))
        _check("starts", [self.starts], ("created", "first_look"))
        if isinstance(self.eta, str):
            _check("eta", [self.eta], ("none", "exact", "rough", "absurd"))
        for index in range(len(self.files)):
            self.media(index)  # so that a bad kind or size is refused now, not when it is asked for
        self.started = self.created if self.starts == "created" else None

    def look(self, now: float) -> None:
        """Count a fetch; the first one starts the clock of a job that waits for it."""
        self.looks += 1
        self.started = now if self.started is None else self.started

    def remaining(self, now: float) -> float:
        """Seconds to its end; not positive once it is done."""
        return self.duration if self.started is None else self.started + self.duration - now

    def done(self, now: float) -> bool:
        return self.started is not None and self.remaining(now) <= 0

    def files_there(self, now: float) -> bool:
        return self.done(now) and self.remaining(now) <= -self.files_late

    def name(self, index: int) -> str:
        given = self.files[index]
        return given.name or f"{self.id}-{index}.{given.kind}"

    def media(self, index: int) -> Media:
        given = self.files[index]
        return Media(given.kind, given.size, f"{self.id}/{index}", given.draws or self.draws)

    def find(self, name: str) -> int | None:
        """Return the index of the file of that name."""
        names = (unquote(self.name(index)) for index in range(len(self.files)))
        return next((index for index, each in enumerate(names) if each == name), None)

    def urls(self, base: str, where: str = "files") -> list[str]:
        """Return the files' URLs; ``where="proxy"`` gives the alternates."""
        slash = "//" if "double_slash" in self.shape else "/"
        query = "?X-Amz-Signature=5ec4e7&X-Amz-Expires=86400" if "signed" in self.shape else ""
        folder = f"{base}/{where}{slash}{quote(str(self.id))}"
        return [f"{folder}/{quote(self.name(i), safe='%/')}{query}" for i in range(len(self.files))]

    def timeline(self) -> dict[str, Any]:
        """Return its moments by the server's clock, and how long it stood done before it was seen."""
        done_at = None if self.started is None else self.started + self.duration
        seen = self.first_seen
        delay = None if done_at is None or seen is None else seen - done_at
        return {
            "id": self.id,
            "looks": self.looks,
            "started": self.started,
            "done": done_at,
            "first_seen": seen,
            "delay": delay,
        }


def _check(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    if unknown := set(given) - set(known):
        raise ValueError(f"{what}: {', '.join(sorted(unknown))} is none of {', '.join(sorted(known))}")


def eta_of(job: Job, now: float) -> int | float | None:
    """Return the seconds that the job says are left, which need not be true."""
    if not isinstance(job.eta, str):
        return job.eta
    left = max(0.0, job.remaining(now))
    rough = 0.7 + 0.6 * (zlib.crc32(str(job.id).encode()) % 1000) / 999
    return {
        "none": None,
        "exact": math.ceil(left),
        "rough": math.ceil(left * rough),
        "absurd": ABSURD_ETA,
    }[job.eta]


#: What a caller may set; the moments and counters are the server's own.
JOB_SETTINGS = frozenset(each.name for each in fields(Job)) - {"created", "started", "first_seen", "looks"}


class Jobs:
    """All jobs, by id; ``7`` and ``"7"`` are the same one."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._ids = itertools.count(FIRST_ID)

    def add(self, now: float, job_id: int | str | None = None, **settings: Any) -> Job:
        if unknown := set(settings) - JOB_SETTINGS:
            raise ValueError(f"a job has no {', '.join(sorted(unknown))}")
        job = Job(id=next(self._ids) if job_id is None else job_id, created=now, **settings)
        self._jobs[str(job.id)] = job
        return job

    def get(self, job_id: object) -> Job | None:
        return self._jobs.get(str(job_id))

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def running(self, now: float) -> int:
        return sum(not job.done(now) for job in self._jobs.values())
