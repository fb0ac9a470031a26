"""What a manifest below an allowed root names: nothing else can be shown.

The manifest's address comes from an XCom, and what is in it from whoever may write below the root: both are
taken for no more than a choice among the files of one folder, and among pictures below a root.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_modelslab.plugins.places import NotShownError, Place, Reason, place_of
from airflow_provider_modelslab.protocol.result import INPUTS
from airflow_provider_modelslab.saving import manifest
from airflow_provider_modelslab.saving.file_names import is_plain

_LARGEST_MANIFEST = 2**20  # bytes; one of a thousand files has half of it
_LARGEST_FILE = 2**50  # bytes
_LONGEST_URI = 2000  # characters
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredFile:
    """A file as the manifest has it.

    :param size: bytes
    :param width: pixels, where known; likewise height
    :param duration: seconds, of a film
    :param thumbnail: the name of a small picture of it
    """

    name: str
    size: int
    sha256: str = ""
    content_type: str = ""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    thumbnail: str | None = None

    @property
    def is_film(self) -> bool:
        """Whether it is to be played."""
        return self.content_type.startswith("video/")


@dataclass(frozen=True)
class StoredResult:
    """What a manifest says.

    :param uri: its own
    :param place: its folder
    :param inputs: the URIs of what was submitted, by argument
    :param generation_time: seconds
    :param flagged: which files were found not safe for work
    """

    uri: str
    place: Place
    id: str
    files: tuple[StoredFile, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)
    generation_time: float | None = None
    consent_reference: str | None = None
    flagged: frozenset[int] = frozenset()


def load_result(uri: object) -> StoredResult:
    """Read a manifest.

    :param uri: what a task's result has as ``manifest``
    :raises NotShownError: if it may not be shown, or is not there
    """
    place, name = place_of(uri)
    if name != manifest.NAME:
        raise NotShownError(Reason.NOT_ALLOWED, str(uri))
    (data,) = place.read(name, (0, _LARGEST_MANIFEST + 1))
    try:
        if len(data) > _LARGEST_MANIFEST:
            raise ValueError
        return _parsed(json.loads(data), str(uri), place)
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError, RecursionError):
        raise NotShownError(Reason.NO_MANIFEST, str(uri)) from None


def _parsed(content: dict[str, Any], uri: str, place: Place) -> StoredResult:
    if content["version"] != manifest.VERSION:
        raise ValueError
    inputs = content.get("inputs") or {}
    consent = content.get("consent_reference")
    flags = content.get("nsfw_content_detected") or []
    return StoredResult(
        uri,
        place,
        str(content["id"])[:200],
        tuple(map(_file, content["files"])),
        {name: inputs[name] for name in INPUTS if _is_short(inputs.get(name))},
        _number(content.get("generationTime")),
        None if consent is None else str(consent)[:2000],
        frozenset(at for at, flag in enumerate(flags) if flag is True),
    )


def _file(entry: dict[str, Any]) -> StoredFile:
    name, thumbnail = entry["name"], entry.get("thumbnail")
    if not is_plain(name) or not 0 <= int(entry["size"]) <= _LARGEST_FILE:
        raise ValueError
    width, height = _number(entry.get("width")), _number(entry.get("height"))
    return StoredFile(
        name,
        int(entry["size"]),
        sha if _SHA256.fullmatch(sha := str(entry.get("sha256"))) else "",
        str(entry.get("content_type"))[:100],
        int(width) if width else None,
        int(height) if height else None,
        _number(entry.get("duration")),
        thumbnail if is_plain(thumbnail) else None,
    )


def _is_short(uri: object) -> bool:
    return isinstance(uri, str) and len(uri) <= _LONGEST_URI


def _number(value: object) -> float | None:
    sound = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if sound and 0 <= value < 1e9 else None  # type: ignore[operator, arg-type]
