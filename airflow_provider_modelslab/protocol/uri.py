"""URLs of pictures and clips as the API takes them: URIs, whose characters are all ASCII.

People give what a browser shows, with spaces, umlauts and brackets. The v6 schema has ``format: uri`` for
these fields, and what fetches them need not be a browser.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

# RFC 3986, appendix B: scheme and authority, path, query, fragment. Not ``urlsplit``, which drops some
# characters on the way and says nothing.
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL)
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\]")
_IN_USER = "!$&'()*+,;=:%"
_IN_PATH = "!$&'()*+,;=:%@/"
_IN_QUERY = "!$&'()*+,;=:%@/?"
_REFUSED = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, line breaks


def as_uri(text: str) -> str:
    """Return a URL with all that is no part of a URI percent-encoded, and its host as in the DNS.

    What is a URI already stays as it is, to the last character: a signature would not survive another
    spelling. So the result is its own.

    :param text: an http or https URL
    :raises ValueError: when it is none; the text does not show it, as it may be signed
    """
    parts = _PARTS.fullmatch(text)
    if parts is None or any(unicodedata.category(char) in _REFUSED for char in text):
        raise ValueError("not a URL")
    scheme, authority, path, query, fragment = parts.groups(default="")
    user, at, server = authority.rpartition("@")
    return "".join(
        [
            f"{scheme}://{_encoded(user, _IN_USER)}{at}{_ascii_server(server)}",
            _encoded(path, _IN_PATH),
            query and "?" + _encoded(query[1:], _IN_QUERY),
            fragment and "#" + _encoded(fragment[1:], _IN_QUERY),
        ]
    )


def _encoded(text: str, safe: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe=safe)


def _ascii_server(server: str) -> str:
    split = urlsplit(f"//{server}")  # refuses what only looks like a host
    _ = split.port  # and this what is no port
    host, colon, port = (server, "", "") if server.endswith("]") else _rpartition(server)
    if not host.isascii():
        from idna import encode

        host = encode(host, uts46=True).decode()
    if not _HOST.fullmatch(host):
        raise ValueError("not a host")
    return f"{host}{colon}{port}"


def _rpartition(server: str) -> tuple[str, str, str]:
    host, colon, port = server.rpartition(":")
    return (host, colon, port) if colon else (server, "", "")
