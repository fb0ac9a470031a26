"""What the environment says of the way to a server: one reading for the worker and the triggerer.

The variables and their meaning are those that ``requests`` documents ("Advanced Usage", Proxies and SSL
Cert Verification): ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, in lower case too, which
goes first, and ``REQUESTS_CA_BUNDLE`` and ``CURL_CA_BUNDLE``. What only one of the two can use is an error in
both.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, prepend_scheme_if_needed, select_proxy
from urllib3.util.ssl_ import create_urllib3_context

from airflow_provider_modelslab.exceptions import InvalidConnectionError

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # by which OpenSSL finds a certificate in a folder
_HTTP_PROXY = (
    "Set it to http://host:port or http://user:password@host:port, what is special in them percent-encoded, "
    "or name the host in NO_PROXY"
)
_CERTIFICATES = (
    "Set it to a file of certificates in PEM, or to a folder of such that 'openssl rehash' has seen"
)
_TLS_IN_TLS = sys.version_info >= (3, 11)  # asyncio's
_CERTIFICATE = re.compile(rb"-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----")


@dataclass(frozen=True)
class Route:
    """The way to a server.

    :param proxy: URL of the proxy to go through, with its scheme; not shown by ``repr``, as it may hold a
        password
    :param bundle: file or folder of the certificates to trust in place of the usual ones
    """

    proxy: str | None = field(default=None, repr=False)
    bundle: str | None = None


def route_to(url: str) -> Route:
    """Return the way to a server that the environment prescribes. Reads files: not for an event loop.

    :param url: of the server, or of anything on it
    :raises InvalidConnectionError: when it prescribes what cannot be used; the text names the variable, and
        no password
    """
    proxy = _proxy_for(url)
    speaks_tls = any(each.lower().startswith("https:") for each in (url, proxy or ""))
    return Route(proxy, _bundle(url) if speaks_tls else None)


def check_for_asyncio(url: str, route: Route) -> None:
    """Refuse the one way that can be gone on a worker, but by no event loop of an older Python.

    :param url: of the server
    :param route: the way there
    :raises InvalidConnectionError: when it is through TLS within TLS
    """
    both = [each.lower().startswith("https:") for each in (url, route.proxy or "")]
    if all(both) and not _TLS_IN_TLS:
        raise _unusable(
            url, "a proxy with an https:// URL needs Python 3.11 in the triggerer. Give it an http:// URL"
        )


def make_ssl_context(bundle: str | None = None) -> ssl.SSLContext:
    """Return the context that ``requests`` makes, so that both faces trust the same servers.

    :param bundle: file or folder of the certificates to trust; those that come with ``requests`` if not given
    """
    context = create_urllib3_context()
    named = bundle or DEFAULT_CA_BUNDLE_PATH
    if os.path.isdir(named):
        context.load_verify_locations(capath=named)
    else:
        context.load_verify_locations(cafile=named)
    return context


def _proxy_for(url: str) -> str | None:
    named = (select_proxy(url, get_environ_proxies(url, no_proxy=None)) or "").strip()
    if not named:
        return None
    variable = next(_variables_with(url, named), "the system's setting")
    if re.match(r"socks\w*://", named, re.IGNORECASE):
        raise _unusable(
            url, f"{variable} names a SOCKS proxy, which the triggerer cannot speak to. {_HTTP_PROXY}"
        )
    whole = named if "://" in named else f"http://{named}"
    try:
        parts = urlsplit(prepend_scheme_if_needed(whole, "http"))  # type: ignore[no-untyped-call]
        _ = parts.port  # reading it checks it
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise _unusable(url, f"{variable} names no HTTP proxy. {_HTTP_PROXY}")
    return _with_whole_credentials(parts)


def _with_whole_credentials(parts: SplitResult) -> str:
    """Return the proxy's URL with a colon behind a user without a password, who is left out otherwise."""
    user, at, server = parts.netloc.rpartition("@")
    return f"{parts.scheme.lower()}://{user}{'' if ':' in user or not at else ':'}{at}{server}"


def _variables_with(url: str, value: str) -> Iterator[str]:
    names = (f"{urlsplit(url).scheme}_proxy".lower(), "all_proxy")
    return (name for name, found in os.environ.items() if name.lower() in names and found.strip() == value)


def _bundle(url: str) -> str | None:
    variable = next((name for name in _BUNDLES if os.environ.get(name)), None)
    if variable is None:
        return None
    named = Path(os.environ[variable])
    if fault := _fault_of_bundle(named):
        raise _unusable(url, f"{variable} names {named}, {fault}. {_CERTIFICATES}")
    return str(named)


def _fault_of_bundle(named: Path) -> str | None:
    try:
        if named.is_dir():
            hashed = any(_HASHED_NAME.fullmatch(each.name) for each in named.iterdir())
            return None if hashed else "a folder in which no file is named as 'openssl rehash' does"
        return None if _CERTIFICATE.search(named.read_bytes()) else "in which is no certificate"
    except FileNotFoundError:
        return "which is not there"
    except OSError as err:
        return f"which cannot be read ({type(err).__name__})"


def _unusable(url: str, what: str) -> InvalidConnectionError:
    host = urlsplit(url).hostname
    return InvalidConnectionError(
        f"{host} cannot be reached as the environment says: {what}. Workers and triggerers need the same."
    )
