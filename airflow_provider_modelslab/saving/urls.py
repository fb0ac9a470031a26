"""How URLs are shown: no query string and no user part, since those may hold signed tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from airflow_provider_modelslab.exceptions import InvalidContentError
from airflow_provider_modelslab.protocol.xcom_size import LONGEST_URL

_BASE64_BEGIN = re.compile(r"[A-Za-z0-9+/_-]{24}")  # as much of base64 text as tells one kind from another
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_LONGEST = 300


def is_data(entry: str) -> bool:
    """Say whether an entry of ``output`` carries its bytes in itself, as a data URI."""
    return entry[:5].lower() == "data:"


def is_inline(entry: str) -> bool:
    """Say whether an entry carries its bytes in itself: as a data URI, or as bare base64 text."""
    return is_data(entry) or type_of_base64(entry) is not None


def type_of_base64(entry: str) -> str | None:
    """Return the media type of the picture or film whose base64 text an entry is; None if it is none.

    What it decodes to decides: ``/9j/…``, a JPEG, looks like a path.
    """
    if not _BASE64_BEGIN.match(entry):
        return None
    from airflow_provider_modelslab.saving.content import HEAD, identify

    try:
        kind = identify(entry[:HEAD].encode())
    except InvalidContentError:
        return None
    return kind.content_type if kind.base64_prefix == 0 else None


def without_files(entries: Iterable[str]) -> list[str]:
    """Return the entries, of those that carry a file in themselves only the type.

    Of a text as large as a file, though none that can be read, no more is left than of a URL in a log.
    """
    return [shown(each) if is_inline(each) or len(each) > LONGEST_URL else each for each in entries]


def is_fetched(entry: str) -> bool:
    """Say whether an entry is a URL of a kind that can be fetched, whatever may be fetched here."""
    try:
        parts = urlsplit(entry.strip())
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc)


def shown(url: str) -> str:
    """Return as much of a URL as may be logged: scheme, host, port and path, or a data URI's type."""
    if is_data(url):
        return f"{url[:80].split(',', 1)[0]},…"
    if content_type := type_of_base64(url):
        return f"data:{content_type};base64,…"
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "(a malformed URL)"
    if not parts.netloc:
        return "(not a URL)"
    host = parts.netloc.rpartition("@")[2]
    scheme = f"{parts.scheme}:" if parts.scheme else ""
    return f"{scheme}//{host}{parts.path}"[:_LONGEST]


def server_of(url: str) -> str:
    """Return as much of a redirect's target as may be logged: its path may hold a token as well."""
    return "/".join(shown(url).split("/")[:3])


def without_tokens(text: str) -> str:
    """Return ``text`` with every URL in it reduced to what may be shown."""
    return _URL.sub(lambda match: shown(match.group()), text)


def host_of(url: str) -> str | None:
    """Return the host of a URL; None for what carries its bytes in itself, or is no URL."""
    try:
        return None if is_inline(url) else urlsplit(url.strip()).hostname
    except ValueError:
        return None
