"""The file that says what was saved. It is written last: where it stands, everything stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from airflow_provider_modelslab.protocol.redact import scrub
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving.file_names import is_plain
from airflow_provider_modelslab.saving.output_entry import shown_entry

NAME = "manifest.json"
CONTENT_TYPE = "application/json"
VERSION = 1


@dataclass(frozen=True)
class SavedFile:
    """One file as it stands in the store.

    :param name: its name in the folder
    :param uri: its full URI
    :param size: in bytes
    :param sha256: of its bytes, in hexadecimal
    :param content_type: what it is, told from its bytes
    :param width: in pixels, as it is shown; this and the following only where a thumbnail was made
    :param height: in pixels
    :param duration: of a film, in seconds
    :param thumbnail: name of a JPEG in the same folder that shows it, small
    """

    name: str
    uri: str
    size: int
    sha256: str
    content_type: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    thumbnail: str | None = None

    def as_xcom(self) -> dict[str, Any]:
        """Return what the task's result says of the file."""
        return {name: getattr(self, name) for name in ("uri", "size", "sha256", "content_type")}


def build(result: FaceSwapResult, files: Sequence[SavedFile]) -> bytes:
    """Return the manifest's bytes.

    :param result: what the API said; its ``meta`` is kept without anything that could be a secret
    :param files: what was saved, in the order of ``result.output``
    """
    entries = [
        {"position": position, **_known(file), "source": shown_entry(source)}
        for position, (file, source) in enumerate(zip(files, result.output, strict=True))
    ]
    content = {
        "version": VERSION,
        "id": result.id,
        "files": entries,
        "generationTime": result.generation_time,
        "meta": scrub(result.meta),
    }
    if result.nsfw_content_detected is not None:
        content["nsfw_content_detected"] = list(result.nsfw_content_detected)
    if result.consent_reference is not None:
        content["consent_reference"] = result.consent_reference
    if result.inputs:
        content["inputs"] = dict(result.inputs)
    return (json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n").encode()


def _known(file: SavedFile) -> dict[str, Any]:
    return {name: value for name, value in asdict(file).items() if value is not None}


def read(data: bytes | None, result: FaceSwapResult, uri_of: Callable[[str], str]) -> list[SavedFile] | None:
    """Return the files that a manifest names, in order, without what only is for looking at them.

    :param data: the manifest's bytes; None if there is none
    :param result: what the manifest must be about
    :param uri_of: gives a file's URI
    :return: None if the bytes are not a manifest of this result
    """
    try:
        content = json.loads(data or b"null")
        files = [_saved_file(entry, uri_of) for entry in content["files"]]
        fits = content["version"] == VERSION and content["id"] == result.id
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return files if fits and len(files) == len(result.output) else None


def _saved_file(entry: dict[str, Any], uri_of: Callable[[str], str]) -> SavedFile:
    name = entry["name"]
    if not is_plain(name):
        raise ValueError("not a file name of this provider's")
    return SavedFile(name, uri_of(name), int(entry["size"]), str(entry["sha256"]), str(entry["content_type"]))


def stands(files: Sequence[SavedFile], size_of: Callable[[str], int | None]) -> bool:
    """Say whether every file is there with its size."""
    return all(size_of(file.name) == file.size for file in files)
