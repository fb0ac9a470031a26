"""``python -m tests.benchmarks.lingering``: deferrable tasks for jobs of some seconds, lingering or not.

Operators, triggers, hook and sockets are the real ones, with their real pauses; Airflow's processes are not
there: a worker is a thread that takes some seconds to start. "Seen" is when somebody saw the job done, "taken
up" when a worker did, which is what what comes after the task waits for.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import time
from statistics import fmean
from typing import Any

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from tests.benchmarks.measuring import report
from tests.support.connections import connection_json
from tests.support.deferring import run_tasks
from tests.support.standin import StandIn

WAYS: dict[str, dict[str, Any]] = {"it lingers": {}, "linger=0": {"linger": 0}}


class Counted(FaceSwapResultOperator):
    """Notes how often its task was deferred, and when it had its result."""

    resumptions = 0
    results_at: dict[str, float] = {}  # noqa: RUF012 - of all of them

    def execute_complete(self, context: Any, event: Any) -> Any:
        Counted.resumptions += 1
        return super().execute_complete(context, event)

    def publish(self, value: Any, context: Any) -> Any:
        Counted.results_at[value["id"]] = time.monotonic()
        return super().publish(value, context)


def measure(way: str, options: argparse.Namespace) -> dict[str, Any]:
    """Let as many tasks as there are workers wait for a job each."""
    Counted.resumptions, Counted.results_at = 0, {}
    random.seed(1)  # the same jobs both times
    with StandIn() as server:
        os.environ["AIRFLOW_CONN_MODELSLAB_DEFAULT"] = connection_json(server.url, server.key)
        lengths = [random.uniform(options.shortest, options.longest) for _ in range(options.tasks)]
        ids = [server.add_job(duration=seconds, starts="first_look") for seconds in lengths]
        tasks = [Counted(task_id=f"t{job}", request_id=job, deferrable=True, **WAYS[way]) for job in ids]
        asyncio.run(run_tasks(tasks, options.tasks, options.start))
        jobs, looks = server.timelines(), server.stats()["fetch"]
    return {
        "way": way,
        "done to seen s": fmean(each["delay"] for each in jobs),
        "longest": max(each["delay"] for each in jobs),
        "to taken up s": fmean(Counted.results_at[str(each["id"])] - each["done"] for each in jobs),
        "deferrals/task": Counted.resumptions / options.tasks,
        "looks/job": looks / options.tasks,
    }


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.benchmarks.lingering", description=__doc__)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--shortest", type=float, default=2.0, help="seconds that a job takes at least")
    parser.add_argument("--longest", type=float, default=8.0, help="and at most")
    parser.add_argument("--start", type=float, default=3.0, help="seconds that a worker takes to start")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    rows = [measure(way, options) for way in WAYS]
    report("lingering", vars(options) | {"runs": rows}, rows)


if __name__ == "__main__":
    main()
