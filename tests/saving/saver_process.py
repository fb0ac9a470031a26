"""``python -m tests.saving.saver_process``: saves what lines of JSON on standard input ask for.

A process of its own, as a task of Airflow is; it lives for many rounds, since importing Airflow takes long.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.bootstrap import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAD = 0.02  # seconds in which every process learns of a round before it begins


@contextmanager
def savers(count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """As many processes, which are ready to save."""
    pipe, command = subprocess.PIPE, [sys.executable, "-m", "tests.saving.saver_process"]
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) for _ in range(count)
    ]
    try:
        for process in processes:
            assert _answer(process) == "ready"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def all_at_once(processes: list[subprocess.Popen[str]], orders: list[dict[str, Any]]) -> list[Any]:
    """Let every process carry out its order, all beginning at the same moment, and return their answers."""
    begin = time.time() + LEAD
    for process, order in zip(processes, orders, strict=True):
        assert process.stdin is not None
        process.stdin.write(json.dumps({"begin": begin, **order}) + "\n")
        process.stdin.flush()
    return [_answer(process) for process in processes]


def _answer(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # Airflow's log lines go elsewhere
    from airflow_provider_modelslab.protocol.result import FaceSwapResult
    from airflow_provider_modelslab.saving.destination import as_path
    from tests.saving.helpers import save

    print('"ready"', file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        result = FaceSwapResult(order["id"], tuple(order["output"]))
        path = as_path(order["destination"])
        time.sleep(max(0.0, order["begin"] + order.get("delay", 0.0) - time.time()))
        try:
            answer = save(result, path, if_exists=order["if_exists"])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
