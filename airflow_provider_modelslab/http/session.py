"""The ``requests`` session that API calls and downloads are made with."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from airflow_provider_modelslab.http.environment import Route, route_to

Pools = dict[str, type[HTTPConnectionPool]]
#: Opens the socket of a connection.
Opener = Callable[[Any], socket.socket]


class DeadlineSession(Session):
    """Ends in time, follows no redirect by itself, and sends nothing that it was not given.

    :param adapter: makes the connections
    :param encoding: what the answers may be compressed with
    """

    def __init__(self, adapter: DeadlineAdapter, encoding: str) -> None:
        super().__init__()
        self._routes: dict[str, Route] = {}
        self.auth = _no_auth
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["Accept-Encoding"] = encoding
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def merge_environment_settings(
        self, url: str | bytes | None, proxies: Any, stream: bool | None, verify: Any, cert: Any
    ) -> Any:
        """Return the way that the environment prescribes, as the triggerer reads it.

        :raises InvalidConnectionError: when it cannot be gone
        """
        route = self._route_to(str(url))
        both = {"http": route.proxy, "https": route.proxy} if route.proxy else {}
        return {"proxies": both, "stream": stream, "verify": route.bundle or True, "cert": cert}

    def _route_to(self, url: str) -> Route:
        """Return the way to a server, read for the first request to it."""
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        if server not in self._routes:
            self._routes[server] = route_to(server)
        return self._routes[server]

    def get_redirect_target(self, resp: Response) -> None:
        """Return nothing: requests would read a redirect's body, however long, even if told not to follow."""


def _no_auth(request: Any) -> Any:
    """Return the request as it is, and keep requests from looking into ``~/.netrc``."""
    return request


class DeadlineAdapter(HTTPAdapter):
    """Makes connections whose answers are of a class that ends in time, also through a proxy.

    :param answers: the class
    :param opener: opens the sockets where there is no proxy; urllib3's own way if not given
    """

    def __init__(
        self, answers: type[http.client.HTTPResponse], opener: Opener | None = None, **kwargs: Any
    ) -> None:
        self._members: dict[str, Any] = {"response_class": answers}
        self._opener = {"_new_conn": opener} if opener else {}
        super().__init__(**kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _rewire(self.poolmanager, {**self._members, **self._opener})

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Verify whomever is spoken to over TLS, also a proxy that leads to a server without it."""
        super().cert_verify(conn, f"{conn.scheme}://", verify, cert)  # type: ignore[no-untyped-call]

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not known:
            _rewire(manager, self._members)
        return manager


def _rewire(manager: Any, members: dict[str, Any]) -> None:
    """Give the connections of a manager of pools these members. What it is else, SOCKS say, it stays."""
    pools: Pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _pool_like(pool, members) for scheme, pool in pools.items()}


def _pool_like(pool: Any, members: dict[str, Any]) -> type[HTTPConnectionPool]:
    connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), members)
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})
