"""The runner itself: nothing that it started stays, and what it waits for in vain is named."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.running.processes import (
    NotInTimeError,
    alive,
    free_ports,
    halt,
    kill,
    resume,
    run,
    start,
    stop,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

# Starts a process in a process group of its own, which is deaf to SIGTERM, as some of Airflow's are.
FAMILY = """
import subprocess, sys, time
child = "from signal import *; signal(SIGTERM, SIG_IGN); print('deaf', flush=True); pause()"
subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
time.sleep(99)
"""

# Starts one detached process after the other; each knows its family by an environment variable.
FERTILE = """
import subprocess, sys
while True:
    subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(99)"], start_new_session=True)
    print("one more", flush=True)
"""


def test_stop_ends_what_is_started_while_it_stops(tmp_path: Path) -> None:
    log, mark = tmp_path / "log", str(tmp_path)
    process = start([sys.executable, "-c", FERTILE], {**os.environ, "FAMILY": mark}, log, tmp_path)
    wait_until(lambda: log.read_text().count("one more") > 5, 10, "some children")
    stop(process, grace=0.3)
    assert not [each for each in psutil.process_iter() if alive(each) and family(each) == mark]


def family(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("FAMILY")
    except psutil.Error:
        return None


def test_stop_ends_the_whole_family(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start([sys.executable, "-c", FAMILY], os.environ, log, tmp_path)
    wait_until(lambda: "deaf" in log.read_text(), 10, "the child")
    children = psutil.Process(process.pid).children(recursive=True)
    stop(process, grace=0.2)
    assert children
    assert not any(map(alive, children))
    assert process.returncode is not None


def test_kill_ends_the_whole_family_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start([sys.executable, "-c", FAMILY], os.environ, log, tmp_path)
    wait_until(lambda: "deaf" in log.read_text(), 10, "the child")
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    kill(process.pid)
    assert process.wait(10) == -signal.SIGKILL
    assert len(family) == 2
    assert not any(map(alive, family))


def test_a_halted_family_stands_still_until_it_is_resumed(tmp_path: Path) -> None:
    ticking = "import itertools, time\nfor n in itertools.count(): print(n, flush=True); time.sleep(0.01)"
    log = tmp_path / "log"
    process = start([sys.executable, "-c", ticking], os.environ, log, tmp_path)
    try:
        wait_until(lambda: log.stat().st_size, 10, "the first tick")
        halt(process.pid)
        before = log.stat().st_size
        time.sleep(0.2)
        assert log.stat().st_size == before
        resume(process.pid)
        wait_until(lambda: log.stat().st_size > before, 10, "another tick")
    finally:
        stop(process)


def test_run_gives_exit_code_and_output(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('out'); raise SystemExit(3)"]
    assert run(command, os.environ, tmp_path / "log", tmp_path, 10) == (3, "out\n")


def test_run_over_time_is_ended_and_said(tmp_path: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(NotInTimeError, match="longer than 1 s"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], os.environ, tmp_path / "log", tmp_path, 1)
    assert time.monotonic() - begin < 15


def test_waiting_in_vain_names_what_was_waited_for() -> None:
    with pytest.raises(NotInTimeError, match="for the moon"):
        wait_until(lambda: None, 0.01, "the moon", every=0.01)


def test_free_ports_differ() -> None:
    assert len(set(free_ports(5))) == 5
