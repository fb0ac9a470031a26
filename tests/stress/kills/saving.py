"""A save that something happens to in its middle, and what stands in its folder."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stress.kills.server import Server
    from tests.support.running import Components, Run

MANIFEST = "manifest.json"
THUMBNAIL = ".thumbnail.jpeg"
SLOW = 40.0  # seconds that the first transfer would take
MIDDLE = 0.2  # share of the file


@dataclass
class Save:
    """A result with a small and a large file, saved by one task.

    :param request_id: the id
    :param destination: the folder above
    :param size: bytes of the large file
    """

    request_id: str
    destination: Path
    size: int
    run: Run | None = None

    @property
    def folder(self) -> Path:
        """Where the files go."""
        return self.destination / self.request_id

    @property
    def names(self) -> tuple[str, str]:
        """The names of the files."""
        return f"{self.request_id}-0.jpg", f"{self.request_id}-1.mp4"

    def begin(self, airflow: Components, server: Server) -> None:
        """Begin the task; its job ends when it is told to, and then the transfer is slow once."""
        files = ["jpg", f"mp4:{self.size}"]
        server.call("add_job", id=self.request_id, duration=24 * 3600.0, files=files)
        server.call("fault", on="file", id=self.request_id, name=self.names[1], drip=self.size / SLOW)
        conf = {"request_id": self.request_id, "destination": f"file://{self.destination}"}
        self.run = airflow.trigger("save", conf)

    def go_on(self, server: Server) -> None:
        """End the job, so that the transfer begins."""
        server.call("finish", id=self.request_id)

    def in_its_middle(self) -> bool:
        """Whether the large file is on its way."""
        parts = self.folder.glob(f".{self.names[1]}.*")
        return any(part.stat().st_size > MIDDLE * self.size for part in parts)

    def parts(self) -> list[Path]:
        """Files that are not whole; wherever in the destination."""
        return [each for each in self._files() if each.name.startswith(".")]

    def final(self) -> list[str]:
        """Names of the files that stand as if they were whole; thumbnails are not counted."""
        names = (each.name for each in self._files())
        return sorted(name for name in names if not (name.startswith(".") or name.endswith(THUMBNAIL)))

    def whole(self, server: Server) -> int:
        """How many files stand under their names and are what the server has."""
        return sum(
            _sha256(self.folder / name) == server.call("sha256", id=self.request_id, index=index)
            for index, name in enumerate(self.names)
        )

    def process(self, airflow: Components) -> psutil.Process:
        """The process that writes the large file."""
        parts = {str(each) for each in self.parts()}
        for each in psutil.Process(airflow.processes["scheduler"].pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if parts & {file.path for file in each.open_files()}:
                    return each
        raise RuntimeError(f"no process writes {', '.join(parts)}")

    def _files(self) -> Iterator[Path]:
        return (each for each in self.destination.rglob("*") if each.is_file())


def _sha256(path: Path) -> str:
    if not path.exists():
        return "missing"
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()
