"""Keys, tokens and signatures, left out of what is logged, raised and kept. Pure."""

from __future__ import annotations

import base64
import html
import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

_SHORTEST_SECRET = 8  # characters; a shorter one would be found inside innocent words
_SECRET_FIELD = re.compile(
    r"(^|[_-])(api[_-]?)?(key|token|secret|password|passwd|authorization)$", re.IGNORECASE
)
# The parameters that sign a URL at S3, Google, CloudFront and Azure.
_SIGNATURE = re.compile(
    r"(x-(amz|goog)-.*|awsaccesskeyid|googleaccessid|signature|expires|policy|key-pair-id|token"
    r"|s[eiprstv]|sdd|ses|sig|sip|spr|srt|sk[esvt]|skoid|sktid)=.*",
    re.IGNORECASE,
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_LONGEST_URL = 300  # characters that are shown
_LONGEST_TEXT = 2000  # characters that are kept


def without_secret(value: Any, secret: str) -> Any:
    """Return a JSON value with every occurrence of the secret blotted out.

    An API that repeats the key in an error, in ``meta`` or in a URL must not carry it into logs and XComs.
    It is found as it is, and as the encoders of URLs, JSON, HTML and base64 write it.

    :param value: what was parsed from JSON
    :param secret: the key; one of fewer than eight characters is left alone
    """
    if len(secret) < _SHORTEST_SECRET:
        return value
    text = json.dumps(value, ensure_ascii=False)  # one text of all is quicker to search than each by itself
    if not any(hint in text for hint in _hints(secret)):
        return value
    return _blot_out(value, _spelled(secret))


def _blot_out(value: Any, spelled: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return spelled.sub("***", value)
    if isinstance(value, list):
        return [_blot_out(item, spelled) for item in value]
    if isinstance(value, dict):
        return {_blot_out(k, spelled): _blot_out(v, spelled) for k, v in value.items()}
    return value


@lru_cache(maxsize=16)
def _hints(secret: str) -> list[str]:
    """Texts of which one is there if the secret is, since no encoder escapes letters and digits."""
    longest = max(re.findall(r"[A-Za-z0-9]+", secret), key=len, default="")
    return [longest, *_in_base64(secret)]


@lru_cache(maxsize=16)
def _spelled(secret: str) -> re.Pattern[str]:
    """Texts only, no repetition: a search takes no longer than the text is long. The longest come first."""
    header = _bytes(secret).decode("latin-1")  # as HTTP libraries read it there
    texts = {secret, header, *_in_html(secret), *_in_base64(secret)}
    for escape in (_in_url, _in_json):
        once = escape(secret)
        texts.update(once, *map(escape, once))
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))))


def _in_url(text: str) -> set[str]:
    raw = _bytes(text)
    every = re.sub(b"[^A-Za-z0-9]", lambda char: b"%%%02X" % ord(char[0]), raw).decode()
    upper = {quote(raw, safe=""), quote(raw), quote_plus(raw), every}
    return upper | {re.sub("%..", lambda escape: escape[0].lower(), each) for each in upper}


def _in_json(text: str) -> set[str]:
    lower = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    both = lower | {re.sub(r"(?<=\\u)....", lambda digits: digits[0].upper(), each) for each in lower}
    return both | {each.replace("/", r"\/") for each in both}  # as PHP writes it


def _in_html(text: str) -> set[str]:
    escaped = html.escape(text)
    php = escaped.replace("&#x27;", "&#039;")
    numbers = (_numbered(text, form) for form in ("&#{};", "&#x{:x};", "&#x{:X};"))
    return {escaped, php, escaped.encode("ascii", "xmlcharrefreplace").decode(), *numbers}


def _numbered(text: str, form: str) -> str:
    return re.sub("[^A-Za-z0-9]", lambda char: form.format(ord(char[0])), text)


def _in_base64(secret: str) -> set[str]:
    """The characters that are the secret's alone, for each of the three ways to lie among its neighbours."""
    raw = _bytes(secret)
    texts = set()
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * before + raw).decode()
            texts.add(text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    return texts


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # half a character is no reason to fail


def is_secret_field(name: str) -> bool:
    """Say whether a field is named like a key, a token or a password."""
    return _SECRET_FIELD.search(name) is not None


def scrub(value: Any) -> Any:
    """Return a copy without fields that are named like a secret, URLs' tokens, and texts without measure."""
    if isinstance(value, dict):
        return {str(name): scrub(inner) for name, inner in value.items() if not is_secret_field(str(name))}
    if isinstance(value, (list, tuple)):
        return [scrub(inner) for inner in value]
    if not isinstance(value, str):
        return value
    text = without_tokens(value)
    return text if len(text) <= _LONGEST_TEXT else f"({len(text)} characters)"


def shown(url: str) -> str:
    """Return as much of a URL as may be logged: scheme, host, port and path, or a data URI's type.

    Its query and its user may hold a token.
    """
    if is_data(url):
        return f"{url[:80].split(',', 1)[0]},…"
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "(a malformed URL)"
    if not parts.netloc:
        return "(not a URL)"
    host = parts.netloc.rpartition("@")[2]
    scheme = f"{parts.scheme}:" if parts.scheme else ""
    return f"{scheme}//{host}{parts.path}"[:_LONGEST_URL]


def server_of(url: str) -> str:
    """Return as much of a redirect's target as may be logged: its path may hold a token as well."""
    return "/".join(shown(url).split("/")[:3])


def without_tokens(text: str) -> str:
    """Return a text with every URL in it reduced to what may be shown."""
    return shown(text) if is_data(text) else _URL.sub(lambda url: shown(url[0]), text)


def without_query(text: str) -> str:
    """Return what precedes the query of a URL or a path, also of one that cannot be parsed."""
    return text.partition("?")[0]


def without_signature(text: str) -> str:
    """Return a URL without the parameters that sign it; anything else as it is.

    What is left says whether two URLs name the same: another try of a task may have signed it anew.

    :param text: a URL, or a path
    """
    if not text.lower().startswith(("http://", "https://")):
        return text
    address, _, query = text.partition("?")
    named = [part for part in query.split("&") if part and not _SIGNATURE.fullmatch(part)]
    return "&".join([address, *named])


def is_data(text: str) -> bool:
    """Say whether a text is a data URI, which carries a file in itself."""
    return text[:5].lower() == "data:"
