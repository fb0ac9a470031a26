"""How much of a result XCom should take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

LARGE = 48 * 2**10  # bytes of JSON; databases and event logs are no place for more
LONGEST_URL = 4096  # characters; a longer entry is a file in itself


def is_large(values: Sequence[dict[str, Any]]) -> bool:
    """Say whether results are too large for a database because they carry files in themselves.

    :param values: results as they go to XCom
    """
    entries = (entry for value in values for entry in (*value["output"], *value["proxy_links"]))
    return any(len(entry) > LONGEST_URL for entry in entries) and len(json.dumps(values)) > LARGE


def warn_if_large(value: Any, log: Any, advice: str) -> None:
    """Say once that a task's value is too large for XCom.

    :param value: one result or a list of them, as they go to XCom
    :param log: where to
    :param advice: what to do about it
    """
    values = value if isinstance(value, list) else [value]
    if is_large(values):
        size = len(json.dumps(values)) // 2**10
        log.warning(
            "The result has %d KiB, since the API sent files in it, and goes to XCom. %s", size, advice
        )
