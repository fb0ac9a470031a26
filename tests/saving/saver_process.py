"""Processes that save what they are told to, and all begin at the same moment.

Each is a process of its own, as a task of Airflow is, and forked like one from a process that has imported
Airflow already; it lives for many rounds.
"""

from __future__ import annotations

import multiprocessing
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving.destination import as_path
from tests.saving.helpers import save

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

LEAD = 0.02  # seconds in which every process learns of a round before it begins


@contextmanager
def savers(count: int) -> Iterator[list[Connection]]:
    """As many processes, which are ready to save; gives the connection to each."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    connections, processes = [], []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()  # so that the end of the process is the end of the connection
            connections.append(ours)
            processes.append(process)
        assert [connection.recv() for connection in connections] == ["ready"] * count
        yield connections
    finally:
        for process in processes:
            process.kill()
            process.join()


def all_at_once(savers: list[Connection], orders: list[dict[str, Any]]) -> list[Any]:
    """Let every process carry out its order, all beginning at the same moment, and return their answers."""
    begin = time.time() + LEAD
    for saver, order in zip(savers, orders, strict=True):
        saver.send({"begin": begin, **order})
    return [saver.recv() for saver in savers]


def work(orders: Connection) -> None:
    """Carry out one order after the other."""
    orders.send("ready")
    with suppress(EOFError):
        while True:
            orders.send(carry_out(orders.recv()))


def carry_out(order: dict[str, Any]) -> Any:
    result = FaceSwapResult(order["id"], tuple(order["output"]))
    path = as_path(order["destination"])
    time.sleep(max(0.0, order["begin"] - time.time()))
    try:
        return save(result, path, if_exists=order["if_exists"])
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
