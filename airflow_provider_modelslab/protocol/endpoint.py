"""Where the calls go: the server of a connection, the paths on it, and so where the key may go."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from airflow_provider_modelslab.protocol.ids import parse_request_id

DEFAULT_HOST = "https://modelslab.com"
DEFAULT_API_PATH = "/api/v6/faceswap"


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
    if not parts.hostname or not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", parts.hostname):
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
