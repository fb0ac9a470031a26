"""The results that a person is asked about: one, a list, or what mapped tasks gave. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airflow_provider_modelslab.exceptions import InvalidResultsError

#: What the pages and the form show of a result; the rest of it may be large, and is the other task's.
_SHOWN = (
    "id",
    "manifest",
    "files",
    "inputs",
    "generationTime",
    "nsfw_content_detected",
    "consent_reference",
)
_DEEPEST = 5  # lists in lists; mapped tasks that return lists are two
_ADVICE = "Pass the output of the task that makes them: results=swap.output."


def read_results(value: Any) -> list[dict[str, Any]]:
    """Return the results one after the other.

    :param value: one result, or a sequence of them, also of sequences: what mapped tasks return that
        return lists
    :raises InvalidResultsError: where something else is among them, or one that has no files yet
    """
    return [dict(result) for result in _flat(value, _DEEPEST)]


def shown_part(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the pages need of a result."""
    return {name: result[name] for name in _SHOWN if result.get(name) is not None}


def _flat(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield _checked(value)
    elif isinstance(value, str):
        raise InvalidResultsError(f"The results are the text {value[:80]!r}. {_as_text(value)}")
    elif isinstance(value, Iterable) and depth and not isinstance(value, (bytes, bytearray)):
        for each in value:
            yield from _flat(each, depth - 1)
    else:
        kind = "nothing" if value is None else f"a value of type {type(value).__name__}"
        raise InvalidResultsError(
            f"Among the results is {kind}, which is no result of a face swap. {_ADVICE}"
        )


def _as_text(text: str) -> str:
    rendered = text.lstrip().startswith(("[", "{"))
    native = "In a template, set render_template_as_native_obj=True on the DAG as well. " if rendered else ""
    return f"{native}{_ADVICE}"


def _checked(result: Mapping[str, Any]) -> Mapping[str, Any]:
    request_id = result.get("id")
    if not isinstance(request_id, str) or not request_id:
        raise InvalidResultsError(f"Among the results is a dict without an id. {_ADVICE}")
    if not _is_sound(result):
        raise InvalidResultsError(
            f"What was given as the result of request {request_id[:100]} is none: its files, inputs or flags "
            f"are not as a task returns them. {_ADVICE}",
            request_id=request_id,
        )
    if not (result.get("files") or result.get("output")):
        raise InvalidResultsError(
            f"There is nothing to look at of request {request_id}: what was given of it names no files. Pass "
            "what the sensor or an operator returns that waits for it.",
            request_id=request_id,
        )
    return result


def _is_sound(result: Mapping[str, Any]) -> bool:
    """Say whether what the form and the pages read of a result is of the types that they expect."""
    files, flags = result.get("files") or [], result.get("nsfw_content_detected") or []
    are_files = isinstance(files, (list, tuple)) and all(
        isinstance(file, Mapping) and isinstance(file.get("uri"), str) for file in files
    )
    return are_files and isinstance(result.get("inputs") or {}, Mapping) and isinstance(flags, (list, tuple))
