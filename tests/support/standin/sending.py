"""Sends an answer over the wire, rightly or with a fault."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from aiohttp import web

from tests.support.standin.faults import Fault
from tests.support.standin.payloads import PAYLOADS, Payload

Piece = bytes | memoryview
FOREVER = 24 * 3600.0
DRIP_INTERVAL = 0.05


@dataclass(frozen=True)
class Reply:
    """A status, headers, and a body of known length that is made piece by piece."""

    status: int
    headers: dict[str, str]
    length: int
    pieces: Iterable[Piece]

    @classmethod
    def of(cls, payload: Payload) -> Reply:
        body = payload.encoded()
        return cls(
            payload.status, {"Content-Type": payload.content_type, **payload.headers}, len(body), [body]
        )


async def misbehave(request: web.Request, fault: Fault) -> web.StreamResponse | Payload | None:
    """Do what a fault does instead of the right answer; none means that the right answer is to come."""
    await asyncio.sleep(fault.delay)
    if fault.hang:
        await asyncio.sleep(FOREVER)  # ends when the client goes away
    if fault.reset:
        _reset(request)
        return web.Response()  # goes nowhere: the connection is closed
    if fault.redirect is not None:
        return Payload(fault.status or 302, "", {"Location": fault.redirect, **fault.headers})
    return _replacement(fault) if fault.replaces_answer else None


def _replacement(fault: Fault) -> Payload:
    payload = PAYLOADS[fault.payload] if fault.payload else Payload(200, "")
    return Payload(
        fault.status or payload.status,
        payload.body if fault.body is None else fault.body,
        {**payload.headers, **fault.headers},
    )


async def send(
    request: web.Request, reply: Reply, fault: Fault | None, count: Callable[[int], None]
) -> web.StreamResponse:
    """Send a reply; ``count`` is told how many bytes of the body went out."""
    fault = fault or Fault()
    reply = _distorted(reply, fault)
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    if fault.chunked:
        response.enable_chunked_encoding()
    else:
        response.content_length = reply.length + fault.length_delta
    with contextlib.suppress(ConnectionError):  # a client that goes away has its reasons
        await response.prepare(request)
        if request.method != "HEAD":
            await _pour(response, reply.pieces, fault, count)
            await _end(request, fault)
    return response


def _distorted(reply: Reply, fault: Fault) -> Reply:
    """Apply what a fault does to the headers and the form of a body."""
    headers = {**reply.headers, **fault.headers}
    if fault.content_type is not None:
        headers["Content-Type"] = fault.content_type
    if fault.encoding is None:
        return replace(reply, headers=headers)
    whole = b"".join(reply.pieces)
    if fault.encoding == "gzip":
        body = gzip.compress(whole, mtime=0)
        headers["Content-Encoding"] = "gzip"
    else:
        body = b64encode(whole)
    return replace(reply, headers=headers, length=len(body), pieces=[body])


async def _pour(
    response: web.StreamResponse, pieces: Iterable[Piece], fault: Fault, count: Callable[[int], None]
) -> None:
    if fault.cut_after is not None:
        pieces = _first(pieces, fault.cut_after)
    if fault.drip is not None:
        pieces = _small(pieces, max(1, int(fault.drip * DRIP_INTERVAL)))
    for piece in pieces:
        count(len(piece))  # before, so that whoever has the bytes finds them counted
        await response.write(piece)
        if fault.drip is not None:
            await asyncio.sleep(DRIP_INTERVAL)


def _first(pieces: Iterable[Piece], limit: int) -> Iterator[Piece]:
    for piece in pieces:
        if limit > 0:
            yield piece[:limit]
        limit -= len(piece)
        if limit <= 0:
            return


def _small(pieces: Iterable[Piece], size: int) -> Iterator[Piece]:
    for piece in pieces:
        for start in range(0, len(piece), size):
            yield piece[start : start + size]


async def _end(request: web.Request, fault: Fault) -> None:
    """End a body that stops short of its Content-Length, which a kept connection would leave hanging."""
    if fault.cut_after is not None and fault.cut == "reset":
        await asyncio.sleep(0.05)  # a reset throws away what the kernel has not sent yet
        _reset(request)
    elif (fault.cut_after is not None or fault.length_delta > 0) and request.transport is not None:
        request.transport.close()


def _reset(request: web.Request) -> None:
    """Close the connection so that the other side sees a reset, not an orderly end."""
    if (transport := request.transport) is None:
        return
    if (sock := transport.get_extra_info("socket")) is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
