"""A proxy on real sockets that does to each exchange in turn what it is told: pass it on, or a fault."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection: *[^\r]*", re.IGNORECASE)
_CLOSING = b"\r\nConnection: close"
JOIN_LIMIT = 30.0  # seconds


@dataclass(frozen=True)
class Exchange:
    """One request, and what a fault may do about it.

    :param client: the connection that it came by
    :param request: what came
    :param ask: gets the upstream's answer, as bytes from the status line to the last of the body
    """

    client: socket.socket
    request: bytes
    ask: Callable[[], bytes]


#: Answers an exchange in its own way and says whether the connection may serve another one.
Fault = Callable[[Exchange], bool]


class OutlastedError(Exception):
    """A fault that could go on for ever was ended, so that a test which fails ends as well."""


def pass_on(exchange: Exchange) -> bool:
    """No fault."""
    exchange.client.sendall(exchange.ask())
    return True


@dataclass
class Proxy:
    """Stands between a client and one upstream server, on a port of its own.

    ::

        with Proxy(standin.url) as proxy:
            proxy.meet([reset_before_headers, pass_on], then=silence)

    :param upstream: base URL of the server behind
    :param listening: whether connections are accepted from the beginning; until then they are refused
    :param exchanges: how many requests there have been
    :param connections: how many connections
    :param outlasted: how many clients held on to a fault until it ended by itself
    """

    upstream: str
    listening: bool = True
    exchanges: int = 0
    connections: int = 0
    outlasted: int = 0
    _first: list[Fault] = field(default_factory=list)
    _then: Fault = pass_on
    _threads: list[threading.Thread] = field(default_factory=list)
    _clients: set[socket.socket] = field(default_factory=set)
    _lock: Any = field(default_factory=threading.Lock)

    def meet(self, first: Iterable[Fault] = (), then: Fault = pass_on) -> None:
        """Do this to the next exchanges, whatever connection they come by; and that to all later ones."""
        with self._lock:
            self._first, self._then = list(first), then

    @property
    def url(self) -> str:
        """Where the client has to go."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Proxy:
        self._server = socket.socket()
        self._server.bind(("127.0.0.1", 0))  # bound but not listening: the system refuses connections
        if self.listening:
            self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._server.close()
        for client in list(self._clients):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(JOIN_LIMIT)
            assert not thread.is_alive()

    def listen(self) -> None:
        """Accept connections from now on."""
        self._server.listen(128)
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, name="fault-proxy", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._clients.add(client)
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            try:
                while (request := read_request(client)) and self._do(client, request):
                    pass
            except OutlastedError:
                self.outlasted += 1
        self._clients.discard(client)

    def _do(self, client: socket.socket, request: bytes) -> bool:
        return self._next()(Exchange(client, request, lambda: ask(self.upstream, request)))

    def _next(self) -> Fault:
        with self._lock:
            self.exchanges += 1
            return self._first.pop(0) if self._first else self._then


def read_request(client: socket.socket) -> bytes:
    """Return the next request of a connection, whole; empty where the client has gone."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        if not (more := client.recv(2**16)):
            return b""
        data += more
    length = _LENGTH.search(data, 0, end)
    missing = end + 4 + (int(length[1]) if length else 0) - len(data)
    while missing > 0:
        data += (more := client.recv(missing))
        missing = missing - len(more) if more else 0
    return data


def ask(upstream: str, request: bytes) -> bytes:
    """Return the upstream's whole answer; its end is the end of the connection, so that any form will do."""
    parts = urlsplit(upstream)
    head, _, body = request.partition(b"\r\n\r\n")
    with socket.create_connection((parts.hostname, parts.port)) as server:
        server.sendall(_CONNECTION.sub(b"", head) + _CLOSING + b"\r\n\r\n" + body)
        answer = b"".join(iter(lambda: server.recv(2**18), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return _CONNECTION.sub(b"", head) + b"\r\n\r\n" + body
