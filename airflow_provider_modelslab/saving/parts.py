"""The hidden files that local writing uses until a file is whole, and what becomes of orphaned ones.

A worker that is killed outright cannot tidy up. Each part is therefore locked while it is written; the
lock dies with its process, so whoever writes the same file next knows an orphan and removes it.
"""

from __future__ import annotations

import fcntl
import glob
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
        _lock(descriptor)
        if os.fstat(descriptor).st_nlink:  # else it was taken for an orphan before it was locked
            return descriptor, part
        os.close(descriptor)


def name(path: str) -> str:
    """Return a new hidden name beside a file's own."""
    folder, _, last = path.rpartition("/")
    return f"{folder}/.{last}.{uuid.uuid4().hex[:12]}.part"


def _remove_orphans(path: str) -> None:
    folder, _, last = path.rpartition("/")
    for part in glob.glob(f"{glob.escape(folder)}/.{glob.escape(last)}.*.part"):
        with suppress(OSError):
            descriptor = os.open(part, os.O_WRONLY | os.O_CLOEXEC)
            try:
                if _lock(descriptor):
                    os.remove(part)
            finally:
                os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another's, or a file system without locks
        return False
    return True
