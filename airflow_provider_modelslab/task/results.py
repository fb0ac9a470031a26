"""What a task has made of the results so far: of each once, and soon, while others still run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSensorTimeout

from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.protocol.nsfw import warn_if_flagged
from airflow_provider_modelslab.protocol.page_paths import COMPLETED_XCOM
from airflow_provider_modelslab.protocol.poll_state import Ending
from airflow_provider_modelslab.protocol.result import FaceSwapResult, Notes
from airflow_provider_modelslab.saving.options import SaveOptions

if TYPE_CHECKING:
    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook

log = logging.getLogger(__name__)


class Results:
    """The values of the results, by request id; a result's files are saved where there is a destination.

    :param context: the task's context
    :param hook: knows the connection that the results come by
    :param log: for the log
    :param destination: where to save files; None leaves them where they are
    :param options: how to save them
    :param notes: what each result is to say beside what the API does
    """

    def __init__(
        self,
        context: Mapping[str, Any],
        hook: ModelsLabHook,
        log: Any,
        *,
        destination: Any = None,
        options: SaveOptions | None = None,
        notes: Notes | None = None,
    ) -> None:
        self.are_saved = destination is not None
        self.values: dict[str, dict[str, Any]] = {}
        self.errors: dict[str, ModelsLabError] = {}
        self._context = context
        self._hook = hook
        self._log = log
        self._destination = destination
        self._options = options or SaveOptions()
        self._notes = notes or Notes()
        self._kept = False

    def add(self, endings: Mapping[str, Ending]) -> None:
        """Make the values of the results that have none; one that fails does not keep the others from theirs.

        :param endings: how waits ended, by request id
        """
        for request_id, ending in endings.items():
            if not ending.result or request_id in self.values:
                continue
            self.errors.pop(request_id, None)
            try:
                self.values[request_id] = self._value_of(ending.result)
            except ModelsLabError as error:
                self.errors[request_id] = error

    def _value_of(self, result: FaceSwapResult) -> dict[str, Any]:
        result = self._notes.added_to(result)
        if self._destination is None:
            warn_if_flagged(result, self._log)
            return result.as_xcom()
        from airflow_provider_modelslab.saving.saved_value import saved_value  # loads object storage

        options = replace(self._options, allow_private=self._hook.settings.allow_private_downloads)
        conn_id = self._hook.modelslab_conn_id
        return saved_value(result, self._destination, options, conn_id=conn_id, log=self._log)

    def load_kept(self) -> None:
        """Take up what this try of the task has kept before it was deferred."""
        ti = self._context.get("ti")
        kept = ti and ti.xcom_pull(task_ids=ti.task_id, key=COMPLETED_XCOM, map_indexes=ti.map_index)
        self._kept = bool(kept)
        self.values.update({value["id"]: value for value in kept or ()})

    def keep_partial(self, *, complete: bool) -> None:
        """Push the values where they would be lost, or what was pushed before is no longer all.

        :param complete: whether the task is about to return all of them
        """
        if self._kept or (self.values and not complete):
            self._context["ti"].xcom_push(key=COMPLETED_XCOM, value=list(self.values.values()))
            self._kept = True

    def log_errors(self) -> None:
        """Log what keeps results from having a value as yet."""
        for error in self.errors.values():
            self._log.warning("%s It is tried again when others have ended.", error)


def most_severe(errors: list[ModelsLabError]) -> ModelsLabError:
    """Return the error that the task is to raise, first one that no retry can mend; log the others.

    :param errors: at least one
    """
    final = (AirflowFailException, AirflowSensorTimeout)
    chosen = next((error for error in errors if isinstance(error, final)), errors[0])
    for error in errors:
        if error is not chosen:
            log.error("%s", error)
    return chosen
