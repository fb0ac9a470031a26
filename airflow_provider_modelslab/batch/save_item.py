"""Saving the files of an item into its folder."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.ledger import Ledger
from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.protocol.nsfw import warn_if_flagged
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving.options import SaveOptions
from airflow_provider_modelslab.saving.save_result import save_result


@dataclass(frozen=True)
class ItemSaver:
    """Saves results, from several threads.

    :param ledger: of the batch
    :param hook: knows the connection that the results come by
    :param options: how to save
    :param log: for the log
    :param until: when the task's time is over, in seconds since the epoch
    """

    ledger: Ledger
    hook: Any
    options: SaveOptions
    log: Any
    until: float = float("inf")

    def save(self, item: Item, result: FaceSwapResult) -> dict[str, Any]:
        """Return what ``save_result`` does, and raise as it does.

        :param item: whose folder is meant
        :param result: what the API said
        """
        notes = item.swap.notes()
        result = replace(result, consent_reference=notes.consent_reference, inputs=notes.inputs)
        allow_private = self.hook.settings.allow_private_downloads
        options = replace(
            self.options,
            allow_private=allow_private,
            if_exists="skip",  # the ledger says what stands
            thumbnails=False,
            parallel=1,
            timeout=min(self.options.timeout, max(self.until - time.time(), 1.0)),
        )
        try:
            saved = save_result(result, self.ledger.path, options, folder=item.name, log=_Quiet(self.log))  # type: ignore[arg-type]
        except ModelsLabError as error:
            error.with_facts(request_id=result.id, conn_id=self.hook.modelslab_conn_id)
            raise
        warn_if_flagged(result, self.log, [file["uri"] for file in saved["files"]])
        return saved


class _Quiet:
    """A log for thousands of files: what is worth a line for one is not for each."""

    def __init__(self, log: Any) -> None:
        self._log = log

    def info(self, *args: Any, **kwargs: Any) -> None:
        """Say it to who wants to know everything."""
        self._log.debug(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)
