"""What the results are called where a person chooses among them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

NONE = "None of them"  # Airflow takes no answer in which nothing is chosen

#: What a form, a link with chosen options or a list in a log would read as more than a character.
_UNSAFE = re.compile(r"[\[\]|{}<>\"'`\\%&?#,]")
_LONGEST = 80  # characters


def option_names(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a name for each result, in order, no two equal; the same each time.

    :param results: what there is to choose from
    """
    names: list[str] = []
    for result in results:
        names.append(_distinct(_name_of(result), {NONE, *names}))
    return names


def as_options(
    chosen: Sequence[str], names: Sequence[str], results: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return options of what a DAG's author gave as ``defaults``: options already, or request ids.

    :param chosen: what was given; nothing chosen is the option that says so
    :param names: of the results
    :param results: in the same order
    """
    options: dict[str, None] = {}
    for each in map(str, chosen):
        named = [name for name, result in zip(names, results, strict=True) if result["id"] == each]
        options.update(dict.fromkeys(named or [each]))
    return list(options) or [NONE]


def chosen_results(
    chosen: Iterable[str], names: Sequence[str], results: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the results whose names were chosen, in their own order.

    :param chosen: options that there are
    :param names: of the results
    :param results: in the same order
    :raises ValueError: where some were chosen, and none of them as well
    """
    wanted = set(chosen)
    if NONE in wanted and len(wanted) > 1:
        raise ValueError(f"{NONE!r} was chosen together with others. Clear the task to ask again.")
    return [dict(result) for name, result in zip(names, results, strict=True) if name in wanted]


def last_part(uri: str) -> str:
    """Return the name of the file that a URI or a path leads to, for people to read."""
    if uri[:5].lower() == "data:":
        return "(the picture itself)"
    path = re.split(r"[?#]", uri)[0].rstrip("/\\")
    return unquote(re.split(r"[/\\]", path)[-1]) or "(no name)"


def target_of(result: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the argument whose faces were replaced, and its URI, where they are known."""
    inputs = result.get("inputs") or {}
    return next(((name, str(inputs[name])) for name in ("image", "video") if inputs.get(name)), None)


def _name_of(result: Mapping[str, Any]) -> str:
    request_id = str(result["id"])
    target, files = target_of(result), result.get("files") or ()
    uri = target[1] if target else str(files[0]["uri"]) if files else ""
    told = last_part(uri) if uri else ""
    name = request_id if told.startswith(request_id) else f"{request_id} {told}"
    printable = "".join(char if char.isprintable() else "_" for char in _UNSAFE.sub("_", name))
    return " ".join(printable.split())[:_LONGEST].strip()


def _distinct(name: str, taken: set[str]) -> str:
    count, distinct = 1, name
    while distinct in taken:
        count += 1
        distinct = f"{name} ({count})"
    return distinct
