"""What an entry of ``output`` is: a URL of a file, or the file itself as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from airflow_provider_modelslab.exceptions import InvalidContentError
from airflow_provider_modelslab.protocol.redact import is_data, shown
from airflow_provider_modelslab.protocol.xcom_size import LONGEST_URL

_BASE64_BEGIN = re.compile(r"[A-Za-z0-9+/_-]{24}")  # as much of base64 text as tells one kind from another


def is_inline(entry: str) -> bool:
    """Say whether an entry carries its bytes in itself: as a data URI, or as bare base64 text."""
    return is_data(entry) or type_of_base64(entry) is not None


def type_of_base64(entry: str) -> str | None:
    """Return the media type of the picture or film whose base64 text an entry is; None if it is none.

    What it decodes to decides: ``/9j/…``, a JPEG, looks like a path.
    """
    if not _BASE64_BEGIN.match(entry):
        return None
    from airflow_provider_modelslab.saving.media_type import HEAD, identify

    try:
        kind = identify(entry[:HEAD].encode())
    except InvalidContentError:
        return None
    return kind.content_type if kind.base64_prefix == 0 else None


def shown_entry(entry: str) -> str:
    """Return as much of an entry as may be logged: of a URL as ever, of a file in itself its type."""
    content_type = type_of_base64(entry)
    return f"data:{content_type};base64,…" if content_type else shown(entry)


def without_files(entries: Iterable[str]) -> list[str]:
    """Return the entries, of those that carry a file in themselves only the type.

    Of a text as large as a file, though none that can be read, no more is left than of a URL in a log.
    """
    return [shown_entry(each) if is_inline(each) or len(each) > LONGEST_URL else each for each in entries]


def is_fetched(entry: str) -> bool:
    """Say whether an entry is a URL of a kind that can be fetched, whatever may be fetched here."""
    try:
        parts = urlsplit(entry.strip())
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc)


def host_of(url: str) -> str | None:
    """Return the host of a URL; None for what carries its bytes in itself, or is no URL."""
    try:
        return None if is_inline(url) else urlsplit(url.strip()).hostname
    except ValueError:
        return None
