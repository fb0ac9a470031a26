"""The check that ``HttpEventTrigger`` makes of each answer; in a file of its own because it reloads that."""

from __future__ import annotations

from typing import Any


async def is_done(response: Any) -> bool:
    """Whether the job is complete."""
    return bool(response.json()["status"] == "success")
