"""Safe, predictable names from URLs. Pure: nothing here looks at a disk or a network.

The names are made of ASCII letters, digits, ``.``, ``_`` and ``-``; no path, hidden file or device
name can come of them. The extension is no part of this: it follows from what the bytes are.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from airflow_provider_modelslab.exceptions import InvalidRequestIdError
from airflow_provider_modelslab.saving.output_entry import is_fetched

_LONGEST = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_UNREADABLE = re.compile(r"[^A-Za-z0-9-]+")
_OF_AN_ID, _OF_ALL_IDS = 40, 160
_EXTENSION = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,5}$")
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}


def folder_name(request_id: str) -> str:
    """Return the id as the name of its folder.

    :param request_id: the id of a result
    :raises InvalidRequestIdError: if the id could lead out of the destination or is no name at all
    """
    if not _FOLDER.fullmatch(request_id) or request_id.endswith("."):
        raise InvalidRequestIdError(
            f"Request id {request_id!r} cannot name a folder. Give the id as the API returned it: "
            "letters, digits, '-', '_' and '.', at most 128 characters."
        )
    return request_id


def is_plain(name: object) -> bool:
    """Say whether ``name`` is a file name of the kind that this module makes."""
    return isinstance(name, str) and _PLAIN.fullmatch(name) is not None


def record_name(*ids: object) -> str:
    """Return the name of the file that remembers what these ids name together.

    It can be read as far as the ids can, no two sequences of ids have the same whatever the store makes of
    upper case, and it has 200 bytes at most.

    :param ids: such as those of a DAG, a run and a task
    """
    texts = [str(each) for each in ids]
    exact = sha256(json.dumps(texts).encode()).hexdigest()[:32]
    shown = "_".join(_UNREADABLE.sub("_", _ascii(text))[:_OF_AN_ID] for text in texts)
    return f"{shown[:_OF_ALL_IDS].strip('_-') or 'record'}-{exact}.json"


def plan_stems(urls: Sequence[str]) -> list[str]:
    """Return a name without extension for each URL, in order, no two equal whatever their case.

    :param urls: the entries of a result's ``output``
    :return: as many names; ``output-<position>``, counted from 1, where an entry gives none: it has no
        usable path, is no URL, or the file itself
    """
    taken: set[str] = set()
    stems = []
    for position, url in enumerate(urls, start=1):
        stem = stem_of(url) or f"output-{position}"
        while stem.casefold() in taken:
            stem = f"{stem}-{position}"
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def thumbnail_name(name: str) -> str:
    """Return the name of a file's thumbnail; no file of a result has such a one, since JPEGs are ``.jpg``.

    :param name: the file's, which has an extension
    """
    return f"{name.rpartition('.')[0]}.thumbnail.jpeg"


def stem_of(url: str) -> str:
    """Return the usable part of a URL's last path segment, without extension; empty if there is none."""
    stem = _UNSAFE.sub("_", _EXTENSION.sub("", _ascii(_last_segment(url)).strip()))[:_LONGEST].strip("._-")
    return f"output-{stem}" if stem.split(".")[0].casefold() in _DEVICES else stem


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _last_segment(url: str) -> str:
    if not is_fetched(url):
        return ""
    path = unquote(urlsplit(url.strip()).path)
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]
