"""How URLs are shown: no query string and no user part, since those may hold signed tokens."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_LONGEST = 300


def is_data(entry: str) -> bool:
    """Say whether an entry of ``output`` carries its bytes in itself, as a data URI."""
    return entry[:5].lower() == "data:"


def shown(url: str) -> str:
    """Return as much of a URL as may be logged: scheme, host, port and path, or a data URI's type."""
    if is_data(url):
        return f"{url[:80].split(',', 1)[0]},…"
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "(a malformed URL)"
    if not parts.netloc:
        return "(not a URL)"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"[:_LONGEST]


def server_of(url: str) -> str:
    """Return as much of a redirect's target as may be logged: its path may hold a token as well."""
    return "/".join(shown(url).split("/")[:3])


def without_tokens(text: str) -> str:
    """Return ``text`` with every URL in it reduced to what may be shown."""
    return _URL.sub(lambda match: shown(match.group()), text)
