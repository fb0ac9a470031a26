"""The readers as functions of bytes, for a fuzzer. The bytes are a text, easy to read when one fails."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address
from itertools import chain

from airflow_provider_modelslab.protocol.answer import Answer
from tests.stress.fuzz import properties
from tests.support.standin.media import CONTENT_TYPES, Media
from tests.support.standin.payloads import PAYLOADS

_HEADERS = ("content-type", "retry-after", "x-ratelimit-reset")


def answer(data: bytes) -> None:
    """The status, a line for each header that is read, and the body, as an answer to either call."""
    lines = data.split(b"\n", 4)
    status, *values = (line.decode("latin-1") for line in lines[:4])
    headers = {name: value for name, value in zip(_HEADERS, values, strict=False) if value}
    number = int(status) if status.isascii() and status.isdecimal() and len(status) == 3 else 200
    whole = Answer(number, headers, lines[4] if len(lines) > 4 else data, properties.NOW)
    properties.check_answer(whole)
    properties.check_submission(whole)


def names(data: bytes) -> None:
    """An id, and a line for each URL."""
    request_id, *urls = data.decode("utf-8", "surrogatepass" if _is_strange(data) else "replace").split("\n")
    properties.check_id(request_id)
    properties.check_names(urls)


def _is_strange(data: bytes) -> bool:
    """Tell whether the bytes spell half a character, as JSON can: ``"\\ud800"``."""
    try:
        data.decode("utf-8", "surrogatepass").encode()
    except UnicodeEncodeError:
        return True
    except UnicodeDecodeError:
        pass
    return False


def address(data: bytes) -> None:
    """A URL; its first bytes also serve as an address."""
    url = data.decode("utf-8", "replace")
    for allow_private in (False, True):
        properties.check_url(url, allow_private=allow_private)
    properties.check_shown(url)
    if len(data) >= 4:
        properties.check_ip(IPv4Address(data[:4]))
    if len(data) >= 16:
        properties.check_ip(IPv6Address(data[:16]))


def file(data: bytes) -> None:
    """Sixteen lengths of pieces, and a file."""
    properties.check_completeness(data[16:], list(data[:16]))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "answer": answer,
    "names": names,
    "address": address,
    "file": file,
}

# What a fuzzer may put together.
_JSON = """
    status success processing failed error ready queued pending message messege tip tips code eta retry_after
    output links proxy_links meta generationTime id not_found rate_limited 1e999 NaN Infinity -1 null true
    [] {} {" ":" ", \\ud800 \\u0000 taskId request_id fetch_result /fetch/263
"""
_URLS = "https:// http:// data: @ // \\ ? # %00 %2f %5c .. %2e%2e con output-1 .jpg [::1] 127.0.0.1 :443"
_FILES = """
    \xff\xd8 \xff\xd9 \xff\xda \xff\xe1 IDAT IEND \0\0\0\0 \x21\xfe \x2c \x3b RIFF WEBP VP8 ftyp moov mdat
    moof free
    \0\0\0\x08 \0\0\0\1 \x1a\x45\xdf\xa3 \x18\x53\x80\x67 \x1f\x43\xb6\x75 \1\xff\xff\xff\xff\xff\xff\xff
    /9j/ base64,
"""
WORDS = {
    "answer": [*_JSON.split(), properties.KEY],
    "names": _URLS.split(),
    "address": _URLS.split(),
    "file": re.findall("[^ \n]+", _FILES),  # some of these bytes are space to split()
}


def seeds(target: str) -> Iterator[bytes]:
    """What a fuzzer begins with."""
    return {"answer": _answers, "names": _urls, "address": _urls, "file": _files}[target]()


def _answers() -> Iterator[bytes]:
    for payload in PAYLOADS.values():
        values = (payload.content_type, payload.headers.get("Retry-After", ""), "")
        yield "\n".join((str(payload.status), *values, "")).encode() + payload.encoded()
    for date in ("Tue, 14 Nov 2023 22:13:20 GMT", "Sun, 06-Nov-94 08:49:37 +9999", "1e5"):
        yield f"429\napplication/json\n{date}\n1700000060\n{{}}".encode()
    meta = {"key": properties.KEY, "a": [properties.KEY, None, 1.5], "deep": {"b": {"c": "\ud800\0"}}}
    success = {"status": "success", "output": {"a": "https://h/x.jpg"}, "meta": meta}
    yield f"200\napplication/json {properties.KEY}\n\n\n{json.dumps(success)}".encode()


def _urls() -> Iterator[bytes]:
    host = "https://user:password@pub-1.r2.dev:443"
    paths = (
        "/generations/0b7c-41.mp4?sig=1#x",
        "//a/..%2F..%2Fetc%2Fpasswd",
        "/%E6%8D%A2.jpg",
        "/CON.jpg",
        "",
    )
    yield "\n".join(chain(["118409305"], (host + path for path in paths * 2))).encode()
    yield from (f"{host}{path}".encode() for path in paths)
    yield b"http://[::ffff:169.254.169.254]/latest/meta-data"
    yield from (
        IPv6Address(text).packed for text in ("::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1")
    )


def _files() -> Iterator[bytes]:
    sizes = bytes(range(1, 17))
    for kind in CONTENT_TYPES:
        whole = Media(kind).whole()
        yield sizes + whole
        yield sizes + b64encode(whole)
    yield sizes + bytes.fromhex("1a45dfa393 4282847765626d") + bytes(8) + b"\x18\x53\x80\x67\x84" + bytes(4)
    live = b"\x18\x53\x80\x67\1" + b"\xff" * 7 + b"\x1f\x43\xb6\x75\xff\xe7\x81\0\xa3\x82\0\0"
    yield sizes + bytes.fromhex("1a45dfa387 4282847765626d") + live
