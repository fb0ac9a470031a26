"""Faults on command: which requests they hit, for how long, and what goes wrong. No I/O."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: A name for several targets at once.
GROUPS = {
    "api": {"fetch", "submit", "wallet", "system"},
    "download": {"file", "proxy"},
    "any": {"fetch", "submit", "wallet", "system", "file", "proxy"},
}
TARGETS = GROUPS["any"] | set(GROUPS)


@dataclass
class Fault:
    """One way to misbehave. What is set applies together, e.g. ``cut_after`` with ``no_range``.

    Which requests:

    :param on: ``fetch``, ``submit``, ``wallet``, ``system``, ``file`` (the URLs in ``output``),
        ``proxy`` (those in ``proxy_links``), or ``api``, ``download``, ``any`` for several
    :param id: of this job only
    :param name: of this file only
    :param holding: of requests only in whose body this text stands
    :param skip: let that many requests pass first
    :param times: how many requests it hits, or ``always``; by default one, or all while ``seconds`` last
    :param seconds: it ends so long after it was given

    What goes wrong:

    :param delay: seconds before anything else happens
    :param accepts: carry the call out all the same, before anything else: its answer is lost
    :param hang: never answer
    :param reset: reset the connection before any header
    :param payload: answer with this one of ``PAYLOADS``
    :param status: answer with this status (with an empty body if ``body`` says nothing)
    :param body: answer with this: dict or list as JSON, text (HTML where it begins with ``<``) or bytes
    :param headers: more headers
    :param redirect: the ``Location`` of a redirect; ``status`` is 302 if not given
    :param cut_after: end the connection after that many bytes of the body
    :param cut: how: ``close`` (as at the end of a stream) or ``reset``
    :param drip: bytes per second
    :param length_delta: how far the Content-Length is from the truth
    :param chunked: no Content-Length at all
    :param content_type: in place of the true one
    :param no_range: ignore Range
    :param replaced: serve another version of the file, with its own ETag; each request another one
    :param encoding: ``gzip`` (as Content-Encoding) or ``base64`` (as text)
    """

    on: str = "fetch"
    id: int | str | None = None
    name: str | None = None
    holding: str | None = None
    skip: int = 0
    times: int | str | None = None
    seconds: float | None = None
    delay: float = 0.0
    accepts: bool = False
    hang: bool = False
    reset: bool = False
    payload: str | None = None
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    redirect: str | None = None
    cut_after: int | None = None
    cut: str = "close"
    drip: float | None = None
    length_delta: int = 0
    chunked: bool = False
    content_type: str | None = None
    no_range: bool = False
    replaced: bool = False
    encoding: str | None = None
    hits: int = 0
    until: float | None = None

    def __post_init__(self) -> None:
        if self.on not in TARGETS:
            raise ValueError(f"on must be one of {', '.join(sorted(TARGETS))}, not {self.on!r}")
        if self.encoding not in (None, "gzip", "base64"):
            raise ValueError(f"encoding must be gzip or base64, not {self.encoding!r}")
        if isinstance(self.times, str) and self.times != "always":
            raise ValueError(f"times must be a number or always, not {self.times!r}")
        if self.cut not in ("close", "reset"):
            raise ValueError(f"cut must be close or reset, not {self.cut!r}")

    @property
    def replaces_answer(self) -> bool:
        return self.payload is not None or self.status is not None or self.body is not None

    def matches(self, on: str, job_id: str, name: str, body: Mapping[str, Any]) -> bool:
        return (
            on in GROUPS.get(self.on, {self.on})
            and self.id in (None, job_id)
            and self.name in (None, name)
            and (self.holding is None or any(self.holding in str(value) for value in body.values()))
        )

    def spent(self, now: float) -> bool:
        if self.until is not None and now >= self.until:
            return True
        limit = self.times or (1 if self.until is None else "always")
        return not isinstance(limit, str) and self.hits >= limit


class Faults:
    """The faults in force. A request meets the first one that matches it, in the order they were given."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._numbers = itertools.count(1)

    def add(self, fault: Fault, now: float) -> int:
        """Take a fault and return its number."""
        fault.until = None if fault.seconds is None else now + fault.seconds
        fault.id = None if fault.id is None else str(fault.id)
        number = next(self._numbers)
        self._faults[number] = fault
        return number

    def take(self, on: str, job_id: str, name: str, body: Mapping[str, Any], now: float) -> Fault | None:
        """Return the fault for this request, if any, and count it."""
        for number, fault in list(self._faults.items()):
            if fault.spent(now):
                del self._faults[number]
            elif fault.matches(on, job_id, name, body):
                if fault.skip == 0:
                    fault.hits += 1
                    return fault
                fault.skip -= 1
        return None

    def remove(self, number: int) -> None:
        self._faults.pop(number, None)

    def clear(self) -> None:
        self._faults.clear()
