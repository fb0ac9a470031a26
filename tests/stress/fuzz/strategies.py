"""What a hostile or broken server may say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.stress.fuzz.properties import KEY, NOW
from tests.support.standin.payloads import PAYLOADS

_FIELDS = """
    status message messege error errors tip tips code error_code eta retry_after output links proxy_links meta
    generationTime id fetch_result nsfw_content_detected
"""
_WORDS = "success ready processing queued pending failed error not_found rate_limited provider_error 402 503"
SENTENCES = [
    *("Load balancer: no healthy upstream", "Invalid API key", "Rate limit exceeded", "Insufficient credits"),
    *(
        "No face detected. Your credits have been refunded.",
        "please wait for 30 seconds",
        "Request not found",
    ),
    *("A premium subscription is needed", "The id must be a number", "The request timed out, try again"),
]

any_text = st.text(st.characters(), max_size=30)  # halves of characters included, as JSON can spell them
key_somewhere = st.tuples(any_text, any_text).map(KEY.join)
texts = (
    any_text
    | key_somewhere
    | st.sampled_from(_WORDS.split() + SENTENCES)
    | st.sampled_from(["1e999", "-1", "007", "\0"])
)
numbers = st.integers() | st.floats() | st.just(10**400) | st.integers(0, 1000)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(_FIELDS.split()) | texts, json_values, max_size=8)
_entry_texts = texts | st.sampled_from(
    [
        "https://h/a.jpg",
        "//h/a.jpg",
        "ftp://h/a",
        "a/b.jpg",
        "data:image/png;base64,iVBOR",
        "/9j/4AAQSkZJRgABAQAAAQAB",
    ]
)
_names = st.sampled_from(["url", "URL", "image", "b64_json", "content_type", "0"]) | texts
_entry = st.none() | _entry_texts | numbers | st.dictionaries(_names, _entry_texts | st.none(), max_size=3)
_entries = (
    _entry_texts
    | st.lists(_entry | st.lists(_entry, max_size=2), max_size=5)
    | st.dictionaries(_names, _entry, max_size=4)
)
successes = st.fixed_dictionaries(
    {"status": st.just("success"), "output": _entries},
    optional={"proxy_links": _entries, "links": _entries, "nsfw_content_detected": json_values},
)
nested = st.integers(1, 3000).flatmap(
    lambda depth: st.sampled_from(_FIELDS.split()).map(
        lambda name: f'{{"{name}": {"[" * depth}{"]" * depth}, "output": "x"}}'.encode()
    )
)


def _cut(parts: tuple[bytes, int, bytes]) -> bytes:
    body, at, other = parts
    return body[: at % (len(body) + 1)] + other


_real = st.sampled_from([payload.encoded() for payload in PAYLOADS.values()])
bodies = (
    objects.map(lambda body: json.dumps(body).encode())
    | objects.map(lambda body: json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    | successes.map(lambda body: json.dumps(body).encode())
    | nested
    | st.tuples(_real, st.integers(0, 2000), st.binary(max_size=20)).map(_cut)
    | st.binary(max_size=200)
)

_days = st.integers(-(10**12), 10**12).map(lambda zone: f"Tue, 14 Nov 2023 22:13:20 {zone:+05d}")
_years = st.integers(0, 10**10).map(lambda year: f"Tue, 14 Nov {year} 22:13:20 GMT")
dates = _days | _years | st.sampled_from(["Tue, 31 Feb 2023 25:61:61 GMT", "Nov", ",", " "]) | any_text
waits = dates | numbers.map(str) | st.integers(int(NOW) - 100, int(NOW) + 100).map(str) | key_somewhere
headers = st.fixed_dictionaries(
    {}, optional={"retry-after": waits, "x-ratelimit-reset": waits, "content-type": texts}
)

_segments = st.sampled_from(
    ["..", ".", "%2e%2e", "%2F", "%5C", "\\", "con", "aux.x", "swap", "output-2", "é", ""]
)
_paths = st.lists(_segments | any_text, max_size=4).map("/".join)
_hosts = (
    st.sampled_from(["h", "u:p@h", "[::1]", "[x", "h:99999", "127.1", "::", "\u2025", "h\uff0fx"]) | any_text
)
_schemes = st.sampled_from(["https", "http", "HTTPS", "data", "file", " https", "https\t"])
urls = st.tuples(_schemes, _hosts, _paths).map("{0[0]}://{0[1]}/{0[2]}".format) | any_text | _paths
