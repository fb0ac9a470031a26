"""JSON for the control endpoints, with bytes and dataclasses in it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, is_dataclass
from typing import Any

_BYTES = "$base64"


def dumps(value: Any) -> str:
    return json.dumps(value, default=_encode)


def loads(text: str | bytes) -> Any:
    return json.loads(text, object_hook=_decode)


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        return {_BYTES: b64encode(value).decode()}
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} cannot go to the stand-in")


def _decode(found: dict[str, Any]) -> Any:
    return b64decode(found[_BYTES]) if set(found) == {_BYTES} else found
