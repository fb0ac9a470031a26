"""``python -m tests.benchmarks.pages``: what the pages cost the API server, and the plugin every process.

Airflow's own API server application in a process of its own, with a task of a thousand files: the task's
page, its last page and the run's contact sheet beside Airflow's own XCom call for the same task; a file's
first byte and the next part of a film beside reading the same from the store; ten readers of one film of 2
GB at once, and the memory that the server comes to need. Then the import of the plugin after
``airflow.plugins_manager``, each in a process of its own. Milliseconds; medians.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.benchmarks.measuring import clean_environment, median, report, rounded
from tests.benchmarks.pages_server import Server, serving

FILES = 1000
FILM = 2 * 10**9
READERS = 10
IMPORT = """
import sys, time
from airflow.providers.common.compat.sdk import AirflowPlugin
import airflow.plugins_manager
begun = time.process_time()
import airflow_provider_modelslab.plugins.face_swap
print(1000 * (time.process_time() - begun))
"""


def main() -> None:
    options = argparse.ArgumentParser("python -m tests.benchmarks.pages", description=__doc__)
    options.add_argument("--repeat", type=int, default=15, help="of each, of which medians are shown")
    options.add_argument("--home", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.home is None:
        with tempfile.TemporaryDirectory(prefix="modelslab-benchmark-") as home:
            _again_in(Path(home), given.repeat)
        return
    rows = [*_pages(Path(given.home), given.repeat), _import(given.repeat)]
    report("pages", {"repeat": given.repeat, "runs": rounded(rows)}, rows)


def _again_in(home: Path, repeat: int) -> None:
    """Go on in a process that has a home of its own, and roots, before it imports Airflow."""
    roots = {
        "AIRFLOW__MODELSLAB__PREVIEW_ROOTS": f"{(home / 'faces').as_uri()}/",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.benchmarks.pages", "--repeat", str(repeat), "--home", str(home)]
    subprocess.run(command, cwd=ROOT, env=clean_environment(home, **roots), check=True)


def _pages(home: Path, repeat: int) -> Iterator[dict[str, Any]]:
    faces = home / "faces"
    faces.mkdir()
    _fill(faces)
    with serving() as server:
        get = server.get
        task = "/modelslab/dags/faces/runs/r/tasks"
        xcom = "/api/v2/dags/faces/dagRuns/r/taskInstances/{}/xcomEntries/return_value"
        many, one = faces / "many" / "7.jpg", faces / "film" / "a.mp4"
        asked: list[tuple[str, Callable[[], Any], str, Callable[[], Any]]] = [
            ("page, one result of 1000 files", lambda: get(f"{task}/many/-1"), "XCom call",
             lambda: get(xcom.format("many"))),
            ("page 21 of it", lambda: get(f"{task}/many/-1?page=21"), "XCom call",
             lambda: get(xcom.format("many"))),
            ("page, 1000 results of a file", lambda: get(f"{task}/thousand/-1"), "XCom call",
             lambda: get(xcom.format("thousand"))),
            ("contact sheet", lambda: get("/modelslab/dags/faces/runs/r"), "XCom call",
             lambda: get(xcom.format("many"))),
            ("a picture of 300 B", lambda: get(f"{task}/many/-1/results/0/files/7"), "the store",
             many.read_bytes),
            ("2 MiB of a film", lambda: get(f"{task}/film/-1/results/0/files/0", Range="bytes=10000000-"),
             "the store", lambda: _part(one)),
        ]  # fmt: skip
        for name, ours, what, theirs in asked:
            pairs = [(_time(ours), _time(theirs)) for _ in range(repeat + 1)][1:]
            ms, beside = median(a for a, _ in pairs), median(b for _, b in pairs)
            yield {"what": name, "ms": ms, "beside": what, "its ms": beside}
        yield _watch(server, f"{task}/film/-1/results/0/files/0")


def _watch(server: Server, path: str) -> dict[str, Any]:
    """Let ten readers go through parts of the film, and look how much memory the server comes to need."""

    def read(at: int) -> None:
        server.get(path, Range=f"bytes={at * 9_000_000}-")

    read(0)
    before, begun = server.memory(), time.perf_counter()
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(read, range(20 * READERS)))
    took = (time.perf_counter() - begun) * 1000
    grown = f"{server.memory() - before:.0f} MiB more at most"
    what = f"{READERS} readers, {20 * READERS} parts of 2 MiB"
    return {"what": what, "ms": took, "beside": grown, "its ms": None}


def _time(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def _part(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(10_000_000)
        return file.read(2 * 2**20)


def _fill(faces: Path) -> None:
    from tests.plugins.airflow_rows import add_run, add_task, make_tables
    from tests.plugins.saved import picture, save

    make_tables()
    add_run("faces", "r")
    many = {f"{at}.jpg": picture(seed=str(at)) for at in range(FILES)}
    add_task("faces", "r", "many", return_value=save(faces, "many", many))
    single = [save(faces, f"1{at}", {"a.jpg": picture(seed=str(at))}) for at in range(FILES)]
    add_task("faces", "r", "thousand", return_value=single)
    film = save(faces, "film", {"a.mp4": picture("mp4")})
    os.truncate(faces / "film" / "a.mp4", FILM)
    manifest = faces / "film" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["files"][0]["size"] = FILM
    manifest.write_text(json.dumps(content))
    add_task("faces", "r", "film", return_value=film)
    for index in range(40):
        add_task("faces", "r", "mapped", index, return_value=single[index])


def _import(repeat: int) -> dict[str, Any]:
    def measure() -> float:
        command = [sys.executable, "-c", IMPORT]
        ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        return float(ran.stdout.split()[-1])

    took = [measure() for _ in range(repeat + 1)][1:]
    return {"what": "import of the plugin, CPU", "ms": median(took), "beside": "", "its ms": None}


if __name__ == "__main__":
    main()
