"""What a task has made of the results so far: of each once, and soon, while others still run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSensorTimeout

from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.protocol.poll_state import Ending
from airflow_provider_modelslab.protocol.result import FaceSwapResult

log = logging.getLogger(__name__)

KEY = "completed"  # of the XCom that holds the values; Airflow keeps it while the task is deferred


class Results:
    """The values of the results, by request id.

    :param make: makes the value of a result; saves its files, where there is a destination
    :param context: the task's context
    :param are_saved: whether there is one
    """

    def __init__(
        self,
        make: Callable[[FaceSwapResult], dict[str, Any]],
        context: Mapping[str, Any],
        *,
        are_saved: bool = False,
    ) -> None:
        self.are_saved = are_saved
        self.values: dict[str, dict[str, Any]] = {}
        self.errors: dict[str, ModelsLabError] = {}
        self._make = make
        self._context = context
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
                self.values[request_id] = self._make(ending.result)
            except ModelsLabError as error:
                self.errors[request_id] = error

    def recall(self) -> None:
        """Take up what this try of the task has kept before it was deferred."""
        ti = self._context.get("ti")
        kept = ti and ti.xcom_pull(task_ids=ti.task_id, key=KEY, map_indexes=ti.map_index)
        self._kept = bool(kept)
        self.values.update({value["id"]: value for value in kept or ()})

    def keep_what_counts(self, *, complete: bool) -> None:
        """Push the values where they would be lost, or what was pushed before is no longer all.

        :param complete: whether the task is about to return all of them
        """
        if self._kept or (self.values and not complete):
            self._context["ti"].xcom_push(key=KEY, value=list(self.values.values()))
            self._kept = True

    def log_errors(self) -> None:
        """Log what keeps results from having a value as yet."""
        for error in self.errors.values():
            log.warning("%s It is tried again when others have ended.", error)


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
