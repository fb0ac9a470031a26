"""What stands in the destination of a batch, as far as the names of its files tell, by one listing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.batch.item import NAME
from airflow_provider_modelslab.batch.item_record import fingerprint_of
from airflow_provider_modelslab.saving import manifest
from airflow_provider_modelslab.saving.store import LOCAL
from airflow_provider_modelslab.saving.writers import is_part

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath


@dataclass
class Standing:
    """What the destination holds of an item.

    :param records: fingerprints of the face swaps of which there is a record
    :param done: fingerprints of those whose files stand
    :param has_manifest: whether there is a manifest
    :param has_files: whether there is anything else
    """

    records: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    has_manifest: bool = False
    has_files: bool = False


def standing_in(path: ObjectStoragePath) -> dict[str, Standing]:
    """Return what stands below a destination, by the name of the item.

    :param path: the destination; one that is not there holds nothing
    :raises Exception: if it cannot be listed; that is never taken for nothing being there
    """
    root, fs = str(path.path).rstrip("/"), path.fs
    fs.invalidate_cache()
    found: dict[str, Standing] = {}
    for file in _in_folders(fs, root) if path.protocol in LOCAL else _in_store(fs, root):
        item, _, name = file.removeprefix(fs._strip_protocol(root)).lstrip("/").partition("/")
        if NAME.fullmatch(item) and name and "/" not in name:
            _note(found.setdefault(item, Standing()), name)
    fs.invalidate_cache()
    return found


def _note(standing: Standing, name: str) -> None:
    if name == manifest.NAME:
        standing.has_manifest = True
    elif told := fingerprint_of(name):
        (standing.done if told[1] else standing.records).add(told[0])
    elif not is_part(name):
        standing.has_files = True


def _in_store(fs: Any, root: str) -> list[str]:
    try:
        found: list[str] = fs.find(root)
    except FileNotFoundError:
        return []
    return found


def _in_folders(fs: Any, root: str) -> Iterator[str]:
    """Go through local folders: ``find`` takes one that it cannot read for an empty one."""
    for entry in _listed(fs, root):
        if entry["type"] == "directory":
            yield from (each["name"] for each in _listed(fs, entry["name"]))


def _listed(fs: Any, folder: str) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = fs.ls(folder, detail=True)
    except FileNotFoundError:  # or removed meanwhile
        return []
    return found
