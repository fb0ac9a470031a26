"""Which ids may be asked for, and what is told where a value is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from airflow_provider_modelslab.protocol.whole_number import as_whole_number

# Documented as an integer (v6) and as a string such as "abc123-def456" (enterprise, webhooks).
# Whatever cannot be a path segment by itself is refused, so that no id can lead the key elsewhere.
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
_LONGEST_ID = 128  # characters
_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0+")  # how a template renders what pandas has made a float of
_BOOLEANS = {"true", "false"}
_RENDERED_NOTHING = {"none", "null", "nan", "undefined"}
_ID_NAMES = ("id", "request_id", "task_id", "taskId")


def parse_request_id(value: Any) -> str:
    """Return the id as the string that goes into the URL.

    A whole number may come as any type that has one: NumPy's integers, and a float or a ``Decimal`` without
    a fraction, which are what pandas makes of ids.

    :param value: what the DAG author gave, after rendering
    :raises ValueError: when it cannot be the id of a queued request; the text says why
    """
    text = (value if isinstance(value, str) else str(_whole_number(value))).strip()
    _check_words(text)
    if number := _WHOLE_NUMBER.fullmatch(text):
        text = number[1]
    if len(text) > _LONGEST_ID:
        raise ValueError(f"the request id {text[:80]!r} has {len(text)} characters, more than any id has")
    if not _REQUEST_ID.fullmatch(text):
        raise ValueError(
            f"the request id {text[:80]!r} has {_strange_characters(text)}: characters that no id has; "
            "letters, digits, '-', '_', '.' and '~' are allowed, the first a letter or digit"
        )
    return text


def _whole_number(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError(f"the request id is the boolean {value}: pass the id, not whether there is one")
    if isinstance(value, Mapping):
        raise ValueError(_whole_answer(type(value).__name__, value))
    number = as_whole_number(value)
    if number is not None:
        return number
    kind = type(value).__name__
    if not hasattr(value, "as_integer_ratio"):
        raise ValueError(f"a request id is an integer or a string, not {kind}")
    raise ValueError(
        f"the request id {str(value)[:80]} is a {kind} that is no whole number, or is too large to be exact: "
        "pass the id as an integer or as text"
    )


def _check_words(text: str) -> None:
    """Refuse what is no id but often stands in its place, with a way to the id."""
    if not text:
        raise ValueError("the request id is empty")
    if text.lower() in _BOOLEANS:
        raise ValueError(
            f"the request id is the boolean word {text!r}: pass the id, not whether there is one"
        )
    if text.lower() in _RENDERED_NOTHING:
        raise ValueError(f"the request id is the word {text!r}: a template rendered to nothing")
    if "{{" in text:
        raise ValueError(f"the template {text[:80]!r} was not rendered")
    if text.startswith("{"):
        raise ValueError(_whole_answer("text", text))
    if text.startswith("["):
        raise ValueError(
            f"the request id {text[:80]!r} is a list rendered as text: pass the XComArg itself "
            "(task.output), or set render_template_as_native_obj=True on the DAG"
        )


def _whole_answer(kind: str, answer: Mapping[Any, Any] | str) -> str:
    """Say how to get at the id in it; of the answer itself, which may hold anything, nothing is shown."""
    quotes = ("",) if not isinstance(answer, str) else ("'", '"')
    known = (name for name in _ID_NAMES if any(f"{mark}{name}{mark}" in answer for mark in quotes))
    name = next(known, _ID_NAMES[0])
    return (
        f"the request id is a whole answer (as {kind}): pass its id, in a template "
        f"{{{{ ti.xcom_pull(task_ids='…')['{name}'] }}}}, or task.output['{name}']"
    )


def _strange_characters(text: str) -> str:
    strange = [char for char in dict.fromkeys(text) if not _REQUEST_ID.fullmatch(f"0{char}")]
    return ", ".join(map(repr, strange[:5] or text[0]))


def is_nothing(value: Any) -> bool:
    """Tell whether a value says nothing, such as what a template gives that found nothing."""
    text = str(value).strip().lower()
    return not text or text in _RENDERED_NOTHING | _BOOLEANS


def is_many(value: Any) -> bool:
    """Tell whether ``request_id`` names several requests, and so gives a list of results."""
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, Mapping))


def parse_request_ids(value: Any) -> list[str]:
    """Return the ids named by ``request_id``, one or several, in the order given.

    No ids at all are nothing to wait for, and give an empty list of results at once.

    :param value: one ``int | str``, or a sequence of them
    :raises ValueError: when one of them cannot be an id; the text says which and why
    """
    if not is_many(value):
        return [parse_request_id(value)]
    return [_parse_entry(position, item) for position, item in enumerate(value)]


def _parse_entry(position: int, value: Any) -> str:
    try:
        return parse_request_id(value)
    except ValueError as err:
        raise ValueError(f"entry {position}: {err}") from None
