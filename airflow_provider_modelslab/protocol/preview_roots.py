"""Below which roots files may be shown in Airflow's UI. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

SECTION, OPTION = "modelslab", "preview_roots"  # where airflow.cfg has them

_REFUSED = re.compile(r"[%\\\x00-\x1f\x7f?#]|/\.\.?(/|$)|(?<=[^:/])//|:///?/.*//")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]*/.*")


def parse_roots(text: str) -> tuple[str, ...]:
    """Return the roots that the setting names, each with a slash at its end.

    :param text: URIs, separated by commas
    """
    return tuple(f"{root.rstrip('/')}/" for part in text.split(",") if (root := part.strip()))


def is_below(uri: str, roots: Iterable[str]) -> bool:
    """Say whether a URI lies below one of the roots, with the same scheme, connection and bucket.

    :param uri: of a file
    :param roots: as :func:`parse_roots` gives them
    """
    if not _URI.fullmatch(uri) or _REFUSED.search(uri):
        return False
    return any(uri.startswith(root) and len(uri) > len(root) for root in roots)
