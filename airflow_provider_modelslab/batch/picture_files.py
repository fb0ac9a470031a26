"""Files that pictures of a batch are in: a folder's, and what changes where a file does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_modelslab.batch.item import Version
from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.saving.destination import as_path, describe_failure, refuse

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_DIGESTS = ("md5Hash", "content_md5", "ETag", "etag", "md5", "sha256")  # as the stores' libraries name them
_PIECE = 2**20
_REMEMBERED = 1000  # versions of files that several swaps may be made of


class PictureFolder:
    """A folder's pictures, or one picture.

    :param uri: of either
    """

    def __init__(self, uri: str) -> None:
        path = as_path(uri, "images")
        self._root, self._fs = str(path).rstrip("/"), path.fs
        try:
            self._fs.invalidate_cache()
            found = self._fs.ls(str(path.path), detail=True)
        except Exception as error:
            refuse(f"The folder {path} cannot be listed", path, error, reading=True)
        # A link, which has a type of its own, may be to a file.
        files = {_name(each): each for each in found if each["type"] != "directory"}
        if [_name(each) for each in found] == [self._root.rpartition("/")[2]] and path.is_file():
            self._root = self._root.rpartition("/")[0]
        self._pictures = {name: info for name, info in files.items() if name.lower().endswith(_PICTURES)}
        self.left_out = len(files) - len(self._pictures)

    def __len__(self) -> int:
        return len(self._pictures)

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give the URI of each picture and what the store says of it, in the order of their names."""
        for name in sorted(self._pictures):
            yield f"{self._root}/{name}", self._pictures[name]


class Versions:
    """Tells of files what changes where they do; one that many swaps are made of is looked at once.

    :param known: versions that an earlier run has found, by URI
    """

    def __init__(self, known: Mapping[str, Version] | None = None) -> None:
        self._earlier = known or {}
        self._found: dict[str, Version] = {}

    def of(self, where: Any, info: Mapping[str, Any] | None = None) -> Version:
        """Return it; of a file that is not there, one of its own.

        :param where: the file
        :param info: what the store says of it, where that is known
        :raises ModelsLabError: if the store cannot be asked, which may pass: this is never taken for a change
        """
        key = str(where)
        if key not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            try:
                self._found[key] = self._look(where, info)
            except FileNotFoundError:
                self._found[key] = Version()
            except ModelsLabError:
                raise
            except Exception as error:
                raise ModelsLabError(
                    f"{key} cannot be looked at: {describe_failure(error)}. See to the store and run the "
                    "task again; what is on its way is on record."
                ) from error
        return self._found[key]

    def _look(self, where: Any, info: Mapping[str, Any] | None) -> Version:
        path = as_path(where, "picture")
        info = path.fs.info(str(path.path)) if info is None else info
        digest = next((str(info[name]) for name in _DIGESTS if info.get(name)), "")
        if digest:
            return Version(info.get("size"), digest)
        size, modified = info.get("size"), info.get("mtime")
        earlier = self._earlier.get(str(where))
        if earlier and modified and (earlier.size, earlier.modified) == (size, modified):
            return earlier
        return Version(size, _digest(path.fs, str(path.path)), modified)


def _name(info: Mapping[str, Any]) -> str:
    return str(info["name"]).rstrip("/").rpartition("/")[2]


def _digest(fs: Any, path: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with fs.open(path, "rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
