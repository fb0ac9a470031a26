"""A real forward proxy on loopback, with or without TLS of its own, that leads to one server by any name."""

from __future__ import annotations

import base64
import re
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.stress.faults.proxy import ask, read_request

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

_CREDENTIALS = re.compile(rb"\r\nproxy-authorization: basic ([^\r]*)", re.IGNORECASE)
_ABSOLUTE = re.compile(rb"^([A-Z]+) http://[^/ ]+", re.IGNORECASE)


@dataclass
class ForwardProxy:
    """What it was asked.

    :param port: where it listens
    :param seen: for each request: the method, the host and port, and the credentials that came with it
    """

    port: int
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, request: bytes) -> str:
        """Remember a request; return its method."""
        method, target, _ = request.split(b"\r\n", 1)[0].decode().split(" ")
        credentials = _CREDENTIALS.search(request)
        user = base64.b64decode(credentials[1]).decode("latin-1") if credentials else ""
        self.seen.append((method, target.removeprefix("http://").split("/")[0], user))
        return method


@contextmanager
def forwarding(plain: str, tls: str = "", context: ssl.SSLContext | None = None) -> Iterator[ForwardProxy]:
    """Run one.

    :param plain: base URL of the server that requests are passed on to
    :param tls: where tunnels lead, as ``host:port``
    :param context: that of its own TLS, if it is spoken to so
    """
    with ExitStack() as stack:
        server = stack.enter_context(_listening())
        proxy = ForwardProxy(server.getsockname()[1])
        stack.callback(server.shutdown, socket.SHUT_RDWR)  # wakes the thread that accepts
        threading.Thread(target=_accept, args=(server, context, proxy, plain, tls), daemon=True).start()
        yield proxy


def _listening() -> socket.socket:
    """A server whose connections send at once: small TLS records would wait 0.04 s for the other's ACK."""
    server = socket.create_server(("127.0.0.1", 0))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def _accept(
    server: socket.socket, context: ssl.SSLContext | None, proxy: ForwardProxy, plain: str, tls: str
) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_serve, args=(client, context, proxy, plain, tls), daemon=True).start()


def _serve(
    client: socket.socket, context: ssl.SSLContext | None, proxy: ForwardProxy, plain: str, tls: str
) -> None:
    with suppress(OSError), client if context is None else context.wrap_socket(client, True) as talk:
        while request := read_request(talk):
            if proxy.note(request) == "CONNECT":
                talk.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                tunnel(talk, tls)
                return
            talk.sendall(ask(plain, _ABSOLUTE.sub(rb"\1 ", request)))


def tunnel(client: socket.socket, target: str) -> None:
    """Copy both ways between a connection and another to ``host:port`` until both have ended."""
    host, _, port = target.rpartition(":")
    with socket.create_connection((host, int(port))) as beyond:
        back = threading.Thread(target=_copy, args=(beyond, client), daemon=True)
        back.start()
        _copy(client, beyond)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(2**16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def tls_before(url: str, context: ssl.SSLContext) -> Iterator[str]:
    """Speak TLS before a server that does not; gives ``host:port``."""
    with _listening() as server:
        threading.Thread(target=_accept_tls, args=(server, context, url), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _accept_tls(server: socket.socket, context: ssl.SSLContext, url: str) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_serve_tls, args=(client, context, url), daemon=True).start()


def _serve_tls(client: socket.socket, context: ssl.SSLContext, url: str) -> None:
    with suppress(OSError), client, context.wrap_socket(client, True) as talk:
        while request := read_request(talk):
            talk.sendall(ask(url, request))
