"""What is killed or goes away, while all waits are in flight."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.running.processes import kill

if TYPE_CHECKING:
    import psutil

    from tests.stress.kills.stage import Stage

AWAY = 60.0  # seconds
NEW_KEY = "rotated-stand-in-key"
#: Where Airflow's own settings do not do. It is to notice a killed worker after 45 s instead of 300. And a
#: worker is to ask for the API server for two minutes instead of some 10 s (5 tries): with fewer, a task that
#: resumes while the API server restarts fails before it has begun, and needs one of its retries.
SETTINGS = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "45",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "30",
    "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "8",
}
TAKEOVER = 30  # seconds without a heartbeat after which Airflow gives a triggerer's waits to another


@dataclass(frozen=True)
class Scenario:
    """One thing that happens.

    :param act: makes it happen, and lets the jobs end
    :param saves: something is saved meanwhile
    :param two: a second triggerer runs from the beginning
    :param away: seconds for which nobody can be told that a job has ended; deadlines come so much later
    """

    act: Callable[[Stage], None]
    saves: bool = False
    two: bool = False
    away: float = 0.0


def kill_triggerer(stage: Stage) -> None:
    """Kill the triggerer, let jobs end while there is none, and start another."""
    stage.airflow.kill_one("triggerer")
    stage.end_half()
    stage.airflow.start_one("triggerer")
    stage.end_jobs()


def miss_deadlines(stage: Stage) -> None:
    """Kill the triggerer, and start another when deadlines have passed."""
    stage.airflow.kill_one("triggerer")
    stage.pause(stage.overdue_at - time.monotonic())
    stage.airflow.start_one("triggerer")
    stage.end_jobs()


def kill_one_of_two(stage: Stage) -> None:
    """Kill one of two triggerers that share the waits; the other takes them over."""
    held = stage.triggers_held()
    stage.expect(len(held) == 2, f"the waits were not shared by two triggerers: {held}")
    stage.airflow.kill_one("triggerer")
    stage.end_jobs()


def stall_one_of_two(stage: Stage) -> None:
    """Halt one of two triggerers until the other has its waits, and let it go on: both wait for the same."""
    stage.airflow.halt_one("triggerer")
    stage.pause(TAKEOVER + 10)
    held = stage.triggers_held()
    stage.expect(len(held) == 1, f"the waits were not taken over: {held}")
    stage.end_half()
    stage.airflow.resume_one("triggerer")
    stage.end_jobs()


def kill_worker(stage: Stage) -> None:
    """Kill a worker in the middle of a save: the task's process and the one that watches it."""
    watcher = writer_of(stage).parent()
    assert watcher is not None
    assert watcher.pid != stage.airflow.processes["scheduler"].pid
    kill(watcher.pid)
    after_kill(stage)


def kill_task(stage: Stage) -> None:
    """Kill only the process that saves, as the kernel does when memory runs out."""
    writer_of(stage).send_signal(signal.SIGKILL)
    after_kill(stage)


def restart_api_server(stage: Stage) -> None:
    """Kill the API server, let jobs end, so that workers resume without one, and start it again."""
    stage.airflow.kill_one("api-server")
    stage.end_half()
    stage.pause(5)
    stage.airflow.start_one("api-server")
    stage.end_jobs()


def take_modelslab_away(stage: Stage) -> None:
    """Let the API refuse connections for a minute; the jobs end after it has come back."""
    stage.server.leave()
    stage.pause(AWAY)
    stage.server.come_back(stage.jobs())
    stage.end_jobs()


def rotate_key(stage: Stage) -> None:
    """Give the connection a new key and let the API refuse the old one, with half of the jobs done before."""
    stage.end_half()
    stage.connect(NEW_KEY)
    stage.server.rotate_key(NEW_KEY)
    stage.pause(10)
    stage.end_jobs()


def kill_triggerer_and_worker(stage: Stage) -> None:
    """Both at once, with jobs that end while there is no triggerer: what CI has time for."""
    stage.airflow.kill_one("triggerer")
    kill_worker(stage)
    stage.airflow.start_one("triggerer")


SCENARIOS = {
    "triggerer-killed": Scenario(kill_triggerer),
    "deadlines-without-triggerer": Scenario(miss_deadlines),
    "one-of-two-triggerers-killed": Scenario(kill_one_of_two, two=True),
    "one-of-two-triggerers-halted": Scenario(stall_one_of_two, two=True),
    "worker-killed-saving": Scenario(kill_worker, saves=True),
    "task-process-killed-saving": Scenario(kill_task, saves=True),
    "api-server-restarted": Scenario(restart_api_server),
    "modelslab-down-a-minute": Scenario(take_modelslab_away, away=AWAY),
    "key-rotated": Scenario(rotate_key),
}
QUICK = Scenario(kill_triggerer_and_worker, saves=True)


def writer_of(stage: Stage) -> psutil.Process:
    """The process that saves."""
    assert stage.save is not None
    return stage.save.process(stage.airflow)


def after_kill(stage: Stage) -> None:
    """See that nothing partial has a final name, and let the jobs end."""
    assert stage.save is not None
    stage.expect(stage.save.names[1] not in stage.save.final(), "the large file had its name when killed")
    stage.expect(bool(stage.save.parts()), "the large file was not on its way when killed")
    stage.end_jobs()
