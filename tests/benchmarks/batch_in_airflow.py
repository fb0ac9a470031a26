"""The same swaps by one batch and by dynamic mapping, in one real Airflow."""

from __future__ import annotations

import argparse
import contextlib
import time
from pathlib import Path
from typing import Any

import psutil

from tests.support.running import AirflowHome, Run, Standalone
from tests.support.standin import Media, StandInProcess

DAGS = """
from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator

ROOT = "file://{root}"
with DAG("batch", schedule=None):
    FaceSwapBatchOperator(
        task_id="swap",
        face=ROOT + "/face.jpg",
        images=ROOT + "/pictures",
        destination=ROOT + "/batch",
        deferrable=True,
    )
with DAG("mapping", schedule=None):
    FaceSwapOperator.partial(
        task_id="swap",
        face=ROOT + "/face.jpg",
        destination=ROOT + "/mapping",
        deferrable=True,
        pool="account",
    ).expand(image=[ROOT + f"/pictures/{{number:06}}.jpg" for number in range({count})])
"""


class TaskCpu:
    """Sums up the CPU of all that runs tasks and triggers, those that come and go included."""

    def __init__(self, airflow: Standalone) -> None:
        assert airflow.process is not None
        self._root = psutil.Process(airflow.process.pid)

    def seconds(self) -> float:
        """Return it, of scheduler with workers, and triggerer."""
        found = 0.0
        for process in [self._root, *self._root.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                found += times.user + times.system + times.children_user + times.children_system
        return found


def both_ways(
    server: StandInProcess, key: str, folder: Path, options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Run both, one after the other, and return a row for each."""
    root = folder / "airflow-pictures"
    (root / "pictures").mkdir(parents=True)
    (root / "face.jpg").write_bytes(Media("jpg", None, "face").whole())
    for number in range(options.mapped):
        (root / "pictures" / f"{number:06}.jpg").write_bytes(Media("jpg", None, f"{number}").whole())
    home = AirflowHome(folder / "airflow", env={"AIRFLOW__CORE__PARALLELISM": "16"}).migrate()
    home.connect(host=server.url, password=key, extra={"allow_private_downloads": True})
    home.add_dag(DAGS.format(root=root, count=options.mapped))
    home.airflow("pools", "set", "account", str(options.room), "the account's queue", "--include-deferred")
    with Standalone(home, timeout=240) as airflow:
        cpu = TaskCpu(airflow)
        return [_measured(way, airflow, cpu, server, options) for way in ("batch", "mapping")]


def _measured(
    way: str, airflow: Standalone, cpu: TaskCpu, server: StandInProcess, options: argparse.Namespace
) -> dict[str, Any]:
    submits, count = len(server.submits()), options.mapped
    airflow.wait_for(lambda: airflow.api.knows(way), 120, "the DAG to be read")
    began, before = time.monotonic(), cpu.seconds()
    run: Run = airflow.wait(airflow.trigger(way), 1800)
    seconds, used = time.monotonic() - began, cpu.seconds() - before
    assert run.state == "success", run.task_states()
    return {
        "what": f"{way}, in Airflow",
        "swaps": count,
        "seconds": seconds,
        "of the floor": seconds / (count * options.duration / options.room),
        "submits a swap": (len(server.submits()) - submits) / count,
        "CPU ms a swap": 1000 * used / count,
        "MiB more": None,
    }
