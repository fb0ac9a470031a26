"""Measures the process that it runs in: CPU, memory, and how long the event loop was held up."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import selectors
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY_EVERY = 0.5  # seconds
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Measured:
    """What came about while the meter was on.

    :param cpu: seconds of CPU of the whole process
    :param memory: bytes by which it grew at the most
    :param stall: the longest turn of the event loop, in seconds: nothing else could run meanwhile
    :param work: the most CPU that a turn took without garbage collection; other processes' turns apart
    :param gc: the longest pause for garbage collection
    :param gc_before: what a full collection takes with nothing but the imported modules
    """

    cpu: float = 0.0
    memory: int = 0
    stall: float = 0.0
    work: float = 0.0
    gc: float = 0.0
    gc_before: float = 0.0


class Meter(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """The selector of an event loop, which is where each of its turns ends and the next begins.

    Unlike a heartbeat this wakes nothing up, so that it does not show in the CPU that it measures.
    """

    def __init__(self) -> None:
        super().__init__()
        self.measured = Measured()
        self._gc_began = self._gc_in_turn = 0.0
        self._turn_began, self._cpu_then = time.perf_counter(), time.thread_time()

    def select(self, timeout: float | None = None) -> Any:
        self._end_turn()
        events = super().select(timeout)
        self._turn_began = time.perf_counter()
        return events

    @contextlib.asynccontextmanager
    async def on(self) -> AsyncIterator[Measured]:
        """Measure the block."""
        measured = Measured(gc_before=full_collection())
        cpu, sampler = time.process_time(), asyncio.create_task(self._sample_memory(measured))
        gc.callbacks.append(self._note_gc)
        await asyncio.sleep(0)  # what came before counts for the turn that ends here
        self.measured = measured
        try:
            yield measured
        finally:
            self._end_turn()
            gc.callbacks.remove(self._note_gc)
            measured.cpu = time.process_time() - cpu
            sampler.cancel()

    def _end_turn(self) -> None:
        measured, cpu = self.measured, time.thread_time()  # one call for each turn, since it costs
        measured.stall = max(measured.stall, time.perf_counter() - self._turn_began)
        measured.work = max(measured.work, cpu - self._cpu_then - self._gc_in_turn)
        self._cpu_then, self._gc_in_turn = cpu, 0.0

    def _note_gc(self, phase: str, _: Any) -> None:
        if phase == "start":
            self._gc_began = time.thread_time()
            return
        pause = time.thread_time() - self._gc_began
        self._gc_in_turn += pause
        self.measured.gc = max(self.measured.gc, pause)

    async def _sample_memory(self, measured: Measured) -> None:
        before = resident()
        while True:
            await asyncio.sleep(MEMORY_EVERY)
            measured.memory = max(measured.memory, resident() - before)


def full_collection() -> float:
    """Collect all garbage, twice, and return the seconds of CPU that the second time took."""
    gc.collect()
    began = time.thread_time()
    gc.collect()
    return time.thread_time() - began


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
