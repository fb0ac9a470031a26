"""A small server on any loopback address, with or without TLS: a file server, a redirecting one, a proxy."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

ENDLESS = 2**26  # bytes; far more than fit between two sockets


class Server(ThreadingHTTPServer):
    """Remembers connections and request headers; answers with a redirect if it has one."""

    daemon_threads = True
    redirect: str | None = None
    tunnel: tuple[str, int] | None = None  # where a proxy leads all connections
    endless = False  # whether a redirect has a body that does not end

    def __init__(self, host: str, context: ssl.SSLContext | None) -> None:
        super().__init__((host, 0), Handler)
        self.connections: list[Any] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        self.context = context
        scheme = "https" if context else "http"
        self.url = f"{scheme}://{host}:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        sock, client = super().get_request()
        self.connections.append(client)
        return (self.context.wrap_socket(sock, server_side=True) if self.context else sock), client

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: refused handshakes are what is tested."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        self.send_response(302 if self.server.redirect else 200)
        if self.server.redirect:
            self.send_header("Location", self.server.redirect)
        self.send_header("Set-Cookie", "session=1")
        if self.server.endless:
            self.server.redirect = None
            self._pour()
            return
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def _pour(self) -> None:
        self.end_headers()
        with suppress(OSError):
            while self.server.sent < ENDLESS:
                self.server.sent += self.wfile.write(bytes(2**16))

    def do_CONNECT(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        if self.server.tunnel is None:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(self.server.tunnel) as beyond:
            back = threading.Thread(target=_copy, args=(beyond, self.connection))
            back.start()
            _copy(self.connection, beyond)
            back.join()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(2**16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def serving(host: str, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(host, context)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
