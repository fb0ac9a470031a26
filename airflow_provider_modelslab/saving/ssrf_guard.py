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
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests import PreparedRequest, Response, Session
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from airflow_provider_modelslab.exceptions import DownloadError
from airflow_provider_modelslab.http.deadline import StepDeadlineResponse
from airflow_provider_modelslab.http.session import DeadlineAdapter, DeadlineSession
from airflow_provider_modelslab.protocol.redact import server_of, shown, without_query
from airflow_provider_modelslab.saving.public_address import check_address, safe_url

MAX_REDIRECTS = 5
_logged = threading.local()
_pool_log = logging.getLogger("urllib3.connectionpool")
_MOST_ADDRESSES = 6  # of one name that are tried, each as long as a connection may take


class GuardedSession(DeadlineSession):
    """Fetches files from addresses that the server supplied.

    :param allow_private: whether http, and private and loopback addresses, are allowed too
    :param parallel: how many connections to one host are kept
    """

    def __init__(self, *, allow_private: bool = False, parallel: int = 4) -> None:
        super().__init__(_GuardedAdapter(allow_private, parallel), "identity")
        self._allow_private = allow_private
        self._log_filter = partial(_without_tokens)  # one for each session, since sessions may overlap
        self.headers["User-Agent"] = "airflow-provider-modelslab"

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
        :raises DownloadError: if there are more redirects than five, or one to what is no URL
        """
        at = url
        for hop in range(MAX_REDIRECTS + 1):
            show = server_of if hop else shown
            safe = safe_url(at, allow_private=self._allow_private, show=show)
            with _logging(server_only=hop > 0):
                response = self.get(
                    safe, headers=headers, stream=True, allow_redirects=False, timeout=timeout
                )
            target = self._redirect(response, safe)
            if target is None:
                return response
            response.close()
            at = target
        raise DownloadError(f"{shown(url)} redirects more than {MAX_REDIRECTS} times")

    def _redirect(self, response: Response, url: str) -> str | None:
        """Return where an answer leads to; None if nowhere else."""
        try:
            target = Session.get_redirect_target(self, response)
            return None if target is None else urljoin(url, target)
        except ValueError:  # also where it is not UTF-8
            response.close()
            raise DownloadError(f"{server_of(url)} redirects to what is no URL") from None


@contextmanager
def _logging(server_only: bool) -> Iterator[None]:
    """Say of the requests that this thread makes meanwhile how much of their URLs may be logged."""
    _logged.server_only = server_only
    try:
        yield
    finally:
        _logged.server_only = False


def _without_tokens(record: logging.LogRecord) -> bool:
    """Leave what may hold signed tokens out of urllib3's lines at DEBUG: queries, and redirects' paths."""
    if isinstance(record.args, tuple):
        record.args = tuple(_loggable(each) if isinstance(each, str) else each for each in record.args)
    return True


def _loggable(text: str) -> str:
    hidden = text.startswith("/") and getattr(_logged, "server_only", False)
    return "/…" if hidden else without_query(text)


class _GuardedAdapter(DeadlineAdapter):
    def __init__(self, allow_private: bool, parallel: int) -> None:
        def opener(connection: HTTPConnection) -> socket.socket:
            return _open_socket(connection, allow_private)

        self._allow_private = allow_private
        super().__init__(StepDeadlineResponse, opener, pool_maxsize=max(parallel, 1))

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        proxies = kwargs.get("proxies") or {}
        if select_proxy(request.url or "", proxies):
            _check_before_proxy(request.url or "", self._allow_private)
        return super().send(request, *args, **kwargs)


def _check_before_proxy(url: str, allow_private: bool) -> None:
    parts = urlsplit(url)
    with suppress(OSError, UnicodeError):  # where only the proxy can resolve it
        _resolve(parts.hostname or "", parts.port or 443, allow_private)


def _resolve(host: str, port: int, allow_private: bool) -> list[Any]:
    """Return a host's addresses, all of which are allowed."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        check_address(str(address[0]), host, allow_private=allow_private)
    return found


def _open_socket(connection: HTTPConnection, allow_private: bool) -> socket.socket:
    """Resolve, check every address, connect to one of them, and check whom we are connected to."""
    host = connection._dns_host.strip("[]")
    try:
        found = _resolve(host, connection.port, allow_private)
    except (OSError, UnicodeError) as error:
        raise NameResolutionError(host, connection, error) from error  # type: ignore[arg-type]
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
