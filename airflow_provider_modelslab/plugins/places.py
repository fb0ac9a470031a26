"""Folders below the roots that may be shown, and their bytes. All that is read for the pages is read here."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from airflow_provider_modelslab.protocol.preview_roots import root_of
from airflow_provider_modelslab.saving.destination import as_path, describe_failure
from airflow_provider_modelslab.settings import preview_roots

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

log = logging.getLogger(__name__)
_LOCAL = "file://"
Part = tuple[int, int]


class Reason(Enum):
    """Why something is not shown."""

    NOT_ALLOWED = "it lies below no root that may be shown"
    BAD_SETTING = "the setting cannot be read"
    GONE = "it is not there any more"
    NO_MANIFEST = "it is no manifest of this provider"
    NO_PICTURE = "it is no picture or film"
    CHANGED = "it was changed since it was saved"
    STORE_FAILED = "the store could not be read"


class NotShownError(Exception):
    """Something cannot be shown.

    :param reason: why
    :param what: more on it: the URI, or what the store said
    """

    def __init__(self, reason: Reason, what: str = "") -> None:
        super().__init__(f"{reason.value}: {what}" if what else reason.value)
        self.reason = reason
        self.what = what


@dataclass(frozen=True)
class Place:
    """A folder below a root, read by the root's connection.

    :param root: the root
    :param folders: from the root to it, without a slash at its end
    """

    root: str
    folders: str

    @property
    def uri(self) -> str:
        """Its address."""
        return f"{self.root}{self.folders}".rstrip("/")

    def read(self, name: str, *parts: Part) -> list[bytes]:
        """Return parts of a file; fewer bytes where it ends before.

        :param name: of the file, in this folder
        :param parts: of each the first byte, and the one after the last
        :raises NotShownError: if they cannot be had
        """
        with self._told(name) as (root, path):
            if self.root.startswith(_LOCAL):
                with open_below(path, str(root.path)) as file:
                    return [os.pread(file, end - start, start) for start, end in parts]
            return [root.fs.cat_file(path, start=start, end=end) for start, end in parts]

    def size(self, name: str) -> int:
        """Return the size of a file in bytes; the parameter and errors are those of ``read``."""
        with self._told(name) as (root, path):
            if self.root.startswith(_LOCAL):
                with open_below(path, str(root.path)) as file:
                    return os.fstat(file).st_size
            return int(root.fs.info(path)["size"])

    @contextmanager
    def _told(self, name: str) -> Iterator[tuple[ObjectStoragePath, str]]:
        """Tell what the store's library raises; its words may hold what no reader of the page may know."""
        try:
            root = _opened(self.root)
            yield root, "/".join(filter(None, (str(root.path).rstrip("/"), self.folders, name)))
        except NotShownError:
            raise
        except FileNotFoundError:
            raise NotShownError(Reason.GONE, f"{self.uri}/{name}") from None
        except Exception as error:
            log.warning("%s/%s cannot be shown: %s", self.uri, name, describe_failure(error))
            raise NotShownError(Reason.STORE_FAILED, type(error).__name__) from error


def place_of(uri: object) -> tuple[Place, str]:
    """Return the folder that a file lies in, and its name.

    :param uri: the file's; anything that an XCom or a manifest may hold
    :raises NotShownError: if it lies below no root
    """
    try:
        root = root_of(uri, preview_roots())
    except ValueError as error:
        raise NotShownError(Reason.BAD_SETTING, str(error)) from None
    if root is None:
        raise NotShownError(Reason.NOT_ALLOWED, str(uri)[:1000])
    text = str(uri)
    below = (text if "://" in text else f"{_LOCAL}{text}")[len(root) :].rstrip("/")
    folders, _, name = below.rpartition("/")
    return Place(root, folders), name


@cache  # a connection takes a request to where secrets are kept; Airflow keeps what is opened for good, too
def _opened(root: str) -> ObjectStoragePath:
    return as_path(root)


@contextmanager
def open_below(path: str, root: str) -> Iterator[int]:
    """Open a file on a disk, and see by what was opened, which cannot be exchanged any more, where it lies.

    :param path: of the file; links are followed
    :param root: the folder that it must lie below
    :raises NotShownError: if it does not, or is no file: a pipe, say, that never ends
    """
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        where = f"/proc/self/fd/{file}"
        real = os.path.realpath(where if os.path.exists(where) else path)  # there is none on macOS
        below = os.path.realpath(root)
        if os.path.commonpath((real, below)) != below:
            raise NotShownError(Reason.NOT_ALLOWED, "a link leads out of the root")
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise NotShownError(Reason.GONE, "it is no file")
        yield file
    finally:
        os.close(file)
