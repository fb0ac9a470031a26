"""The names of files in OpenLineage, as its naming specification has them. Pure."""

from __future__ import annotations

import re

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(.*)", re.DOTALL)
_LOCAL = ("file", "local")
#: Each object store has one name, however its scheme was written.
_SCHEMES = {
    **dict.fromkeys(("s3a", "s3n"), "s3"),
    "gcs": "gs",
    **dict.fromkeys(("abfs", "az", "adl"), "abfss"),
}


def dataset_name(uri: str) -> tuple[str, str] | None:
    """Return the namespace and the name of the dataset that a file is.

    What precedes an ``@`` is left out, an Airflow connection or a user, and so is a query: it may be a token.

    :param uri: of the file, with a scheme
    :return: None for what names no file by its place
    """
    parts = _URI.fullmatch(uri)
    if parts is None:
        return None
    scheme, server, path = parts[1].lower(), parts[2].rpartition("@")[2], parts[3]
    if scheme in _LOCAL:
        return "file", path or "/"
    name = re.split(r"[?#]", path)[0].lstrip("/")
    return f"{_SCHEMES.get(scheme, scheme)}://{server}", name or "/"
