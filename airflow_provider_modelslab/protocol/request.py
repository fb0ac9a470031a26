"""The fetch call: which ids may be asked for, and under which URL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

DEFAULT_HOST = "https://modelslab.com"
DEFAULT_API_PATH = "/api/v6/faceswap"

# Documented as an integer (v6) and as a string such as "abc123-def456" (enterprise, webhooks).
# Whatever cannot be a path segment by itself is refused, so that no id can lead the key elsewhere.
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_RENDERED_NOTHING = {"none", "null", "nan", "undefined", "true", "false"}


def parse_request_id(value: Any) -> str:
    """Return the id as the string that goes into the URL.

    :param value: what the DAG author gave, after rendering
    :raises ValueError: when it cannot be the id of a queued request; the text says why
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"a request id is an integer or a string, not {type(value).__name__}")
    text = str(value)
    if not text.strip():
        raise ValueError("the request id is empty")
    if is_nothing(text):
        raise ValueError(f"the request id is the word {text!r}: a template rendered to nothing")
    if "{{" in text:
        raise ValueError(f"the template {text[:80]!r} was not rendered")
    if text.startswith("["):
        raise ValueError(
            f"the request id {text[:80]!r} is a list rendered as text: pass the XComArg itself "
            "(task.output), or set render_template_as_native_obj=True on the DAG"
        )
    if not _REQUEST_ID.fullmatch(text):
        raise ValueError(
            f"the request id {text[:80]!r} has characters that no id has; "
            "letters, digits, '-', '_', '.' and '~' are allowed, the first a letter or digit"
        )
    return text


def is_nothing(value: Any) -> bool:
    """Tell whether a value says nothing, such as what a template gives that found nothing."""
    text = str(value).strip().lower()
    return not text or text in _RENDERED_NOTHING


def is_many(value: Any) -> bool:
    """Tell whether ``request_id`` names several requests, and so gives a list of results."""
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict))


def parse_request_ids(value: Any) -> list[str]:
    """Return the ids named by ``request_id``, one or several, in the order given.

    :param value: one ``int | str``, or a sequence of them
    :raises ValueError: when one of them cannot be an id; the text says which and why
    """
    if not is_many(value):
        return [parse_request_id(value)]
    return [_parse_entry(position, item) for position, item in enumerate(value)]


def _parse_entry(position: int, value: Any) -> str:
    try:
        return parse_request_id(value)
    except ValueError as err:
        raise ValueError(f"entry {position}: {err}") from None


def parse_base_url(host: str | None, schema: str | None = None, port: int | None = None) -> str:
    """Return the base URL that a connection's host, schema and port mean, without a trailing slash.

    :param host: a host name or a URL; none means ModelsLab's own
    :param schema: ``http`` or ``https``, used where the host has no scheme (default ``https``)
    :param port: used where the host has no port
    :raises ValueError: when they make no URL of a server
    """
    text = (host or "").strip() or DEFAULT_HOST
    if "://" not in text:
        text = f"{(schema or 'https').strip()}://{text}"
    try:
        parts = urlsplit(text)
        explicit_port = parts.port or port
    except ValueError:  # whose text may show what stands there
        raise ValueError("the host is not a URL: its port or its address cannot be read") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"the host's scheme is {parts.scheme!r}; it must be https (or http)")
    if parts.username is not None:
        raise ValueError("the host holds a user name or password; the key belongs into the password field")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("the host has a path or query; a path belongs into the extra field api_path")
    if not parts.hostname or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", parts.hostname):
        raise ValueError("the host is not the name or address of a server")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}" + (f":{explicit_port}" if explicit_port else "")


def parse_api_path(path: str | None) -> str:
    """Return the path under which the server offers face swap, such as ``/api/v6/faceswap``.

    :param path: as given in the connection; ``/api/v6/deepfake`` and ``/api/v1/enterprise/faceswap``
        are in use besides the default
    :raises ValueError: when it is not a plain path
    """
    text = "/" + (path or DEFAULT_API_PATH).strip().strip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", text):
        raise ValueError(f"the api_path {text!r} is not a plain path such as {DEFAULT_API_PATH}")
    return text


def is_enterprise(api_path: str) -> bool:
    """Tell whether a path is that of a dedicated server, which differs in some calls.

    :param api_path: path of the face swap calls
    """
    return "/enterprise/" in api_path


def fetch_path(api_path: str, request_id: str) -> str:
    """Return the path of the fetch call, ``POST {api_path}/fetch/{id}`` with ``{"key": …}``.

    Source: docs.modelslab.com, "Fetch Queued Face Swap".
    """
    return f"{api_path}/fetch/{parse_request_id(request_id)}"
