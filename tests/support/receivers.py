"""What stands at the other end of metrics and traces: a StatsD socket, and an OTLP server over HTTP."""

from __future__ import annotations

import re
import socket
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

LINE = re.compile(r"(?P<name>[^:|,]+)(?P<tags>(?:,[^:|]+)?):(?P<value>[-0-9.]+)\|(?P<kind>ms|[a-z])")


class StatsD:
    """A StatsD server on a free port of loopback, as a context manager: keeps every line that comes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._receive, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def totals(self, begin: str) -> dict[str, float]:
        """The sum of what came under each name that begins so."""
        found: defaultdict[str, float] = defaultdict(float)
        for match in filter(None, map(LINE.fullmatch, self.lines)):
            if match["name"].startswith(begin):
                found[match["name"] + match["tags"]] += float(match["value"])
        return dict(found)

    def _receive(self) -> None:
        while data := self._socket.recv(65535):
            self.lines += data.decode().splitlines()


class Otlp:
    """An OTLP server over HTTP on a free port of loopback, as a context manager: keeps what comes."""

    def __init__(self) -> None:
        self._bodies: list[tuple[str, bytes]] = []
        bodies = self._bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def spans(self) -> list[Any]:
        """The spans that came."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        parts = (
            part
            for body in self._at("/v1/traces")
            for part in ExportTraceServiceRequest.FromString(body).resource_spans
        )
        return [span for part in parts for scope in part.scope_spans for span in scope.spans]

    def metrics(self) -> list[Any]:
        """The metrics that came, each as often as it was sent."""
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

        parts = (
            part
            for body in self._at("/v1/metrics")
            for part in ExportMetricsServiceRequest.FromString(body).resource_metrics
        )
        return [metric for part in parts for scope in part.scope_metrics for metric in scope.metrics]

    def _at(self, path: str) -> Iterator[bytes]:
        return (body for at, body in list(self._bodies) if at == path)
