"""The fields of an answer, made regular: numbers, texts, lists of files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from airflow_provider_modelslab.protocol.output_entries import read_entries
from airflow_provider_modelslab.protocol.redact import is_secret_field
from airflow_provider_modelslab.protocol.result import FaceSwapResult

_LONGEST_TEXT = 300  # characters; an API's message is a sentence, anything longer is a page
LARGEST = 1e15  # of seconds and the like; a larger number is none, and would fill lines of the log
_DEEPEST = 20  # levels of lists and objects in a result's meta; Airflow's serializer ends somewhere above
_LONGEST_VALUE = 10_000  # characters in a result's meta


def as_number(value: Any, least: float = 0.0) -> float | None:
    """Return a number that is not negative nor beyond measure, also from its text; None for anything else.

    :param value: what stands in a field
    :param least: the least number that is one; a balance may be negative
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if least <= number <= LARGEST else None


def one_line(text: str) -> str:
    """Return the text fit for a log line: no control characters, no line breaks, not endless."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * _LONGEST_TEXT])
    line = " ".join(printable.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it ends a sentence by itself: the API's own often do."""
    text = text or "no message"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def find_text(body: Mapping[str, Any]) -> str:
    """Return all that the API says, to be shown: its message, and more in ``tip`` or ``tips``."""
    return _joined(find_message(body), *(_words(body.get(name)) for name in ("tip", "tips")))


def find_message(body: Mapping[str, Any]) -> str:
    """Return the API's message, which stands under any of several names.

    ``message``, ``messege`` (sic), ``error`` and ``error.message``; and ``errors``, Laravel's texts by the
    field at fault. A tip is none: it explains, and what an answer means does not depend on it.
    """
    words = next((text for name in ("message", "messege", "error") if (text := _words(body.get(name)))), "")
    return _joined(words, _words(body.get("errors")))


def _joined(*texts: str) -> str:
    return one_line(" ".join(dict.fromkeys(filter(None, texts))))


def _words(value: Any, depth: int = 3) -> str:
    if isinstance(value, str):
        return value.strip()
    if depth and isinstance(value, list):
        return " ".join(filter(None, (_words(item, depth - 1) for item in value[:10])))
    if depth and isinstance(value, dict):
        if isinstance(value.get("message"), str):
            return _words(value["message"])
        pairs = ((name, _words(item, depth - 1)) for name, item in list(value.items())[:10])
        return " ".join(f"{name}: {text}" for name, text in pairs if text)
    return ""


def read_result(body: Mapping[str, Any], request_id: str) -> FaceSwapResult:
    """Return the result that a success answer carries; without files its ``output`` is empty.

    :param body: the answer's JSON object; seen without ``meta`` and without ``generationTime``
    :param request_id: the id that was asked for
    """
    entries, meta = read_entries(body), body.get("meta")
    return FaceSwapResult(
        id=request_id,
        output=tuple(map(_storable, entries.output)),
        proxy_links=tuple(map(_storable, entries.proxy_links)),
        generation_time=as_number(body.get("generationTime")),
        meta=_plain(meta) if isinstance(meta, dict) else {},
        nsfw_content_detected=entries.flags,
    )


def _plain(value: Any, depth: int = _DEEPEST) -> Any:
    """Return a JSON value that every database takes, which a parsed one is not: NaN, NUL, half characters.

    A text without measure, such as a picture that was sent, is told by its length. What is named like a key
    is left out.
    """
    if isinstance(value, str):
        return _storable(value) if len(value) <= _LONGEST_VALUE else f"({len(value)} characters)"
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value] if depth else None
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if not is_secret_field(name)}
        return {_storable(name): _plain(item, depth - 1) for name, item in kept.items()} if depth else None
    return value


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
