"""One face swap of a batch, and the name of its folder. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from airflow_provider_modelslab.protocol.face_swap import FaceSwap
from airflow_provider_modelslab.protocol.picture_source import shown_uri, text_of
from airflow_provider_modelslab.protocol.redact import without_signature

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_CONNECTION = re.compile(r"^((?!https?:)[A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@")
_LONGEST = 60  # characters of the readable part
KINDS = ("image", "video")
_DIGITS = 12  # of the part that tells items of one name apart
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")


@dataclass(frozen=True)
class Version:
    """What tells one content of a file from another.

    :param size: in bytes; None of a file that is not there
    :param digest: the store's own, and of a local file that of its content. A modification time will not do:
        copying a folder changes all of them, and would be paid for
    :param modified: when a local file was written, in seconds; not part of what it is, but while it and the
        size stay the same, the file need not be read again
    """

    size: int | None = None
    digest: str = ""
    modified: float | None = None

    def __str__(self) -> str:
        return f"{self.size}-{self.digest}"


@dataclass(frozen=True)
class Item:
    """A face swap of a batch.

    :param swap: what is meant
    :param versions: of the files that it is made of, by argument: what changes where such a file does
    :param name: of its folder: readable, the same in every run, and no other's
    :param error: why it cannot be submitted
    """

    swap: FaceSwap
    versions: dict[str, Version] = field(default_factory=dict)
    name: str = ""
    error: Exception | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or item_name(self.swap))

    @property
    def kind(self) -> str:
        """Whether it is a swap in an image or in a video, which take very different times."""
        return "image" if self.swap.video is None else "video"

    @property
    def target(self) -> str:
        """The picture or clip whose faces are replaced, as it may be shown."""
        return shown_uri(_target(self.swap)) or self.name

    @cached_property
    def fingerprint(self) -> str:
        """What is the same as long as another swap would give the same result."""
        versions = sorted((name, str(version)) for name, version in self.versions.items())
        return sha256(f"{_identity(self.swap)}{versions}".encode()).hexdigest()[:16]


def item_name(swap: FaceSwap) -> str:
    """Return the name of the folder of a face swap.

    :param swap: what is meant; only what its result depends on goes into the name
    """
    path = re.split(r"[?#]", without_signature(_target(swap)))[0].rstrip("/\\")
    stem = re.split(r"[/\\]", path)[-1].rpartition(".")
    readable = _UNSAFE.sub("_", stem[0] or stem[2])[:_LONGEST].strip("_-")
    return f"{readable or 'item'}-{_identity(swap)[:_DIGITS]}"


def _identity(swap: FaceSwap) -> str:
    """Return what tells a face swap from others, whatever Airflow connection its files are read by."""
    files: dict[str, Any] = {
        name: _CONNECTION.sub(r"\1", text_of(value)) for name, value in swap.files().items()
    }
    return replace(swap, **files).fingerprint()


def _target(swap: FaceSwap) -> str:
    target: Any = swap.image if swap.video is None else swap.video
    return text_of(target)
