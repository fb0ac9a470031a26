"""Thumbnails of the files that were saved, for whoever looks at a result. No task fails for want of one."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.saving import thumbnail_process
from airflow_provider_modelslab.saving.destination import describe_failure
from airflow_provider_modelslab.saving.file_names import thumbnail_name
from airflow_provider_modelslab.saving.manifest import SavedFile
from airflow_provider_modelslab.saving.progress import readable

if TYPE_CHECKING:
    from airflow_provider_modelslab.saving.store import Store

#: What Python needs of the environment, which is full of secrets: no more of it reaches the decoders.
_ENVIRONMENT = (
    *("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"),
    *("PYTHONHOME", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"),
)
_AT_ONCE = 8  # files: what lies in the temporary folder at a time
_LARGEST_PICTURE = 32 * 2**20  # bytes to read back from an object store
_FILM_END = 8 * 2**20  # bytes to read back of each end of a film: either has its table of contents


@dataclass(frozen=True)
class Bounds:
    """What the thumbnails of a result may cost.

    :param memory: of the process that decodes, in bytes
    :param seconds_a_file: that decoding one file may take
    :param most_seconds: that all of it may take
    """

    memory: int = 2**30
    seconds_a_file: float = 8.0
    most_seconds: float = 60.0


_BOUNDS = Bounds()


def with_thumbnails(
    files: Sequence[SavedFile], store: Store, log: logging.Logger, bounds: Bounds = _BOUNDS
) -> list[SavedFile]:
    """Write a thumbnail beside each file, and return the files with its name and their measures.

    Whatever goes wrong with one is said in one warning, and leaves that file as it was.

    :param files: what was saved
    :param store: where
    :param log: for the warning
    :param bounds: what it may cost
    """
    making = _Making(store, bounds, time.monotonic() + min(10 + len(files), bounds.most_seconds))
    try:
        if not thumbnail_process.is_possible():
            log.debug("No thumbnails: install airflow-provider-modelslab[preview] to have them made")
            return list(files)
        for at in range(0, len(files), _AT_ONCE):
            making.make(files[at : at + _AT_ONCE])
    except Exception as error:
        making.troubles.append(describe_failure(error))
    if making.troubles:
        log.warning("Saved without all thumbnails: %s", "; ".join(making.troubles)[:1000])
    return [making.made.get(file.name, file) for file in files]


@dataclass(frozen=True)
class _Making:
    store: Store
    bounds: Bounds
    deadline: float
    made: dict[str, SavedFile] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def make(self, files: Sequence[SavedFile]) -> None:
        with TemporaryDirectory(prefix="modelslab-", ignore_cleanup_errors=True) as name:
            folder, wanted, jobs = Path(name), [], []
            for at, file in enumerate(files):
                with self._noting(file):
                    path = self.store.local_path(file.name) or self._fetch(file, folder / str(at))
                    thumbnail = str(folder / f"{at}.jpeg")
                    jobs.append({"path": path, "content_type": file.content_type, "thumbnail": thumbnail})
                    wanted.append(file)
            for file, job, answer in zip(wanted, jobs, self._answers(jobs, folder), strict=True):
                if "error" in answer:
                    self.troubles.append(f"{file.name}: {answer['error']}")
                    continue
                with self._noting(file):
                    self.made[file.name] = self._written(file, Path(job["thumbnail"]), answer)

    @contextmanager
    def _noting(self, file: SavedFile) -> Iterator[None]:
        """Let what fails of one file be no failure of the others."""
        try:
            yield
        except Exception as error:
            self.troubles.append(f"{file.name}: {describe_failure(error)}")

    def _fetch(self, file: SavedFile, to: Path) -> str:
        """Copy as much of a file as its thumbnail takes, each part where it belongs; the rest is a hole."""
        with to.open("wb") as copy:
            copy.truncate(file.size)
            for start, stop in _wanted_parts(file):
                copy.seek(start)
                for piece in self.store.pieces(file.name, start, stop):
                    copy.write(piece)
                    if time.monotonic() > self.deadline:
                        raise TimeoutError("reading it back took too long")
        return str(to)

    def _answers(self, jobs: list[dict[str, str]], folder: Path) -> Iterator[dict[str, Any]]:
        """Yield what the decoder says of each file. Where one kills it, it is started again for the rest."""
        rest = jobs
        while rest and time.monotonic() < self.deadline:
            lines, end = self._decode(rest, folder)
            yield from map(json.loads, lines)
            rest = rest[len(lines) :]
            if rest:
                yield {"error": f"its decoder {end}"}
                rest = rest[1:]
        yield from [{"error": "its decoder was not started any more"}] * len(rest)

    def _decode(self, jobs: list[dict[str, str]], folder: Path) -> tuple[list[bytes], str]:
        """Run the process; return its answers, and how it ended."""
        order = {"jobs": jobs, "memory": self.bounds.memory, "seconds": self.bounds.seconds_a_file}
        with (folder / "answers").open("w+b") as answers:
            try:
                done = subprocess.run(  # noqa: S603 - no shell, and no argument from outside
                    [sys.executable, "-m", thumbnail_process.__name__],
                    input=json.dumps(order).encode(),
                    stdout=answers,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    env=_environment(),
                    timeout=max(0.0, self.deadline - time.monotonic()),
                    check=False,
                )
                end = _ending(done.returncode)
            except subprocess.TimeoutExpired:
                end = "took too long"
            answers.seek(0)
            return answers.read().split(b"\n")[:-1], end

    def _written(self, file: SavedFile, thumbnail: Path, answer: dict[str, Any]) -> SavedFile:
        name = thumbnail_name(file.name)
        self.store.write(name, thumbnail.read_bytes(), "image/jpeg")
        width, height, duration = (answer.get(key) for key in ("width", "height", "duration"))
        return replace(file, thumbnail=name, width=width, height=height, duration=duration)


def _wanted_parts(file: SavedFile) -> list[tuple[int, int]]:
    """Return which bytes of a file its thumbnail takes. Pure."""
    if not file.content_type.startswith("video/"):
        if file.size > _LARGEST_PICTURE:
            raise ValueError(f"a picture above {readable(_LARGEST_PICTURE)} is not read back")
        return [(0, file.size)]
    if file.size <= 2 * _FILM_END:
        return [(0, file.size)]
    return [(0, _FILM_END), (file.size - _FILM_END, file.size)]


def _ending(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
