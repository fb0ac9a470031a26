"""Blotting out the API key where an answer repeats it, in whichever of the usual ways it is spelled there."""

from __future__ import annotations

import base64
import html
import json
import re
from functools import lru_cache
from typing import Any

_SHORTEST = 8  # a shorter key would be found inside innocent words
_BACKSLASHES = r"\\{0,8}"  # JSON in JSON has more at each level


def without_secret(value: Any, secret: str) -> Any:
    """Return a JSON value with every occurrence of the secret blotted out.

    An API that repeats the key in an error, in ``meta`` or in a URL must not carry it into logs and
    XComs. It is found as it is, escaped as in URLs, JSON and HTML, and within base64.

    :param value: what was parsed from JSON
    :param secret: the key; one of fewer than eight characters is left alone
    """
    if len(secret) < _SHORTEST:
        return value
    # One text of all is quicker to search than each by itself. What JSON escapes there is found as well.
    text = json.dumps(value, ensure_ascii=False)
    if not any(hint in text for hint in _hints(secret)):
        return value
    spelled = _spelled(secret)
    return _blot_out(value, spelled) if spelled.search(text) else value


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
    """Texts of which one is there if the secret is, since no encoder escapes letters and digits.

    They take a fraction of the time that the pattern takes, and nearly all answers have none of them.
    """
    longest = max(re.findall(r"[A-Za-z0-9]+", secret), key=len, default="")
    return [longest, *_in_base64(secret)]


@lru_cache(maxsize=16)
def _spelled(secret: str) -> re.Pattern[str]:
    """No character can be read in two ways, and no repetition is endless: else a search could take years."""
    parts = re.findall(r"\\+|[^\\]", secret)
    whole = "".join([_spelled_part(parts[0], ""), *(_spelled_part(part, _BACKSLASHES) for part in parts[1:])])
    return re.compile("|".join([whole, *map(re.escape, _in_base64(secret))]))


def _spelled_part(part: str, before: str) -> str:
    char = part[0]
    escaped = f"(?i:{'|'.join(_escapes(char))})"
    if char == "\\":
        return rf"(?:\\{{1,16}}|(?:{escaped}){{1,16}})"
    return f"(?:{'|'.join([escaped, *_substitutes(char), before + re.escape(char)])})"


def _escapes(char: str) -> list[str]:
    """In a URL, once or several times; in JSON, likewise; in HTML."""
    raw = char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass")
    in_url = "".join(f"%(?:25){{0,4}}{byte:02x}" for byte in raw)
    in_json = "".join(rf"\\{{1,8}}u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    return [in_url, in_json, f"&#0{{0,4}}{ord(char)};", f"&#x0{{0,4}}{ord(char):x};"]


def _substitutes(char: str) -> list[str]:
    """In HTML by name; in JSON by a letter; in a header, whose bytes are read as Latin-1."""
    named, lettered = html.escape(char), json.dumps(char)[1:-1]
    found = [named] if named != char else []
    if not char.isascii():
        found.append(char.encode("utf-8", "surrogatepass").decode("latin-1"))
    if not char.isprintable() and len(lettered) == 2:
        return [_BACKSLASHES + lettered[1]]
    return [re.escape(each) for each in found]


def _in_base64(secret: str) -> list[str]:
    """The characters that are the secret's alone, for each of the three ways to lie among its neighbours."""
    raw = secret.encode("utf-8", "surrogatepass")
    texts = set()
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * before + raw).decode()
            texts.add(text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    return sorted(texts)
