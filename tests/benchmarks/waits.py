"""``python -m tests.benchmarks.waits``: thousands of waits in one event loop, beside other ways to wait.

The same jobs, looked at every few seconds: by a bare aiohttp loop (the floor), by the provider's trigger
(one for each job, and one for all), and by ``HttpEventTrigger`` of apache-airflow-providers-http. Each in
a process of its own; a stand-in for ModelsLab, in another process, counts looks and TCP connections.

A stall is the longest turn of the event loop: that of its own work, of Python's garbage collection (which
takes long where Airflow is imported, waits or none: "gc before"), and of other processes on the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from tests import ROOT
from tests.benchmarks.contenders import CONTENDERS
from tests.benchmarks.measuring import clean_environment, medians, report, rounded
from tests.support.connections import connection_json
from tests.support.standin import StandInProcess

BASELINE = "bare aiohttp"
RATIOS = ("CPU ms/job", "CPU ms/look")
GROUPS = 50  # durations by which the ends of the jobs are spread over the window
GRACE = 120.0  # seconds that a contender may take beyond the window


class Contender:
    """A way to wait, warmed up and ready, in a process of its own."""

    def __init__(self, name: str, server: StandInProcess, interval: float, limit: float, home: Path) -> None:
        self.name, self.server = name, server
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.contenders", name],
            cwd=ROOT,
            env=environment(server, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        warm_up = str(server.add_job())
        target = {"url": server.url, "key": server.key, "interval": interval, "limit": limit}
        self._tell({**target, "warm_up": warm_up})
        assert self._hear() == "ready"

    def wait_for(self, ids: Sequence[str]) -> dict[str, float]:
        """Let it wait for jobs, and return what that took."""
        self._tell(list(ids))
        return dict(self._hear())

    def __enter__(self) -> Contender:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _tell(self, what: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with status {self._process.wait()}")
        return json.loads(line)


def environment(server: StandInProcess, home: Path) -> dict[str, str]:
    """Return the environment with the connections that the contenders use."""
    http = json.dumps({"conn_type": "http", "host": server.url})
    ours = connection_json(server.url, server.key, request_timeout=60)
    return clean_environment(home, AIRFLOW_CONN_MODELSLAB_DEFAULT=ours, AIRFLOW_CONN_HTTP_DEFAULT=http)


def add_jobs(server: StandInProcess, count: int, window: float) -> list[str]:
    """Add jobs whose ends, from the first look at each on, are spread evenly over the window."""
    groups = min(GROUPS, count)
    ids: list[str] = []
    for group in range(groups):
        share = count // groups + (group < count % groups)
        duration = window * (group + 1) / groups
        ids += map(str, server.add_jobs(share, duration=duration, eta="rough", starts="first_look"))
    return ids


def measure(name: str, count: int, options: argparse.Namespace, home: Path) -> dict[str, Any]:
    """Let one contender wait for that many jobs."""
    limit = options.window + GRACE
    with StandInProcess() as server, Contender(name, server, options.interval, limit, home) as contender:
        server.reset()
        took = contender.wait_for(add_jobs(server, count, options.window))
        return figures(name, count, took, server)


def figures(name: str, count: int, took: dict[str, float], server: StandInProcess) -> dict[str, Any]:
    """Return what a run came to, in the units of the report."""
    stats, delays = server.stats(), [each["delay"] for each in server.timelines()]
    return {
        "ids": count,
        "contender": name,
        "CPU ms/job": 1000 * took["cpu"] / count,
        "CPU ms/look": 1000 * took["cpu"] / stats["fetch"],
        "looks/job": stats["fetch"] / count,
        "delay s": fmean(delays),
        "connections": stats["connections"],
        "KiB/id": took["memory"] / 1024 / count,
        "stall ms": 1000 * took["stall"],
        "work ms": 1000 * took["work"],
        "gc ms": 1000 * took["gc"],
        "gc before": 1000 * took["gc_before"],
    }


def compare(count: int, options: argparse.Namespace, home: Path) -> list[dict[str, Any]]:
    """Measure all contenders in turn, as often as asked for, and return medians and ratios."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in options.only}
    for _ in range(options.repeat):
        for name, found in runs.items():
            found.append(measure(name, count, options, home))
    rows = [medians(found) for found in runs.values()]
    base = next((row for row in rows if row["contender"] == BASELINE), None)
    return [row | beside(row, base) for row in rows]


def beside(row: dict[str, Any], base: dict[str, Any] | None) -> dict[str, Any]:
    """Return the ratios to the baseline, where it was measured too."""
    return {f"{name} x bare": row[name] / base[name] for name in RATIOS} if base else {}


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser("python -m tests.benchmarks.waits", description=__doc__)
    options.add_argument("--ids", type=int, nargs="+", default=[100, 1000, 5000], help="jobs waited for")
    options.add_argument("--interval", type=float, default=5.0, help="seconds between two looks")
    options.add_argument("--window", type=float, default=20.0, help="seconds within which the jobs end")
    options.add_argument("--repeat", type=int, default=1, help="runs of each, of which medians are shown")
    options.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    return options


def main() -> None:
    options = parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="modelslab-benchmark-") as home:
        rows = [row for count in options.ids for row in compare(count, options, Path(home))]
    settings = {"interval": options.interval, "window": options.window, "repeat": options.repeat}
    report("waits", {**settings, "baseline": BASELINE, "runs": rounded(rows)}, rows)


if __name__ == "__main__":
    main()
