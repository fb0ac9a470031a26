"""What a wait or a save may meet: success, and each kind of failure, always with the key repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stress.leaks.echoes import Echo
from tests.support.standin import Controls

NEVER = 24 * 3600.0
Prepare = Callable[["Stage", str], None]


@dataclass(frozen=True)
class Stage:
    """What an ending is prepared with.

    :param server: the stand-in for ModelsLab
    :param echo: what it repeats the key with
    :param saved: the folder that tasks save in
    """

    server: Controls
    echo: Echo
    saved: Path

    def answer(self, request_id: str, **answer: Any) -> None:
        """Let a job run for one look, then give this answer for ever."""
        self.server.add_job(request_id, duration=NEVER)
        self.server.fault("fetch", id=request_id, **self.echo.answer(200, self._waiting()))
        self.server.fault("fetch", id=request_id, times="always", **answer)

    def file(self, request_id: str, **fault: Any) -> None:
        """Let a job be complete, and its files be served with this fault."""
        self.server.add_job(request_id)
        self.server.fault("download", id=request_id, times="always", **fault)

    def _waiting(self) -> dict[str, Any]:
        return {"status": "processing", **self.echo.said("Try to fetch request"), "proxy_links": None}


@dataclass(frozen=True)
class Kind:
    """One thing that may happen.

    :param name: what it is called in ids
    :param prepare: lets it happen to a request
    :param error: the exception that the task's log must name; none for a success
    :param saving: whether only a task that saves meets it
    :param arguments: of the task
    """

    name: str
    prepare: Prepare
    error: str = ""
    saving: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)


def _done(stage: Stage, request_id: str) -> None:
    stage.server.add_job(request_id, duration=5, starts="first_look")


def _told(stage: Stage, request_id: str) -> None:
    urls = stage.server.urls(stage.server.add_job(f"{request_id}-files"))
    stage.answer(request_id, **stage.echo.success(urls))


def _limited(stage: Stage, request_id: str) -> None:
    stage.server.add_job(request_id)
    limited = stage.echo.error(429, "Rate limit exceeded.", retry_after=1)
    stage.server.fault("fetch", id=request_id, times=2, **limited)


def _refusal(status: int, words: str) -> Prepare:
    return lambda stage, request_id: stage.answer(request_id, **stage.echo.error(status, words))


def _failed(stage: Stage, request_id: str) -> None:
    said = {"status": "failed", **stage.echo.said("No face detected"), "output": ""}
    stage.answer(request_id, **stage.echo.answer(200, said))


def _redirected(stage: Stage, request_id: str) -> None:
    stage.answer(request_id, redirect=stage.echo.headers["Location"], headers=stage.echo.headers)


def _expired(stage: Stage, request_id: str) -> None:
    stage.file(request_id, **stage.echo.page(410))


def _page(stage: Stage, request_id: str) -> None:
    stage.file(request_id, **stage.echo.page(200))


def _led_on(stage: Stage, request_id: str) -> None:
    stage.file(request_id, redirect=stage.echo.headers["Location"], headers=stage.echo.headers)


def _led_off(stage: Stage, request_id: str) -> None:
    stage.file(request_id, redirect=f"ftp://127.0.0.1/{stage.echo.in_url}/{stage.echo.in_url}")


def _marked(stage: Stage, request_id: str) -> None:
    headers = {name: value for name, value in stage.echo.headers.items() if name != "Location"}
    stage.server.add_job(request_id)
    kind = f"image/{stage.echo.key}"
    stage.server.fault("download", id=request_id, cut_after=1000, headers=headers, content_type=kind)
    stage.server.fault("download", id=request_id, times="always", headers=headers, content_type=kind)


def _full(stage: Stage, request_id: str) -> None:
    """A file stands where the folder of the request is to be."""
    stage.server.add_job(request_id)
    (stage.saved / request_id).write_text("in the way")


KINDS = (
    Kind("done", _done),
    Kind("told", _told),
    Kind("limited", _limited),
    Kind("failed", _failed, "FaceSwapFailedError"),
    Kind("key", _refusal(401, "Invalid API key"), "InvalidKeyError"),
    Kind("credits", _refusal(402, "Insufficient credits"), "InsufficientCreditsError"),
    Kind("late", lambda stage, name: stage.answer(name, **stage.echo.answer(200, stage._waiting())),
         "FaceSwapTimeoutError", arguments={"timeout": 6}),
    Kind("away", lambda stage, name: stage.answer(name, **stage.echo.page()), "ModelsLabUnavailableError"),
    Kind("elsewhere", _redirected, "ModelsLabUnavailableError"),
    Kind("unknown", _refusal(404, "Request not found"), "RequestNotFoundError"),
    Kind("expired", _expired, "ExpiredUrlError", saving=True),
    Kind("page", _page, "InvalidContentError", saving=True),
    Kind("led-on", _led_on, "InvalidContentError", saving=True),
    Kind("led-off", _led_off, "UnsafeUrlError", saving=True),
    Kind("marked", _marked, saving=True),
    Kind("full", _full, "ModelsLabError", saving=True),
)  # fmt: skip
