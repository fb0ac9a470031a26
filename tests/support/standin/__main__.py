"""``python -m tests.support.standin``: the stand-in as a process of its own.

When it is ready it prints one line of JSON, ``{"url": ..., "pid": ...}``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any

from tests.support.standin.server import serving
from tests.support.standin.world import Settings, World


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser("python -m tests.support.standin", description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    arguments.add_argument("--key", default="stand-in-key", help="the API key that it accepts")
    arguments.add_argument(
        "--wrong-key", choices=("401", "200"), default="401", help="how it refuses another one"
    )
    arguments.add_argument(
        "--queue-limit", type=int, help="unfinished jobs allowed before a submit meets 429"
    )
    arguments.add_argument(
        "--job",
        action="append",
        default=[],
        help="a job to begin with: id=101,duration=8,eta=6,kind=jpg+mp4:1000000,starts=first_look;"
        " with draws=anna+ben its files are drawn and show Ben with Anna's face",
    )
    arguments.add_argument(
        "--jobs", help="jobs to begin with: a JSON list of them, or the file that it is in"
    )
    arguments.add_argument(
        "--draw", action="store_true", help="draw what comes of every submit call, whoever is in its pictures"
    )
    arguments.add_argument(
        "--until-stdin-ends", action="store_true", help="stop when standard input is closed"
    )
    return arguments


def parse_job(text: str) -> dict[str, Any]:
    """Read a ``--job`` option; ``kind`` and ``shape`` take several names with ``+`` between them."""
    settings: dict[str, Any] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"--job: {part!r} is not of the form name=value")
        settings[name.strip()] = value.strip()
    if "kind" in settings:
        settings["files"] = settings.pop("kind").split("+")
    if "shape" in settings:
        settings["shape"] = settings["shape"].split("+")
    return {name: value if isinstance(value, list) else _number(value) for name, value in settings.items()}


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def jobs_of(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the settings of all jobs to begin with."""
    listed = options.jobs or "[]"
    if not listed.lstrip().startswith("["):
        listed = Path(listed).read_text()
    return [*json.loads(listed), *map(parse_job, options.job)]


def raise_file_limit() -> None:
    """Allow as many connections as the system lets a process have; the usual 1024 are too few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def until_stdin_ends() -> None:
    """Return when whoever started this process is gone, or closes our standard input."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def read() -> None:
        while os.read(sys.stdin.fileno(), 4096):  # not stdin.read(), whose lock would break an end by Ctrl-C
            pass
        with contextlib.suppress(RuntimeError):  # the loop may have ended first
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True).start()
    await ended.wait()


async def run(options: argparse.Namespace) -> None:
    world = World(Settings(options.key, options.wrong_key, options.queue_limit, draw=options.draw))
    for settings in jobs_of(options):
        world.add_job(**settings)
    async with serving(world, options.port, options.host) as url:
        print(json.dumps({"url": url, "pid": os.getpid()}), flush=True)
        await (until_stdin_ends() if options.until_stdin_ends else asyncio.Event().wait())


def main() -> None:
    options = parser().parse_args()
    raise_file_limit()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(options))
    except (OSError, TypeError, ValueError) as error:
        sys.exit(f"stand-in: {error}")


if __name__ == "__main__":
    main()
