"""``python -m tests.benchmarks.parsing``: what our operators add to the parsing of a DAG file.

DAGs of plain operators, and of one that is mapped over many ids, beside the same with Airflow's
``EmptyOperator``. Everything is imported before; milliseconds of CPU for a DAG, the least of several rounds.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.benchmarks.measuring import report, rounded

PLAIN, MAPPED = 50, 500


def arguments() -> dict[str, tuple[Any, dict[str, Any], str]]:
    """The operators by name: class, arguments, and the argument that can be mapped over."""
    from airflow.providers.standard.operators.empty import EmptyOperator

    from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator, FaceSwapResultOperator
    from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

    face = {"face": "https://example.com/face.jpg", "deferrable": True}
    return {
        "EmptyOperator": (EmptyOperator, {}, "doc"),
        "FaceSwapResultSensor": (FaceSwapResultSensor, {"deferrable": True}, "request_id"),
        "FaceSwapResultOperator": (FaceSwapResultOperator, {"deferrable": True}, "request_id"),
        "FaceSwapOperator": (FaceSwapOperator, face, "image"),
    }


def plain(cls: Any, given: dict[str, Any], over: str) -> None:
    """Make a DAG of operators."""
    from airflow.providers.common.compat.sdk import DAG

    with DAG("plain", schedule=None):
        for number in range(PLAIN):
            cls(task_id=f"t{number}", **given, **{over: f"https://example.com/{number}.jpg"})


def mapped(cls: Any, given: dict[str, Any], over: str) -> None:
    """Make a DAG of one operator that is mapped."""
    from airflow.providers.common.compat.sdk import DAG

    with DAG("mapped", schedule=None):
        values = [f"https://example.com/{number}.jpg" for number in range(MAPPED)]
        cls.partial(task_id="t", **given).expand(**{over: values})


def least(make: Callable[[], None], rounds: int) -> float:
    """Return the milliseconds of CPU that it takes at best."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        make()
        took.append(1000 * (time.process_time() - began))
    return min(took)


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.benchmarks.parsing", description=__doc__)
    parser.add_argument("--repeat", type=int, default=15, help="rounds, of which the least is shown")
    repeat = parser.parse_args().repeat
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="modelslab-benchmark-") as home:
        os.environ["AIRFLOW_HOME"] = home
        for name, (cls, given, over) in arguments().items():
            many, one = (least(partial(make, cls, given, over), repeat) for make in (plain, mapped))
            base = rows[0] if rows else {"plain ms": many}
            more = (many - base["plain ms"]) / PLAIN
            rows.append({"operator": name, "plain ms": many, "mapped ms": one, "more ms/operator": more})
    report("parsing", {"plain": PLAIN, "mapped": MAPPED, "runs": rounded(rows)}, rows)


if __name__ == "__main__":
    main()
