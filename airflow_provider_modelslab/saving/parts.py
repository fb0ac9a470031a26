"""The hidden files that local writing uses until a file is whole, and what becomes of orphaned ones.

A worker that is killed outright cannot tidy up. Each part is therefore locked while it is written; the
lock dies with its process, so whoever writes the same file next knows an orphan and removes it.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from contextlib import suppress


def create(path: str) -> tuple[int, str]:
    """Create and lock a new part beside ``path``, removing orphaned ones of the same file.

    :return: the open file's descriptor and the part's name
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    _remove_orphans(path)
    while True:
        part = name(path)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            _lock(descriptor)
        except BlockingIOError:  # another writer has just taken it for an orphan, and removes it
            os.close(descriptor)
            continue
        if os.fstat(descriptor).st_nlink:  # else it has removed it already
            return descriptor, part
        os.close(descriptor)


def name(path: str) -> str:
    """Return a new hidden name beside a file's own."""
    folder, _, last = path.rpartition("/")
    return f"{folder}/.{last}.{uuid.uuid4().hex[:12]}.part"


def _remove_orphans(path: str) -> None:
    folder, _, last = path.rpartition("/")
    for found in os.listdir(folder):
        if found.startswith(f".{last}.") and found.endswith(".part"):
            with suppress(OSError):  # being written by another, or gone
                _remove_orphan(f"{folder}/{found}")


def _remove_orphan(part: str) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CLOEXEC)
    try:
        if _lock(descriptor):
            os.remove(part)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a part.

    :return: whether the file system knows locks
    :raises BlockingIOError: if another holds it
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks, where orphans have to stay
        return False
    return True
