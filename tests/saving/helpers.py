"""What several tests of saving need."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving.options import SaveOptions
from airflow_provider_modelslab.saving.save_result import save_result

if TYPE_CHECKING:
    from tests.support.standin import StandIn

log = logging.getLogger("tests.saving")


def result_of(standin: StandIn, job: int | str, **changes: Any) -> FaceSwapResult:
    """A result as the hook gives it for a finished job."""
    given: dict[str, Any] = {
        "id": str(job),
        "output": tuple(standin.urls(job)),
        "proxy_links": tuple(standin.urls(job, "proxy")),
        "generation_time": 2.71,
        "meta": {"seed": 123},
    }
    return FaceSwapResult(**{**given, **changes})


def save(result: FaceSwapResult, destination: Any, **options: Any) -> dict[str, Any]:
    """Save to a place of the test's, from a server on loopback."""
    options = {"allow_private": True, "url_patience": 0.0, **options}
    return save_result(result, destination, SaveOptions(**options), log=log)


def tree(folder: Path) -> list[str]:
    """Every file below a folder, hidden ones too."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def content(standin: StandIn, job: int | str, index: int = 0) -> bytes:
    """The bytes of a job's file."""
    return b"".join(standin.world.jobs.get(job).media(index).read())  # type: ignore[union-attr]
