"""The files that a success answer names, entry by entry: ``output``, alternates, and what is said of each.

Seen: ``output`` as list, string or dict, ``links`` in its place, ``proxy_links: null``, entries that are
null, empty or dicts, ``nsfw_content_detected`` as list, boolean or null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_DEEPEST = 3  # levels of lists and dicts
# Where a dict that describes a file has its address or its bytes, in APIs that generate pictures and films.
_NAMES = (
    *(
        "url",
        "uri",
        "href",
        "link",
        "src",
        "download_url",
        "signed_url",
        "file_url",
        "image_url",
        "video_url",
    ),
    *("image", "video", "file", "output", "path", "b64_json", "base64", "data"),
)
_FILE = re.compile(
    r"https?://|data:|[A-Za-z0-9+/_-]{64}", re.IGNORECASE
)  # the last is how base64 text begins
_SMALL = re.compile("thumb|preview|poster|icon")  # in the name of what only stands for the file
_YES = (True, 1, "true", "yes", "1")


class Entries(NamedTuple):
    """What an answer says of its files.

    :param output: addresses of the files, or the files as text
    :param proxy_links: alternates, entry by entry; an empty one is none
    :param flags: whether each was found not safe for work; None where the answer says nothing of it
    """

    output: tuple[str, ...]
    proxy_links: tuple[str, ...]
    flags: tuple[bool, ...] | None


def read_entries(body: Mapping[str, Any]) -> Entries:
    """Return the files that a success answer names; ``output`` and ``proxy_links`` stay aligned.

    Where an entry of ``output`` is empty, its alternate stands in; where both are, they are left out.

    :param body: the answer's JSON object
    """
    proxy_links = _entries(body.get("proxy_links"))
    named = (_entries(body.get(name)) for name in ("output", "links"))
    output = next((found for found in named if any(found)), [""] * len(proxy_links))
    kept = [at for at in range(len(output)) if output[at] or any(proxy_links[at : at + 1])]
    alternates = ["".join(proxy_links[at : at + 1]) for at in kept] + proxy_links[len(output) :]
    return Entries(
        output=tuple(output[at] or proxy_links[at] for at in kept),
        proxy_links=_without_tail(alternates),
        flags=_flags(body, kept),
    )


def _entries(value: Any, depth: int = _DEEPEST) -> list[str]:
    """Return a text for each entry, empty where there is none, so that no other moves."""
    if isinstance(value, dict) and not _describes_a_file(value):
        value = list(value.values())
    if isinstance(value, list):
        return [text for item in value for text in _entry(item, depth - 1)]
    return _entry(value, depth)


def _entry(item: Any, depth: int) -> list[str]:
    if isinstance(item, str):
        return [item.strip()]
    if isinstance(item, dict) and depth and (file := _file_in(item)):
        return [file]
    if isinstance(item, (list, dict)) and depth:
        values = item if isinstance(item, list) else item.values()
        inner = [each for each in values if isinstance(item, list) or isinstance(each, (list, dict))]
        return _entries(inner, depth) or [""]
    return [""]


def _file_in(entry: Mapping[str, Any]) -> str | None:
    """Return the address of the one file that a dict describes, or its bytes as text; None without either."""
    texts = _texts(entry)
    named = [texts[name] for name in _NAMES if name in texts]
    others = sorted(texts, key=lambda name: bool(_SMALL.search(name)))  # in their order, but for these
    found = next((text for text in named or [texts[name] for name in others] if _FILE.match(text)), None)
    return found or next(iter(named), None)


def _describes_a_file(value: Mapping[str, Any]) -> bool:
    """Tell a dict about one file from one of several: it says more than addresses."""
    texts = _texts(value)
    return any(name in texts for name in _NAMES) and not all(map(_FILE.match, texts.values()))


def _texts(value: Mapping[str, Any]) -> dict[str, str]:
    given = {name.lower(): text.strip() for name, text in value.items() if isinstance(text, str)}
    return {name: text for name, text in given.items() if text}


def _without_tail(entries: Sequence[str]) -> tuple[str, ...]:
    """Return the entries up to the last that is not empty."""
    return tuple(entries[: max((at for at, entry in enumerate(entries, 1) if entry), default=0)])


def _flags(body: Mapping[str, Any], kept: Sequence[int]) -> tuple[bool, ...] | None:
    """Return what is said of each file that is kept; None where the API says nothing at all."""
    if "nsfw_content_detected" not in body:
        return None
    said = body["nsfw_content_detected"]
    said = list(said.values()) if isinstance(said, dict) else said
    if isinstance(said, list):
        flags = [_is_yes(each) for each in said]
        return tuple(flags[at] for at in kept if at < len(flags))
    return (_is_yes(said),) * len(kept) if said is not None else ()


def _is_yes(said: Any, depth: int = _DEEPEST) -> bool:
    if isinstance(said, (list, dict)):  # of several pictures in one file, or by the kind of what was found
        each = said.values() if isinstance(said, dict) else said
        return depth > 0 and any(_is_yes(inner, depth - 1) for inner in each)
    return (said.strip().lower() if isinstance(said, str) else said) in _YES
