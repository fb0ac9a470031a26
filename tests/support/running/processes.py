"""Starting processes so that none outlives us, waiting with a deadline, and finding free ports."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import psutil

T = TypeVar("T")


class NotInTimeError(TimeoutError):
    """Something that was waited for did not come; the message says what, and what was there instead."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_until(check: Callable[[], T | None], timeout: float, what: str, every: float = 0.3) -> T:
    """The first true value of `check`, looked for until `timeout` seconds are over."""
    deadline = time.monotonic() + timeout
    while not (found := check()):
        if time.monotonic() > deadline:
            raise NotInTimeError(f"waited {timeout:.0f} s for {what}")
        time.sleep(every)
    return found


def start(command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own (Ctrl-C reaches only us), its output in the file `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run(
    command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path, timeout: float
) -> tuple[int, str]:
    """Run a process to its end and give its exit code and output; over time, its whole tree is killed."""
    begin = log.stat().st_size if log.exists() else 0
    process = start(command, env, log, cwd)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise NotInTimeError(f"{' '.join(command)} ran longer than {timeout:.0f} s; see {log}") from None
    finally:
        stop(process)
    return process.returncode, log.read_bytes()[begin:].decode(errors="replace")


def stop(process: subprocess.Popen[Any], grace: float = 10) -> None:
    """End a process with everything that it started, also what has moved to a process group of its own."""
    tree = _frozen_tree(process.pid)
    for number in (signal.SIGTERM, signal.SIGCONT):
        _signal_all(tree, number)
    _gone(tree, process, grace)
    tree = [late for each in tree if alive(each) for late in _frozen_tree(each.pid)]
    _signal_all(tree, signal.SIGKILL)
    _gone(tree, process, grace)
    process.poll()


def kill(pid: int) -> None:
    """End a process with everything that it started by SIGKILL, as a machine that fails would."""
    tree = _frozen_tree(pid)
    _signal_all(tree, signal.SIGKILL)
    wait_until(lambda: not any(map(alive, tree)), 10, f"the end of process {pid}", 0.05)


def halt(pid: int) -> None:
    """Bring a process and everything that it started to a halt."""
    _frozen_tree(pid)


def resume(pid: int) -> None:
    """Let a process that was halted go on, with everything that it started."""
    _signal_all(_tree(pid), signal.SIGCONT)


def _frozen_tree(pid: int) -> list[psutil.Process]:
    """A process and all below it, brought to a halt so that none can start another while we look.

    A child that was started after a look, and whose parent was then ended, could not be found any more.
    """
    found: dict[psutil.Process, None] = {}
    quiet = 0
    while quiet < 2:  # a halt takes effect only after the fork that is going on
        late = [each for each in _tree(pid) if each not in found]
        _signal_all(late, signal.SIGSTOP)
        found.update(dict.fromkeys(late))
        quiet = 0 if late else quiet + 1
        time.sleep(0.02)
    return list(found)


def _tree(pid: int) -> list[psutil.Process]:
    import psutil

    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal_all(processes: list[psutil.Process], number: int) -> None:
    for each in processes:
        _signal(each, number)


def _signal(process: psutil.Process, number: int) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _gone(tree: list[psutil.Process], process: subprocess.Popen[Any], timeout: float) -> None:
    with contextlib.suppress(NotInTimeError):
        wait_until(lambda: process.poll() is not None and not any(map(alive, tree)), timeout, "the end", 0.05)


def alive(process: psutil.Process) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked how (a zombie) does not."""
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
