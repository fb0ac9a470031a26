"""What of a result goes to XCom, and what is said where that is much, or not what was hoped for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.protocol.result import LONGEST_URL, FaceSwapResult

if TYPE_CHECKING:
    from airflow_provider_modelslab.saving import SaveOptions

LARGE = 48 * 2**10  # bytes of JSON; databases and event logs are no place for more


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


def without_files(value: dict[str, Any]) -> dict[str, Any]:
    """Return a result whose entries carry no files in themselves, only what they are: those are saved by now.

    :param value: a result as it goes to XCom
    """
    from airflow_provider_modelslab.saving.urls import without_files as without

    return {**value, **{name: without(value[name]) for name in ("output", "proxy_links")}}


def saved_value(
    result: FaceSwapResult, destination: Any, options: SaveOptions, *, conn_id: str, log: Any
) -> dict[str, Any]:
    """Save the files of a result, and return what goes to XCom of it. Raises as ``save_result``.

    :param result: what the API said
    :param destination: where to
    :param options: how
    :param conn_id: id of the Airflow connection that the result came by, for errors
    :param log: where to say what is saved, and what is not safe for work
    """
    from airflow_provider_modelslab.saving import save_result  # loads Airflow's object storage

    try:
        saved = save_result(result, destination, options, log=log)
    except ModelsLabError as error:
        error.knowing(request_id=result.id, conn_id=conn_id)
        raise
    warn_if_flagged(result, log, [file["uri"] for file in saved["files"]])
    return {**without_files(result.as_xcom()), **saved}


def warn_if_flagged(result: FaceSwapResult, log: Any, files: Sequence[str] = ()) -> None:
    """Name the files that the API found not safe for work.

    :param result: what the API said
    :param log: where to
    :param files: their names, in the order of ``output``, where they are saved
    """
    if not result.flagged:
        return
    from airflow_provider_modelslab.saving.urls import shown_entry

    for at in result.flagged:
        log.warning(
            "Request %s, file %d of %d is not safe for work, says the API, and a picture black as a rule: %s",
            result.id,
            at + 1,
            len(result.output),
            files[at] if files else shown_entry(result.output[at]),
        )


def why_flagged(result: FaceSwapResult) -> str:
    """Say why ``fail_on_nsfw`` takes a job for failed."""
    which = ", ".join(str(at + 1) for at in result.flagged)
    return (
        f"the API found file {which} of {len(result.output)} not safe for work (a picture is black then as a "
        "rule), and fail_on_nsfw is set"
    )
