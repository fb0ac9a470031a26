"""What a task and the hook return of a result whose files are saved."""

from __future__ import annotations

from typing import Any

from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.protocol.nsfw import warn_if_flagged
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving.options import SaveOptions
from airflow_provider_modelslab.saving.output_entry import without_files
from airflow_provider_modelslab.saving.save_result import save_result


def saved_value(
    result: FaceSwapResult, destination: Any, options: SaveOptions, *, conn_id: str, log: Any
) -> dict[str, Any]:
    """Save the files of a result, and return what goes to XCom of it. Raises as ``save_result``.

    Entries that carry a file in themselves become what they are: those files are saved by now.

    :param result: what the API said
    :param destination: where to
    :param options: how
    :param conn_id: id of the Airflow connection that the result came by, for errors
    :param log: where to say what is saved, and what is not safe for work
    """
    try:
        saved = save_result(result, destination, options, log=log)
    except ModelsLabError as error:
        error.with_facts(request_id=result.id, conn_id=conn_id)
        raise
    warn_if_flagged(result, log, [file["uri"] for file in saved["files"]])
    value = result.as_xcom()
    named = {name: without_files(value[name]) for name in ("output", "proxy_links")}
    return {**value, **named, **saved}
