"""Files that pictures of a batch are in: a folder's, and what changes where a file does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_modelslab.saving.destination import as_path, refuse

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_DIGESTS = ("md5Hash", "content_md5", "ETag", "etag", "md5", "sha256")  # as the stores' libraries name them
_PIECE = 2**20
_REMEMBERED = 1000  # versions of files that several swaps may be made of


class PictureFolder:
    """A folder's pictures.

    :param uri: of the folder
    """

    def __init__(self, uri: str) -> None:
        path = as_path(uri, "images")
        self._root, self._fs = str(path).rstrip("/"), path.fs
        try:
            self._fs.invalidate_cache()
            found = self._fs.ls(str(path.path), detail=True)
        except Exception as error:
            refuse(f"The folder {path} cannot be listed", path, error, reading=True)
        files = {_name(each): each for each in found if each["type"] == "file"}
        self._pictures = {name: info for name, info in files.items() if name.lower().endswith(_PICTURES)}
        self.left_out = len(files) - len(self._pictures)

    def __len__(self) -> int:
        return len(self._pictures)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Give the URI and the version of each picture, in the order of their names."""
        for name in sorted(self._pictures):
            yield f"{self._root}/{name}", _version(self._fs, self._pictures[name])


class Versions:
    """Tells of files what changes where they do; one that many swaps are made of is looked at once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, where: Any) -> str:
        """Return it.

        :param where: the file
        """
        key = str(where)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            try:
                path = as_path(where, "picture")
                self._known[key] = _version(path.fs, path.fs.info(str(path.path)))
            except Exception:  # the swap itself says what is wrong with the file
                self._known[key] = "unknown"
        return self._known[key]


def _name(info: Mapping[str, Any]) -> str:
    return str(info["name"]).rstrip("/").rpartition("/")[2]


def _version(fs: Any, info: Mapping[str, Any]) -> str:
    """Return a file's size and its digest: the store's own, and of a local file that of its content.

    A modification time will not do: copying a folder changes all of them, and would be paid for.
    """
    digest = next((str(info[name]) for name in _DIGESTS if info.get(name)), "")
    return f"{info.get('size')}-{digest or _digest(fs, info['name'])}"


def _digest(fs: Any, path: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with fs.open(path, "rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
