"""What the demo tells of a run that has ended."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

if TYPE_CHECKING:
    from tests.demo import Job
    from tests.support.running import AirflowHome, Run

NOISE = re.compile(r"::(end)?group::|DagBag|DAG bundles|Worker startup|Dependencies all met|Exporting env")


def report(run: Run, task_id: str, job: Job, home: AirflowHome) -> None:
    """Print the log of the task, what became of it, and its files, each read again."""
    print("\nLog of the task:")
    for line in run.task_log(task_id).splitlines():
        if not NOISE.search(line):
            print(f"  {line}")
    print(f"\nTask states: {run.task_states()}; the wait was deferred: {_yes(run.was_deferred(task_id))}")
    if run.state == "success":
        _show_files(run.xcom(task_id), job)
    print(f"\nAll logs: {home.path / 'logs'} and {home.path / '*.log'}\n", flush=True)


def _show_files(result: dict[str, Any], job: Job) -> None:
    print(f"\nFiles of face swap {result['id']}:")
    for number, file in enumerate(result["files"]):
        print(f"  {_shown(file['uri'])}")
        print(f"    {file['size']:,} bytes, {file['content_type']}, sha256 {file['sha256']}")
        print(f"    {_checked(file, number, job)}")
    print(f"  {_shown(result['manifest'])}\n    says the same, as JSON")


def _checked(file: dict[str, Any], number: int, job: Job) -> str:
    """Read the file again and compare: with what the task said, and with what the stand-in served."""
    path = _local(file["uri"])
    if path is None:
        return "not on this machine, so not read again here"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    expected = job.standin.sha256(job.request_id, number) if job.standin else file["sha256"]
    if not found == expected == file["sha256"]:
        raise AssertionError(f"{path} is not what was served: sha256 {found}, served {expected}")
    return (
        "read again: byte for byte what the stand-in served" if job.standin else "read again: the same sha256"
    )


def _shown(uri: str) -> str:
    return str(_local(uri) or uri)


def _local(uri: str) -> Path | None:
    parts = urlsplit(uri)
    return Path(url2pathname(parts.path)) if parts.scheme in ("", "file") else None


def _yes(value: bool) -> str:
    return "yes" if value else "no"
