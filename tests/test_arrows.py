"""The package's imports point down, as CONTRIBUTING draws them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import airflow_provider_modelslab

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = airflow_provider_modelslab.__name__
FOLDER = Path(airflow_provider_modelslab.__file__).parent  # of the checkout, or of an installed wheel
PROTOCOL_OF_SAVING = ("nsfw", "redact", "result", "retry_after", "xcom_size")
MEASURED = ("metrics", "traces")
#: What each room may import of the package. Every room may import itself, and what stands in no other.
ARROWS = {
    "operators": ("batch", "task", "links", "protocol", "settings"),
    "plugins": (
        "batch.report",
        *(f"saving.{name}" for name in ("destination", "file_names", "manifest", "media_type", "progress")),
        "protocol",
        "settings",
    ),
    "links": ("settings", "protocol"),
    "sensors": ("task", "links", "hooks", "client.connection", "protocol"),
    "batch": (
        *("task.execution_timeout", "triggers", "client", "error_messages", "saving", "protocol", "metrics"),
    ),
    "task": (
        *("triggers", "links", "hooks", "client", "saving"),
        *("error_messages", "lineage", "protocol", "settings", *MEASURED),
    ),
    "triggers": ("client.aio", "protocol", *MEASURED),
    "hooks": ("client", "saving.options", "saving.saved_value", "error_messages", "protocol", *MEASURED),
    "client": ("saving.destination", "saving.media_type", "http", "protocol", "metrics"),
    "saving": ("http", *(f"protocol.{name}" for name in PROTOCOL_OF_SAVING), *MEASURED),
    "error_messages": ("protocol",),
    "lineage": ("protocol.redact",),
    "metrics": ("protocol",),
    "traces": (),
    "provider_info": ("client.connection", "settings"),
    "settings": ("protocol",),
    "http": (),
    "protocol": (),
    "exceptions": (),
}
TO_ALL_BUT_PROTOCOL = "exceptions"


@cache
def imports_of(path: Path) -> list[str]:
    """The modules of the package that a file imports, at its top, late, or for types only."""
    return list(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{PACKAGE}."):
            module = str(node.module).removeprefix(f"{PACKAGE}.")
            yield from [f"{module}.{each.name}" for each in node.names] if "." not in module else [module]
        if isinstance(node, ast.Call):  # import_module("…")
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            named = [text for text in texts if isinstance(text, str) and text.startswith(f"{PACKAGE}.")]
            yield from (text.removeprefix(f"{PACKAGE}.") for text in named)


def room_of(path: Path) -> str:
    return path.relative_to(FOLDER).parts[0].removesuffix(".py")


def may_import(room: str, module: str) -> bool:
    allowed = (room, *ARROWS[room], *(() if room == "protocol" else (TO_ALL_BUT_PROTOCOL,)))
    return any(module == each or module.startswith(f"{each}.") for each in allowed)


def test_every_arrow_is_drawn() -> None:
    files = [path for path in FOLDER.rglob("*.py") if room_of(path) != "__init__"]
    wrong = [
        f"{path.relative_to(FOLDER)} imports {module}"
        for path in files
        for module in imports_of(path)
        if not may_import(room_of(path), module)
    ]
    assert wrong == []
    assert {room_of(path) for path in files} == set(ARROWS)


def test_no_arrow_is_drawn_that_is_not_there() -> None:
    found: dict[str, set[str]] = {}
    for path in FOLDER.rglob("*.py"):
        found.setdefault(room_of(path), set()).update(imports_of(path))
    idle = [
        (room, each)
        for room, allowed in ARROWS.items()
        for each in allowed
        if not any(module == each or module.startswith(f"{each}.") for module in found[room])
    ]
    assert idle == []
