"""``python -m tests.stress.faults.appetite``: how much memory a call or a download takes.

Reads lines of JSON, ``{"do": "hook" | "trigger" | "save" | "submit", …}``; answers with what came of it and
by how many bytes the process grew meanwhile at the most. Linux only: other systems do not let the peak be
forgotten.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def eater(**environment: str) -> Iterator[Callable[..., dict[str, Any]]]:
    """Start the process; gives the function that has it do something."""
    pipe, command = subprocess.PIPE, [sys.executable, "-m", "tests.stress.faults.appetite"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment) as process:

        def do(what: str, **arguments: Any) -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        try:
            yield do
        finally:
            process.kill()


def main() -> None:
    from airflow_provider_modelslab.client.aio import shared_client
    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
    from airflow_provider_modelslab.protocol.face_swap import FaceSwap
    from airflow_provider_modelslab.protocol.result import FaceSwapResult
    from airflow_provider_modelslab.saving import retry_budget
    from tests.saving.helpers import save

    retry_budget.FIRST_PAUSE = 0.01  # it is memory that counts here

    async def fetch() -> Any:
        async with shared_client("modelslab_default") as client:
            return await client.fetch("1")

    def save_one(url: str, destination: str) -> Any:
        return save(FaceSwapResult("1", (url,)), destination, max_file_size=2**27)

    def submit(picture: str, conn_id: str) -> Any:
        hook, swap = ModelsLabHook(conn_id), FaceSwap(face=picture, image=picture, reference_image=picture)
        return hook.submit(hook.prepare(swap, seed="appetite"))

    does = {
        "hook": lambda: ModelsLabHook().fetch(1),
        "trigger": lambda: asyncio.run(fetch()),
        "save": save_one,
        "submit": submit,
    }
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is written, Airflow's log for one, is no answer
    for line in sys.stdin:
        order = json.loads(line)
        outcome, grown = measured(does[order.pop("do")], order)
        print(json.dumps({"outcome": outcome, "grown": grown}), file=answers, flush=True)


def measured(act: Callable[..., Any], arguments: dict[str, Any]) -> tuple[str, int]:
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = memory("VmRSS")
    try:
        outcome = type(act(**arguments)).__name__
    except Exception as error:
        outcome = type(error).__name__
    return outcome, memory("VmHWM") - before


def memory(name: str) -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields[name].split()[0]) * 1024


if __name__ == "__main__":
    main()
