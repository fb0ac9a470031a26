"""A ``requests`` session that goes to allowed addresses only, and carries no credentials.

The check is made on the address that a connection is about to be opened to, and again on the one it
was opened to, before a byte is sent: a name that resolves differently the second time, a decimal or
octal spelling and a redirect all end up here.

With a proxy (``HTTPS_PROXY``) it is the proxy that resolves and connects. Then the scheme and the
address as resolved *here* are checked before each request, where the name can be resolved here at all;
that the proxy connects to the same address cannot be promised, and is the proxy's rules to enforce.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from airflow_provider_modelslab.exceptions import DownloadError
from airflow_provider_modelslab.saving.address import check_address, safe_url
from airflow_provider_modelslab.saving.urls import shown
from airflow_provider_modelslab.transport import no_auth

MAX_REDIRECTS = 5
_pool_log = logging.getLogger("urllib3.connectionpool")
_MOST_ADDRESSES = 6  # of one name that are tried, each as long as a connection may take


class GuardedSession(Session):
    """Fetches files from addresses that the server supplied.

    :param allow_private: whether http, and private and loopback addresses, are allowed too
    :param parallel: how many connections to one host are kept
    """

    def __init__(self, *, allow_private: bool = False, parallel: int = 4) -> None:
        super().__init__()
        self._allow_private = allow_private
        self._log_filter = partial(_without_query)  # one for each session, since sessions may overlap
        self.auth = no_auth  # also keeps requests from looking into ~/.netrc
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update({"User-Agent": "airflow-provider-modelslab", "Accept-Encoding": "identity"})
        self.mount("https://", _GuardedAdapter(allow_private, parallel))
        self.mount("http://", _GuardedAdapter(allow_private, parallel))

    def __enter__(self) -> GuardedSession:
        _pool_log.addFilter(self._log_filter)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        _pool_log.removeFilter(self._log_filter)

    def open(self, url: str, headers: Mapping[str, str], timeout: tuple[float, float]) -> Response:
        """Return the unread answer to a GET, having followed redirects, each of them checked.

        :param timeout: seconds to connect and seconds between bytes
        :raises UnsafeUrlError: if the URL or a redirect leads where downloads must not go
        :raises DownloadError: if there are more redirects than five
        """
        for _ in range(MAX_REDIRECTS + 1):
            safe = safe_url(url, allow_private=self._allow_private)
            response = self.get(safe, headers=headers, stream=True, allow_redirects=False, timeout=timeout)
            target = super().get_redirect_target(response)
            if target is None:
                return response
            response.close()
            url = urljoin(safe, target)
        raise DownloadError(f"{shown(url)} redirects more than {MAX_REDIRECTS} times")

    def get_redirect_target(self, resp: Response) -> None:
        """Return nothing: requests would read a redirect's body, however long, even if told not to follow."""


def _without_query(record: logging.LogRecord) -> bool:
    """Leave the query strings, which may hold signed tokens, out of urllib3's lines at DEBUG."""
    if isinstance(record.args, tuple):
        record.args = tuple(each.split("?", 1)[0] if isinstance(each, str) else each for each in record.args)
    return True


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, allow_private: bool, parallel: int) -> None:
        self._allow_private = allow_private
        super().__init__(pool_maxsize=max(parallel, 1))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _guarded_pools(self._allow_private)

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        proxies = kwargs.get("proxies") or {}
        if select_proxy(request.url or "", proxies):
            _check_before_proxy(request.url or "", self._allow_private)
        return super().send(request, *args, **kwargs)


def _check_before_proxy(url: str, allow_private: bool) -> None:
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return  # only the proxy can resolve it
    for *_, address in found:
        check_address(str(address[0]), parts.hostname or "", allow_private=allow_private)


def _guarded_pools(allow_private: bool) -> dict[str, type[HTTPConnectionPool]]:
    class Connection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _open_socket(self, allow_private)

    class SecureConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _open_socket(self, allow_private)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": Pool, "https": SecurePool}


def _open_socket(connection: HTTPConnection, allow_private: bool) -> socket.socket:
    """Resolve, check every address, connect to one of them, and check whom we are connected to."""
    host = connection._dns_host.strip("[]")
    try:
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameResolutionError(host, connection, error) from error  # type: ignore[arg-type]
    for *_, address in found:
        check_address(str(address[0]), host, allow_private=allow_private)
    sock = _connect_first(connection, found)
    try:
        check_address(sock.getpeername()[0], host, allow_private=allow_private)
    except BaseException:
        sock.close()
        raise
    return sock


def _connect_first(connection: HTTPConnection, found: list[Any]) -> socket.socket:
    failure: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in found[:_MOST_ADDRESSES]:
        try:
            return _connect(connection, socket.socket(family, kind, protocol), address)
        except OSError as error:  # noqa: PERF203 - each turn is a connection
            failure = error
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, "the connection was not opened in time") from failure
    raise NewConnectionError(connection, str(failure)) from failure


def _connect(connection: HTTPConnection, sock: socket.socket, address: Any) -> socket.socket:
    try:
        for option in connection.socket_options or ():
            sock.setsockopt(*option)
        if isinstance(connection.timeout, (int, float)):
            sock.settimeout(connection.timeout)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock
