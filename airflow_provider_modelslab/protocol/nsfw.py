"""What the API found not safe for work: told in the log, or taken for a failed job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.redact import shown
from airflow_provider_modelslab.protocol.result import FaceSwapResult


def failed_if_flagged(ending: Ending) -> Ending:
    """Return how the wait for a job ended, which has failed if any of its files was found not safe.

    :param ending: how it ended otherwise
    """
    if ending.result and ending.result.flagged:
        return Ending(EndingKind.FAILED, _why_flagged(ending.result), said="")
    return ending


def warn_if_flagged(result: FaceSwapResult, log: Any, files: Sequence[str] = ()) -> None:
    """Name the files that the API found not safe for work.

    :param result: what the API said
    :param log: where to
    :param files: their names, in the order of ``output``, where they are saved
    """
    for at in result.flagged:
        log.warning(
            "Request %s, file %d of %d is not safe for work, says the API, and a picture black as a rule: %s",
            result.id,
            at + 1,
            len(result.output),
            files[at] if files else shown(result.output[at]),
        )


def _why_flagged(result: FaceSwapResult) -> str:
    """Say why ``fail_on_nsfw`` takes a job for failed."""
    which = ", ".join(str(at + 1) for at in result.flagged)
    return (
        f"the API found file {which} of {len(result.output)} not safe for work (a picture is black then as a "
        "rule), and fail_on_nsfw is set"
    )
