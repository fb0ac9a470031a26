"""The faults that the proxy can do. Each is a function over one exchange."""

from __future__ import annotations

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Iterable
from functools import cache
from itertools import chain, repeat

from tests.stress.faults.proxy import Exchange, Fault, OutlastedError

GIB = 2**30
DRIP = 0.02  # seconds between two bytes: far below any timeout of a single read
LONGEST = 30.0  # seconds that a fault lasts; its client should have given up long before
_BLOCK = 2**20


def reset_before_headers(exchange: Exchange) -> bool:
    """The connection is reset when the request is there."""
    return _reset(exchange.client)


def reset_after_headers(exchange: Exchange) -> bool:
    head, _ = _parts(exchange)
    return _send_and_reset(exchange.client, head)


def reset_mid_body(exchange: Exchange) -> bool:
    head, body = _parts(exchange)
    return _send_and_reset(exchange.client, head + body[: len(body) // 2])


def cut_mid_body(exchange: Exchange) -> bool:
    """The connection ends in order, but too early."""
    head, body = _parts(exchange)
    exchange.client.sendall(head + body[: len(body) // 2])
    return False


def chunked_to_an_early_end(exchange: Exchange) -> bool:
    """A chunked body that is ended as it should be, in the middle of the file."""
    head, body = _parts(exchange)
    half = body[: len(body) // 2]
    exchange.client.sendall(_with(head, b"Transfer-Encoding: chunked") + b"%x\r\n%b\r\n" % (len(half), half))
    exchange.client.sendall(b"0\r\n\r\n")
    return True


def closed_without_a_length(exchange: Exchange) -> bool:
    """A body whose end is the end of the connection, which comes in the middle of the file."""
    head, body = _parts(exchange)
    exchange.client.sendall(_with(head, b"Connection: close") + body[: len(body) // 2])
    return False


def half_with_its_own_length(exchange: Exchange) -> bool:
    """Half of the body, with a Content-Length that agrees."""
    head, body = _parts(exchange)
    half = body[: len(body) // 2]
    exchange.client.sendall(_with_length(head, len(half)) + half)
    return True


def closed_under_our_feet(exchange: Exchange) -> bool:
    """The server closes a kept connection just as the next request comes by it."""
    return False


def closed_after_the_answer(exchange: Exchange) -> bool:
    """The server closes a connection that it did not say it would close, before it can be used again."""
    answer = exchange.ask()
    if hasattr(socket, "TCP_CORK"):  # what is sent goes with the end of the connection, not ahead of it
        exchange.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    exchange.client.sendall(answer)
    exchange.client.shutdown(socket.SHUT_WR)
    return False


def silence(exchange: Exchange) -> bool:
    """Headers that never come: nothing is sent until the client gives up."""
    exchange.client.settimeout(LONGEST)
    try:
        exchange.client.recv(1)
    except TimeoutError:
        raise OutlastedError from None
    return False


def dripping_body(exchange: Exchange) -> bool:
    head, body = _parts(exchange)
    exchange.client.sendall(head)
    return _drip(exchange.client, body)


def dripping_headers(exchange: Exchange) -> bool:
    """A byte of the headers at a time: no single read times out, and the end never comes."""
    return _drip(exchange.client, chain(b"HTTP/1.1 200 OK\r\nX: ", repeat(ord("x"))))


def endless_headers(exchange: Exchange) -> bool:
    """Header after header, at full speed."""
    return _pour(exchange.client, chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"X-Header: x\r\n" * 1000)))


def endless_header(exchange: Exchange) -> bool:
    """One header, at full speed."""
    return _pour(exchange.client, chain([b"HTTP/1.1 200 OK\r\nX: "], repeat(b"x" * 10_000)))


def dripping_chunk_size(exchange: Exchange) -> bool:
    """The same within a chunked body, in the line that says how long a chunk is."""
    exchange.client.sendall(_head(b"Transfer-Encoding: chunked"))
    return _drip(exchange.client, chain(b"5;x=", repeat(ord("x"))))


def endless_chunk_size(exchange: Exchange) -> bool:
    """That line at full speed."""
    exchange.client.sendall(_head(b"Transfer-Encoding: chunked"))
    return _pour(exchange.client, chain([b"5;x="], repeat(b"x" * 10_000)))


def endless_continue(exchange: Exchange) -> bool:
    """Interim answers, one after the other, at full speed."""
    return _pour(exchange.client, repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 100))


def endless_trailers(exchange: Exchange) -> bool:
    """A chunked body whose last part never ends."""
    exchange.client.sendall(_head(b"Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n")
    return _pour(exchange.client, repeat(b"X-Trailer: x\r\n" * 100))


def switched_protocols(exchange: Exchange) -> bool:
    """An answer that says that HTTP is over."""
    exchange.client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    return False


def gigabyte(exchange: Exchange) -> bool:
    """A body of 1 GB that begins like the JSON that it should be."""
    exchange.client.sendall(_head(b"Content-Length: %d" % GIB) + b'{"status": "')
    return _pour(exchange.client, repeat(b"x" * _BLOCK, GIB // _BLOCK))


def gzip_bomb(exchange: Exchange) -> bool:
    """A megabyte that decompresses to 1 GB of a picture's beginning and zeros."""
    return _send_packed(exchange.client, b"gzip", bomb())


def nested_gzip_bomb(exchange: Exchange) -> bool:
    """The same compressed once more: some kilobytes."""
    return _send_packed(exchange.client, b"gzip, gzip", gzip.compress(bomb()))


def gzipped(exchange: Exchange) -> bool:
    """The right answer, compressed."""
    _, body = _parts(exchange)
    return _send_packed(exchange.client, b"gzip", gzip.compress(body))


def broken_gzip(exchange: Exchange) -> bool:
    _, body = _parts(exchange)
    return _send_packed(exchange.client, b"gzip", gzip.compress(body)[: len(body) // 3])


def unknown_encoding(exchange: Exchange) -> bool:
    return _send_packed(exchange.client, b"br", b"\x0b\x02\x80hello\x03")


@cache
def bomb() -> bytes:
    """Return 1 GB of zeros behind a JPEG's signature, as gzip, but for the last bytes: who reads so far?"""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    begin = packer.compress(b"\xff\xd8\xff\xe0") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(_BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)  # complete in itself
    return begin + block * (GIB // _BLOCK)


def too_long_a_length(exchange: Exchange) -> bool:
    """Content-Length promises more than comes before the connection ends."""
    head, body = _parts(exchange)
    exchange.client.sendall(_with_length(head, len(body) + 1000) + body)
    return False


def too_long_a_length_kept_open(exchange: Exchange) -> bool:
    """The same, and the rest is waited for on a connection that stays."""
    head, body = _parts(exchange)
    exchange.client.sendall(_with_length(head, len(body) + 1000) + body)
    return silence(exchange)


def too_short_a_length(exchange: Exchange) -> bool:
    """Content-Length promises less; the rest is on the connection as if it were the next answer."""
    head, body = _parts(exchange)
    exchange.client.sendall(_with_length(head, len(body) // 2) + body)
    return True


def two_answers(exchange: Exchange) -> bool:
    """An answer, and behind it another one that nobody has asked for yet."""
    answer = exchange.ask()
    exchange.client.sendall(answer + answer)
    return True


def many_values(exchange: Exchange) -> bool:
    """JSON of less than 16 MiB that would take hundreds of megabytes when parsed."""
    begin, end = b'{"status": "success", "output": [', b"{}]}"
    exchange.client.sendall(_head(b"Content-Length: %d" % (len(begin) + 15_000_000 + len(end))) + begin)
    exchange.client.sendall(b"{}," * 5_000_000 + end)
    return True


def absurd_length(exchange: Exchange) -> bool:
    """A Content-Length of so many digits that Python refuses to read it as a number."""
    head, body = _parts(exchange)
    exchange.client.sendall(head.replace(b"Content-Length: ", b"Content-Length: 1" + b"0" * 5000) + body)
    return False


def malformed_headers(exchange: Exchange) -> bool:
    """A line among the headers that is none, and the client's own words behind it."""
    head, body = _parts(exchange)
    echo = b"\r\nthis is no header\r\nX-Echo: " + b" ".join(exchange.request.split())
    exchange.client.sendall(head.replace(b"\r\n\r\n", echo + b"\r\n\r\n") + body)
    return False


def answer(status: int, body: bytes = b"") -> Fault:
    """Return the fault that is this answer, in place of the file that is there."""

    def fault(exchange: Exchange) -> bool:
        head = b"HTTP/1.1 %d Odd\r\nContent-Type: text/html\r\n" % status
        length = b"" if status in (204, 205) else b"Content-Length: %d\r\n" % len(body)
        exchange.client.sendall(head + length + b"\r\n" + (body if length else b""))
        return status not in (204, 205)

    fault.__name__ = f"answer_{status}_{'page' if body else 'empty'}"
    return fault


def redirect(status: int, location: bytes) -> Fault:
    """Return the fault that is a redirect to there."""

    def fault(exchange: Exchange) -> bool:
        head = b"HTTP/1.1 %d Elsewhere\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
        exchange.client.sendall(head % (status, location))
        return True

    return fault


def endless_redirect(exchange: Exchange) -> bool:
    """A redirect that carries a body of 1 GB."""
    exchange.client.sendall(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: %d\r\n\r\n" % GIB)
    return _pour(exchange.client, repeat(b"x" * _BLOCK, GIB // _BLOCK))


def _parts(exchange: Exchange) -> tuple[bytes, bytes]:
    head, gap, body = exchange.ask().partition(b"\r\n\r\n")
    return head + gap, body


def _head(*lines: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Type: application/json", *lines, b"", b""))


def _with_length(head: bytes, length: int) -> bytes:
    return _with(head, b"Content-Length: %d" % length)


def _with(head: bytes, line: bytes) -> bytes:
    """Return the headers with a line in place of the body's length."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join((*lines[:-2], line, b"", b""))


def _drip(client: socket.socket, data: Iterable[int]) -> bool:
    return _pour(client, (bytes([byte]) for byte in data), DRIP)


def _pour(client: socket.socket, blocks: Iterable[bytes], pause: float = 0.0) -> bool:
    end = time.monotonic() + LONGEST
    for block in blocks:
        client.sendall(block)
        time.sleep(pause)
        if time.monotonic() > end:
            raise OutlastedError
    return False


def _send_packed(client: socket.socket, encoding: bytes, packed: bytes) -> bool:
    client.sendall(_head(b"Content-Encoding: " + encoding, b"Content-Length: %d" % len(packed)) + packed)
    return True


def _send_and_reset(client: socket.socket, data: bytes) -> bool:
    client.sendall(data)
    time.sleep(0.02)  # a reset throws away what has not been sent or read yet
    return _reset(client)


def _reset(client: socket.socket) -> bool:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    return False


#: Each of these costs its client a whole timeout.
SLOW = [
    silence,
    dripping_body,
    dripping_headers,
    dripping_chunk_size,
    endless_chunk_size,
    endless_continue,
    endless_trailers,
    too_long_a_length_kept_open,
]
