"""``python -m tests.benchmarks.deferred``: hundreds of deferred sensors in a real Airflow, to their end.

Scheduler, triggerer, DAG processor and web server, on SQLite. The jobs run until every sensor is deferred;
then they end, spread over some seconds. What the triggerer does meanwhile is counted by the stand-in for
ModelsLab; how long the scheduler and the workers take to start a task again is their own.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from tests.benchmarks.measuring import median, report, rounded
from tests.benchmarks.triggerer import Triggerer
from tests.support.running import AirflowHome, NotInTimeError, Run, Standalone
from tests.support.standin import StandInProcess

DAG = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

with DAG("deferred", schedule=None) as dag:
    FaceSwapResultSensor.partial(
        task_id="wait", deferrable=True, linger=0, timeout=3600, {arguments}
    ).expand(request_id={ids})
"""
BLOCKED = re.compile(r"async thread was blocked for ([\d.]+) seconds")
WATCH_EVERY = 1.0  # seconds
DEFERRING = 0.55  # share of the limit after which the jobs end, deferred or not
ENDLESS = 24 * 3600.0


class Watch:
    """Waits until the tasks are in given states; out of time, it goes on with what there is."""

    def __init__(self, run: Run, triggerer: Triggerer) -> None:
        self._run, self._triggerer = run, triggerer
        self._began = time.monotonic()

    def until(self, wanted: Callable[[Counter[str]], bool], limit: float) -> float:
        """Wait, up to a number of seconds from the beginning on; return how many those were."""
        while not wanted(self.states()) and time.monotonic() < self._began + limit:
            self._triggerer.sample()
            time.sleep(WATCH_EVERY)
        return time.monotonic() - self._began

    def states(self) -> Counter[str]:
        """How many tasks are in each state."""
        return Counter(str(state) for state in self._run.task_states().values())


def finish(server: StandInProcess, ids: Sequence[str], seconds: float) -> None:
    """End the jobs one after the other, spread over some time."""
    began = time.monotonic()
    for index, job in enumerate(ids):
        time.sleep(max(0.0, began + seconds * index / len(ids) - time.monotonic()))
        server.finish(job)


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Run the benchmark in a folder."""
    with StandInProcess() as server:
        ids = [str(job) for job in server.add_jobs(options.ids, duration=ENDLESS, starts="first_look")]
        home = make_home(folder, server, ids, options)
        with Standalone(home, timeout=240) as airflow:
            triggerer = Triggerer(airflow, server.url)
            run = airflow.trigger("deferred")
            found = watch(Watch(run, triggerer), server, ids, options)
            found |= triggerer.figures()
        return found | asked(server, options.ids) | blocked(airflow.log)


def watch(
    tasks: Watch, server: StandInProcess, ids: Sequence[str], options: argparse.Namespace
) -> dict[str, Any]:
    """See all sensors defer, end the jobs, and see all sensors end."""
    count = len(ids)
    deferred = tasks.until(lambda states: states["deferred"] >= count, DEFERRING * options.limit)
    at_once = tasks.states()["deferred"]
    looks = server.stats()["fetch"]
    finish(server, ids, options.spread)
    ended = tasks.until(lambda states: over(states) >= count, options.limit)
    return {
        "sensors": count,
        "deferred at once": at_once,
        "s to defer": deferred,
        "s to end": ended - deferred,
        "looks before": looks,
        "states": dict(tasks.states()),
    }


def over(states: Counter[str]) -> int:
    """How many tasks have ended, well or not."""
    return sum(states[state] for state in ("success", "failed", "upstream_failed", "skipped"))


def make_home(
    folder: Path, server: StandInProcess, ids: Sequence[str], options: argparse.Namespace
) -> AirflowHome:
    """Return an Airflow home with the DAG and the connection."""
    at_once = str(options.parallelism)
    env = {
        "AIRFLOW__CORE__PARALLELISM": at_once,
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": at_once,
        "AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY": at_once,
    }
    home = AirflowHome(folder, env=env).migrate()
    home.connect(host=server.url, password=server.key)
    arguments = "end_from_trigger=True" if options.end_from_trigger else ""
    return home.add_dag(DAG.format(ids=json.dumps(list(ids)), arguments=arguments), "deferred.py")


def asked(server: StandInProcess, count: int) -> dict[str, Any]:
    """What the stand-in counted; looks and connections also of the workers, one or two for each task.

    A delay is that of a job which a sensor had looked at before its end.
    """
    stats = server.stats()
    waited_for = [each for each in server.timelines() if each["done"] and each["done"] > each["started"]]
    delays = [each["delay"] for each in waited_for if each["delay"] is not None]
    return {
        "looks": stats["fetch"],
        "connections": stats["connections"],
        "seen done": len(delays),
        "delay s": fmean(delays) if delays else None,
        "median delay s": median(delays),
        "longest delay s": max(delays, default=None),
    }


def blocked(log: Path) -> dict[str, Any]:
    """How often the triggerer said that its loop was blocked for over 0.2 s, and for how long at most."""
    seconds = [float(each) for each in BLOCKED.findall(log.read_text(errors="replace"))]
    return {"blocked": len(seconds), "longest block s": max(seconds, default=0.0)}


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser("python -m tests.benchmarks.deferred", description=__doc__)
    options.add_argument("--ids", type=int, default=500, help="deferred sensors")
    options.add_argument("--spread", type=float, default=20.0, help="seconds within which the jobs end")
    options.add_argument(
        "--limit", type=float, default=560.0, help="seconds after which to stop, done or not"
    )
    options.add_argument("--parallelism", type=int, default=16, help="tasks that run at the same time")
    options.add_argument("--end-from-trigger", action="store_true", help="start no worker a second time")
    return options


def main() -> None:
    options = parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="modelslab-benchmark-") as folder:
        try:
            found = measure(options, Path(folder) / "airflow")
        except (NotInTimeError, RuntimeError, AssertionError) as error:
            sys.exit(f"{error}")
    settings = {"parallelism": options.parallelism, "end_from_trigger": options.end_from_trigger}
    report("deferred", {**settings, **rounded(found)}, [{"figure": k, "value": v} for k, v in found.items()])


if __name__ == "__main__":
    main()
