"""``python -m tests.benchmarks.batch``: many swaps by one batch, what stands already, and mapping beside it.

A stand-in server, with an account of so much room, in a process of its own. First a batch in this process,
after a small one that has warmed up, and the same again. Then batches of which all stands, on a local disk
and on an S3 server (moto): their pictures are there, their results are written by this benchmark. Last, in
one real Airflow, the same swaps by one batch and by dynamic mapping, with the CPU of all its processes that
run tasks. ``of the floor`` is in multiples of swaps x seconds a swap / room.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow.providers.common.compat.sdk import ObjectStoragePath

from airflow_provider_modelslab.batch.item_record import done_name
from airflow_provider_modelslab.batch.sources import Sources
from airflow_provider_modelslab.operators.face_swap_batch import FaceSwapBatchOperator
from tests.benchmarks.batch_in_airflow import both_ways
from tests.benchmarks.measuring import report, rounded
from tests.saving import servers
from tests.support.connections import connection_json
from tests.support.deferring import run_task
from tests.support.standin import Media, StandInProcess

KEY = "key-of-the-benchmark"
Row = dict[str, Any]


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser("python -m tests.benchmarks.batch", description=__doc__)
    options.add_argument("--swaps", type=int, default=1000)
    options.add_argument("--room", type=int, default=15, help="requests that the account may queue")
    options.add_argument("--duration", type=float, default=2.0, help="seconds that a swap takes")
    options.add_argument("--standing", type=int, default=10_000, help="swaps that stand already; 0 for none")
    options.add_argument("--mapped", type=int, default=60, help="swaps in a real Airflow; 0 for none")
    return options


def main() -> None:
    options = parser().parse_args()
    logging.disable(logging.WARNING)
    rows: list[Row] = []
    with StandInProcess(KEY) as server, tempfile.TemporaryDirectory(prefix="modelslab-benchmark-") as place:
        server.configure(queue_limit=options.room, submit={"duration": options.duration})
        os.environ["AIRFLOW_CONN_MODELSLAB_DEFAULT"] = connection_json(server.url, KEY)
        folder = Path(place)
        _batch("warming up", folder / "warm", 1, options, server)
        rows.append(_batch("batch", folder / "some", options.swaps, options, server))
        rows.append(_batch("the same again", folder / "some", options.swaps, options, server))
        if options.standing:
            (folder / "many").mkdir()
            pictures = _pictures(folder / "many", options.standing)
            with servers.s3() as maker:
                outs = {"local": f"file://{folder}/many/out", "S3": f"{maker(servers.unique_name()).uri}/out"}
                for where, out in outs.items():
                    _let_stand(pictures, out)
                    for what in ("no report yet", "run again"):
                        title = f"on record, {where}, {what}"
                        rows.append(_measured(title, pictures, out, options, server))
        if options.mapped:
            rows += both_ways(server, KEY, folder, options)
    report("batch", {**vars(options), "runs": rounded(rows)}, rows)


def _batch(what: str, folder: Path, count: int, options: argparse.Namespace, server: StandInProcess) -> Row:
    return _measured(what, _pictures(folder, count), f"file://{folder}/out", options, server)


def _pictures(folder: Path, count: int) -> str:
    pictures = folder / "pictures"
    if not pictures.exists():
        pictures.mkdir(parents=True)
        (folder / "face.jpg").write_bytes(Media("jpg", None, "face").whole())
        for number in range(count):
            (pictures / f"{number:06}.jpg").write_bytes(Media("jpg", None, str(number)).whole())
    return f"file://{pictures}"


def _let_stand(pictures: str, out: str) -> None:
    """Write what a batch of pictures leaves that was killed before its report."""
    path = ObjectStoragePath(out)
    contents = {}
    for item in Sources(face=_face_of(pictures), images=pictures):
        line = {
            "name": item.name,
            "state": "saved",
            "fingerprint": item.fingerprint,
            "id": "1",
            "files": [],
            "manifest": "",
        }
        for file in ("0.jpg", "manifest.json", done_name(item.fingerprint)):
            contents[f"{str(path.path).rstrip('/')}/{item.name}/{file}"] = json.dumps(line).encode()
    if path.fs.protocol in ("file", ("file", "local")):
        for place in {name.rpartition("/")[0] for name in contents}:
            path.fs.makedirs(place, exist_ok=True)
    path.fs.pipe(contents)


def _face_of(pictures: str) -> str:
    return f"{pictures.rpartition('/')[0]}/face.jpg"


def _measured(what: str, pictures: str, out: str, options: argparse.Namespace, server: StandInProcess) -> Row:
    count = len(Sources(face=_face_of(pictures), images=pictures)._pictures)
    operator = FaceSwapBatchOperator(
        task_id="batch", face=_face_of(pictures), images=pictures, destination=out
    )
    submits, floor = len(server.submits()), count * options.duration / options.room
    found = _run(lambda: run_task(operator))
    row = {
        "what": what,
        "swaps": count,
        "seconds": found["seconds"],
        "of the floor": found["seconds"] / floor,
        "submits a swap": (len(server.submits()) - submits) / count,
        "CPU ms a swap": 1000 * found["cpu"] / count,
        "MiB more": found["memory"],
    }
    print(row, file=sys.stderr, flush=True)
    return row


def _run(act: Callable[[], Any]) -> dict[str, float]:
    _forget_peak()
    before, began, cpu = _peak(), time.monotonic(), time.process_time()
    act()
    return {
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "memory": _peak() - before,
    }


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")  # from now on the peak is that of what follows


def _peak() -> float:
    """Return in MiB how large this process was at most."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
