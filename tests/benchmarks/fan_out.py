"""`python -m tests.benchmarks.fan_out`: many swaps on an account that may queue few, without a pool.

Operators, triggers, hook and sockets are the real ones, with their real pauses; Airflow's processes are not
there: a worker is a thread that takes some seconds to start.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import time
from collections import Counter

from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from tests.benchmarks.measuring import report
from tests.support.connections import connection_json
from tests.support.deferring import run_tasks
from tests.support.standin import StandIn


def swap(number: int) -> FaceSwapOperator:
    return FaceSwapOperator(
        task_id=f"swap_{number}",
        face="https://example.com/face.jpg",
        image=f"https://example.com/{number}.jpg",
        track_id=number,
        deferrable=True,
        timeout=24 * 3600,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=100)
    parser.add_argument("--room", type=int, default=5, help="requests that the account may queue")
    parser.add_argument("--duration", type=float, default=20.0, help="seconds that a swap takes")
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--start", type=float, default=3.0, help="seconds that a worker takes to start")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    with StandIn(queue_limit=options.room, submit={"duration": options.duration}) as server:
        os.environ["AIRFLOW_CONN_MODELSLAB_DEFAULT"] = connection_json(server.url, server.key)
        began = time.monotonic()
        asyncio.run(run_tasks([swap(n) for n in range(options.swaps)], options.workers, options.start))
        seconds, submits = time.monotonic() - began, server.submits()
    least = options.swaps * options.duration / options.room
    row = {
        "swaps": options.swaps,
        "room": options.room,
        "s a swap": options.duration,
        "s in all": round(seconds),
        "least possible": round(least),
        "submits a swap": round(len(submits) / options.swaps, 2),
        "most for one": max(Counter(each["track_id"] for each in submits).values()),
    }
    report("fan_out", vars(options) | {"runs": [row]}, [row])


if __name__ == "__main__":
    main()
