"""Operators that show face swaps to a person, in Airflow's own form, and go on with what that person says.

Human-in-the-loop is a feature of Airflow 3.1 and later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import (
    AirflowOptionalProviderFeatureException,
    AirflowSkipException,
)

from airflow_provider_modelslab.links.face_swap import FACE_SWAP_LINKS
from airflow_provider_modelslab.protocol.page_paths import DECISION_XCOM, SHOWN_XCOM, TaskPages
from airflow_provider_modelslab.settings import usable_preview_roots
from airflow_provider_modelslab.task.approval_form import ApprovalForm
from airflow_provider_modelslab.task.results_to_show import read_results, shown_part
from airflow_provider_modelslab.task.selection_options import NONE, as_options, chosen_results, option_names

try:
    from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
except (ImportError, AirflowOptionalProviderFeatureException) as error:
    raise AirflowOptionalProviderFeatureException(
        "FaceSwapApprovalOperator and FaceSwapSelectionOperator need Airflow 3.1 or later, whose "
        "apache-airflow-providers-standard has human-in-the-loop."
    ) from error

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class FaceSwapApprovalOperator(ApprovalOperator):
    """Show face swaps to a person, and go on where that person approves.

    For each there is a row with face, target and result, as pictures where the setting ``[modelslab]
    preview_roots`` covers the place that they were saved in. Without results nobody is asked, and the task
    is skipped, as what comes after it would be by a rejection.

    :param results: what to show: one result, a list of them, or the output of the task that makes them,
        mapped or not. (templated)
    :param kwargs: as for Airflow's ``ApprovalOperator``; ``subject`` is required, and ``body`` stands above
        the pictures
    :return: as ``ApprovalOperator``: ``chosen_options``, ``params_input``, ``responded_at`` and
        ``responded_by_user``; what was shown is beside it, as XCom ``face_swaps``
    :raises InvalidResultsError: where ``results`` are none
    """

    template_fields: Collection[str] = (*ApprovalOperator.template_fields, "results")
    operator_extra_links = FACE_SWAP_LINKS

    def __init__(self, *, results: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.results = results

    def execute(self, context: Context) -> Any:
        """Ask, and wait for the answer.

        :param context: the task's context
        """
        results = read_results(self.results)
        if not results:
            raise AirflowSkipException("There are no face swaps to approve.")
        self.body = _shown(results, option_names(results), self.body, context)
        return super().execute(context)  # waits: goes on in the parent's execute_complete


class FaceSwapSelectionOperator(HITLOperator):
    """Show face swaps to a person, and return those that are chosen.

    The form is as that of ``FaceSwapApprovalOperator``. The options are named by request id and target, and
    one more says that none is good. Without results nobody is asked, and nothing is chosen.

    :param results: what to choose from: one result, a list of them, or the output of the task that makes
        them, mapped or not. (templated)
    :param defaults: what is chosen before, and where nobody answers in time: request ids, or names of
        options; an empty list is none of them. (templated)
    :param kwargs: as for Airflow's ``HITLOperator``, without ``options`` and ``multiple``; ``subject`` is
        required, and ``body`` stands above the pictures
    :return: the chosen results as they were given, in their order; who chose, and when, is beside it, as
        XCom ``decision``, and what was shown as ``face_swaps``
    :raises InvalidResultsError: where ``results`` are none
    """

    template_fields: Collection[str] = (*HITLOperator.template_fields, "results", "defaults")
    FIXED_ARGS = ("options", "multiple")
    operator_extra_links = FACE_SWAP_LINKS

    def __init__(self, *, results: Any, **kwargs: Any) -> None:
        for arg in self.FIXED_ARGS:
            if arg in kwargs:
                raise ValueError(f"Passing {arg} to {type(self).__name__} is not allowed.")
        super().__init__(options=[], multiple=True, **kwargs)
        self.results = results

    def validate_options(self) -> None:
        """Let the options be made when the task runs: they are the results."""

    def validate_defaults(self) -> None:
        """Leave the defaults until there are options."""
        if self.options:
            super().validate_defaults()

    def execute(self, context: Context) -> Any:
        """Ask, and wait for the answer.

        :param context: the task's context
        """
        results = read_results(self.results)
        if not results:
            self.log.info("There are no face swaps to choose from.")
            return []
        names = self._set_options(results)
        self.body = _shown(results, names, self.body, context)
        return super().execute(context)  # waits: goes on below

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on with the answer.

        :param context: the task's context
        :param event: the answer
        """
        results = read_results(self.results)
        names = self._set_options(results)
        decision = super().execute_complete(context, event)
        chosen = chosen_results(decision["chosen_options"], names, results)
        context["ti"].xcom_push(key=DECISION_XCOM, value=dict(decision))
        self.log.info("Chosen are %d of %d face swaps.", len(chosen), len(results))
        return chosen

    def _set_options(self, results: Sequence[dict[str, Any]]) -> list[str]:
        """Make the options of the results, the same in each process; return their names."""
        names = option_names(results)
        self.options = [*names, NONE]
        given: Any = self.defaults  # rendered, it can be a text again
        if given is not None:
            self.defaults = as_options([given] if isinstance(given, str) else given, names, results)
        self.validate_defaults()
        return names


def _shown(
    results: Sequence[dict[str, Any]], names: Sequence[str], body: str | None, context: Context
) -> str:
    """Keep what is asked about where the task's pages look for it, and return the text of the form."""
    ti = context["ti"]
    shown = [shown_part(result) for result in results]
    ti.xcom_push(key=SHOWN_XCOM, value=shown)
    pages = TaskPages(ti.dag_id, ti.run_id, ti.task_id, -1 if ti.map_index is None else ti.map_index)
    return ApprovalForm(shown, names, pages, usable_preview_roots()).text(body)
