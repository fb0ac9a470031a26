"""The methods that OpenLineage's provider looks for on an operator; nobody calls them without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.lineage.operator_lineage import operator_lineage, results_in
from airflow_provider_modelslab.protocol.ids import parse_request_ids
from airflow_provider_modelslab.protocol.page_paths import COMPLETED_XCOM, REQUEST_XCOM

_RETURNED = "return_value"


class OpenLineageMethods:
    """Tells OpenLineage of a task.

    OpenLineage asks in the process that ends the task, and there ``error_to_xcom`` has kept what the task
    ended with. What an earlier process of it has found, before a deferral, is read from the task's XComs.
    """

    ended_with: Any = None

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """Return what the task's results were made of, and the files that were saved of them.

        :param task_instance: the task's
        """
        value = _pull(task_instance, _RETURNED) if self.ended_with is None else self.ended_with
        results = results_in(value)
        ids = () if results else self._request_ids(task_instance)
        return operator_lineage(
            results, request_ids=ids, inputs=self.lineage_inputs, outputs=self.lineage_outputs
        )

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> Any:
        """Return what went wrong, with which request, and what was saved all the same.

        :param task_instance: the task's
        """
        error = self.ended_with if isinstance(self.ended_with, ModelsLabError) else None
        ids = [error.request_id] if error and error.request_id else self._request_ids(task_instance)
        results = results_in(_pull(task_instance, COMPLETED_XCOM))
        text = str(error) if error else None
        return operator_lineage(
            results, request_ids=ids, inputs=self.lineage_inputs, outputs=self.lineage_outputs, error=text
        )

    @property
    def lineage_outputs(self) -> Iterable[str]:
        """The URIs of what the operator writes beside the files of its results."""
        return ()

    @property
    def lineage_inputs(self) -> Mapping[str, str]:
        """What the operator was given to submit, where it submits, by argument."""
        swap = getattr(self, "swap", None)
        return swap.notes().inputs if swap else {}

    def _request_ids(self, task_instance: Any) -> list[str]:
        """Return the ids that the operator was given, or that it was told when it submitted."""
        ids = getattr(self, "request_id", None) or _pull(task_instance, REQUEST_XCOM)
        with suppress(ValueError):
            return parse_request_ids(ids) if ids else []
        return []


def _pull(task_instance: Any, key: str) -> Any:
    ti = task_instance
    return ti.xcom_pull(task_ids=ti.task_id, key=key, map_indexes=ti.map_index)
