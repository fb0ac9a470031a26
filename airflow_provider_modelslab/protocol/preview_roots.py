"""Which files may be shown in Airflow's pages: those below the roots that an administrator lists. Pure.

A URI comes from an XCom or a manifest, and is only its author's word. It is compared part by part, and one
that could mean another place than it seems to is below no root.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<place>[^/]*)(?P<path>/.*)?")
_STORES = ("s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "az", "adl")
_LONGEST = 2000  # characters; what may be shown is looked at often
_UNCLEAR = re.compile(r"[\\?#\x00-\x1f\x7f]")


def parse_roots(setting: str) -> tuple[str, ...]:
    """Return the roots of the setting ``[modelslab] preview_roots``, each with a slash at its end.

    :param setting: separated by commas, such as ``s3://aws_default@bucket/faces/, file:///data/faces/``
    :raises ValueError: if one of them is no place that can be named so; the text says which, and what can,
        without quoting it: a key may stand in it by mistake
    """
    entries = [text for each in setting.split(",") if (text := each.strip())]
    return tuple(_root(number, text) for number, text in enumerate(entries, start=1))


def root_of(uri: object, roots: Iterable[str]) -> str | None:
    """Return the root that a file lies below.

    :param uri: the file's, connection included: another connection may lead to another bucket of that name
    :param roots: of ``parse_roots``
    :return: None if there is none
    """
    parts = _parts(uri)
    if parts is None:
        return None
    return next((root for root in roots if _begins_with(parts, _parts(root) or ("", "", "?"))), None)


def is_below(uri: object, roots: Iterable[str]) -> bool:
    """Say whether a file lies below one of the roots; the parameters are those of ``root_of``."""
    return root_of(uri, roots) is not None


def root_for(uri: str, levels: int = 2) -> str:
    """Return the root that would allow a file.

    :param uri: of the file, a manifest: it is in the folder of its result, which is in that
    :param levels: how far below the root it is
    """
    return f"{uri.rsplit('/', levels)[0]}/"


def _root(number: int, text: str) -> str:
    parts = _parts(text)
    if parts is None:
        raise ValueError(
            f"entry {number} of preview_roots is no root: that is s3://conn_id@bucket/folder/ (likewise gs, "
            "abfs) or file:///folder/, without '..', '%', '?' and '#'"
        )
    scheme, place, *folders = parts
    if scheme == "file" and not folders:
        raise ValueError(f"entry {number} of preview_roots is the whole disk: name a folder")
    return "/".join((f"{scheme}://{place}", *folders, ""))


def _begins_with(parts: tuple[str, ...], root: tuple[str, ...]) -> bool:
    return len(parts) > len(root) and parts[: len(root)] == root


def _parts(uri: object) -> tuple[str, ...] | None:
    """Return scheme, bucket (with its connection) and folders; None if they are not clear."""
    if not isinstance(uri, str) or len(uri) > _LONGEST:
        return None
    found = _URI.fullmatch(f"file://{uri}" if uri.startswith("/") else uri)
    if not found or _UNCLEAR.search(uri):
        return None
    scheme, place = found["scheme"].lower(), found["place"]
    if not (place.rpartition("@")[2] if scheme in _STORES else scheme == "file" and not place):
        return None
    if ":" in place or "%" in place:
        return None
    folders = (found["path"] or "/").removeprefix("/").removesuffix("/").split("/")
    if folders == [""]:
        return scheme, place
    return (scheme, place, *folders) if all(map(_is_clear, folders)) else None


def _is_clear(folder: str) -> bool:
    """Say whether a folder's name stays one, however often something on the way decodes it."""
    decoded = folder
    for _ in range(5):
        if decoded in ("", ".", "..") or _UNCLEAR.search(decoded) or "/" in decoded:
            return False
        decoded, before = unquote(decoded), decoded
        if decoded == before:
            return True
    return False
