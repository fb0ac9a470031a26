"""How the pictures and the clip of a face swap are given: as URLs, as paths, or not known yet."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from airflow_provider_modelslab.protocol.redact import without_query
from airflow_provider_modelslab.protocol.uri import as_uri
from airflow_provider_modelslab.protocol.xcom_size import LONGEST_URL

_HOW_GIVEN = (
    "It must be a public URL (https://…), or for pictures an absolute path (/folder/face.jpg, "
    "s3://conn_id@bucket/face.jpg)"
)
_NEITHER = (bool, int, float, bytes, list, tuple, set, dict)
_URL = re.compile(r"https?://", re.IGNORECASE)
_PATH = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*://")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
TEMPLATE = re.compile(r"\{[{%]")


class SourceKind(Enum):
    """How a picture or clip is given."""

    URL = "a URL"
    PATH = "a path"
    UNKNOWN = "not known before the task runs"


def is_storage(value: Any) -> bool:
    """Tell an ``ObjectStoragePath``, whose text is its URI."""
    return hasattr(value, "protocol")


def text_of(value: Any) -> str:
    """Return the URL or path that was given, whatever object it is."""
    return os.fspath(value) if isinstance(value, os.PathLike) and not is_storage(value) else str(value)


def source_kind_of(name: str, value: Any) -> SourceKind:
    """Tell how a picture or clip is given.

    :param name: the argument, for the error
    :param value: a URL, an absolute path, an object that is one, a template, or another task's result
    :raises ValueError: when it is text, and neither
    """
    if is_storage(value):
        return SourceKind.PATH
    if isinstance(value, _NEITHER):
        raise ValueError(f"{name} is a {type(value).__name__}. {_HOW_GIVEN}")
    if not isinstance(value, (str, os.PathLike)):
        return SourceKind.UNKNOWN
    text = text_of(value).strip()
    if TEMPLATE.search(text):
        return SourceKind.UNKNOWN
    if _URL.match(text):
        _check_url(name, text)
        return SourceKind.URL
    if not _PATH.match(text):
        shown = repr(without_query(text)[:40]) if text else "empty"
        raise ValueError(f"{name} is {shown}. {_HOW_GIVEN}")
    return SourceKind.PATH


def shown_uri(value: Any) -> str | None:
    """Return the URI by which a result names what it was made of, without anything that may be a secret.

    :param value: a URL, a path, or an object that is one
    :return: None for what names no place: a picture in itself, or a template that was not rendered
    """
    if not (is_storage(value) or isinstance(value, (str, os.PathLike))):
        return None
    text = text_of(value).strip()
    if len(text) > LONGEST_URL or TEMPLATE.search(text) or not text.isprintable():
        return None
    text = f"file://{text}" if text.startswith("/") else text
    scheme, mark, rest = text.partition("://")
    if not (mark and _SCHEME.fullmatch(scheme)):
        return None
    if scheme.lower() in ("file", "local"):
        return f"file:///{os.path.normpath(rest).lstrip('/')}" if rest.startswith("/") else None
    try:
        return _public_url(text) if _URL.match(text) else _storage_uri(scheme, rest)
    except ValueError:
        return None


def _public_url(text: str) -> str:
    scheme, _, rest = re.split(r"[?#]", as_uri(text))[0].partition("://")
    server, slash, path = rest.partition("/")
    return f"{scheme}://{server.rpartition('@')[2]}{slash}{path}"


def _storage_uri(scheme: str, rest: str) -> str:
    """Keep the name of an Airflow connection; what has a password beside it is none."""
    bucket, slash, path = re.split(r"[?#]", rest)[0].partition("/")
    user, at, host = bucket.rpartition("@")
    return f"{scheme}://{'' if ':' in user else user + at}{host}{slash}{path}"


def check_kinds(kinds: Mapping[str, SourceKind], *, is_video: bool) -> None:
    """Refuse what the API takes in no call.

    :param kinds: how each file is given, by argument
    :param is_video: whether the call is about a clip
    :raises ValueError: when there is no such call; the text says what would work
    """
    paths = [name for name, kind in kinds.items() if kind is SourceKind.PATH]
    urls = [name for name, kind in kinds.items() if kind is SourceKind.URL]
    if is_video and paths:
        raise ValueError(
            f"{' and '.join(paths)}: the API's video calls take no files, only public URLs of them: "
            "put each where ModelsLab can fetch it, and give its https URL"
        )
    if paths and urls:
        raise ValueError(
            f"{' and '.join(paths)} given as path, {' and '.join(urls)} as URL: the API takes all pictures "
            "of a call in the same way. Give all as public URLs, or all as paths"
        )


def check_link(name: str, value: Any) -> None:
    """Refuse what is known, and is no public https URL.

    :param name: the argument, for the error
    :param value: what was given for it
    :raises ValueError: when ModelsLab could not reach it
    """
    if value is None or not isinstance(value, str) or TEMPLATE.search(value):
        return
    text = value.strip()
    if not text.lower().startswith("https://"):
        raise ValueError(f"{name} must be a public https URL")
    _check_url(name, text)


def _check_url(name: str, text: str) -> None:
    try:
        as_uri(text)
    except ValueError:
        raise ValueError(f"{name} is not a URL that ModelsLab could fetch") from None
