"""What the operators share: their arguments, and the objects that are made of them when a task runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator, conf

from airflow_provider_modelslab.client.connection import DEFAULT_CONN_ID
from airflow_provider_modelslab.protocol.durations import pace_of, seconds
from airflow_provider_modelslab.protocol.nsfw import warn_if_flagged
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.xcom_size import warn_if_large
from airflow_provider_modelslab.saving.options import IfExists, SaveOptions
from airflow_provider_modelslab.task.asset_events import add_to_asset_events
from airflow_provider_modelslab.task.execution_timeout import leave_time_to_end
from airflow_provider_modelslab.task.requests import Requests
from airflow_provider_modelslab.task.requests_wait import RequestsWait, WaitOptions
from airflow_provider_modelslab.task.results import Results

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context, ObjectStoragePath

    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook


class FaceSwapBaseOperator(BaseOperator):
    """An operator that gets results and can save their files; the operators describe the parameters."""

    template_fields: Sequence[str] = ("modelslab_conn_id", "destination")
    ui_color = "#d0bcff"
    max_failures: int | None = MAX_FAILURES

    def __init__(
        self,
        *,
        modelslab_conn_id: str = DEFAULT_CONN_ID,
        destination: str | ObjectStoragePath | None = None,
        if_exists: IfExists = SaveOptions.if_exists,
        max_file_size: int = SaveOptions.max_file_size,
        download_timeout: timedelta | float = SaveOptions.timeout,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        timeout: timedelta | float | None = None,
        poke_interval: timedelta | float | None = None,
        exponential_backoff: bool = False,
        max_wait: timedelta | float | None = None,
        fail_on_nsfw: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.modelslab_conn_id = modelslab_conn_id
        self.destination = destination
        self.save_options = SaveOptions(
            if_exists=if_exists,
            max_file_size=max_file_size,
            timeout=seconds("download_timeout", download_timeout),
        )
        self.fail_on_nsfw = fail_on_nsfw
        self.deferrable = deferrable
        if timeout is None:
            timeout = conf.getfloat("sensors", "default_timeout")
        self.timeout = seconds("timeout", timeout)
        self.pace = pace_of(poke_interval, exponential_backoff, max_wait)

    @property
    def advice_if_large(self) -> str:
        """What to do where the task's value is large."""
        return "Give a destination: then the files are saved there, and XCom gets their URIs."

    @cached_property
    def hook(self) -> ModelsLabHook:
        """The hook of the task's connection."""
        from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook

        return ModelsLabHook(modelslab_conn_id=self.modelslab_conn_id)

    def check_destination(self) -> None:
        """Find out before the wait whether files can be saved after it."""
        if self.destination is not None:
            from airflow_provider_modelslab.saving.destination import check_destination

            check_destination(self.destination)

    def wait_for(
        self, request_id: Any, context: Context, *, known: bool = False, consent_reference: str | None = None
    ) -> RequestsWait:
        """Return the wait for requests, which saves the files of each where there is a destination.

        :param request_id: one or several
        :param context: the task's context
        :param known: whether the API itself gave the ids to this task
        :param consent_reference: what is noted in each result
        """

        def value_of(result: FaceSwapResult) -> dict[str, Any]:
            return self._value_of(replace(result, consent_reference=consent_reference))

        return RequestsWait(
            Requests(request_id, self.modelslab_conn_id, self.log, fail_on_nsfw=self.fail_on_nsfw),
            Results(value_of, context, are_saved=self.destination is not None),
            self.hook,
            WaitOptions(self.timeout, self.pace, self.max_failures, known),
            self.log,
        )

    def _value_of(self, result: FaceSwapResult) -> dict[str, Any]:
        if self.destination is None:
            warn_if_flagged(result, self.log)
            return result.as_xcom()
        from airflow_provider_modelslab.saving.saved_value import saved_value  # loads object storage

        options = replace(self.save_options, allow_private=self.hook.settings.allow_private_downloads)
        return saved_value(result, self.destination, options, conn_id=self.modelslab_conn_id, log=self.log)

    def tell(self, value: Any, context: Context) -> Any:
        """Tell the asset events what was saved, or the log that it was not and is large; return the value.

        :param value: the task's: one result or several
        :param context: the task's context
        """
        if self.destination is None:
            warn_if_large(value, self.log, self.advice_if_large)
        else:
            results = value if isinstance(value, list) else [value]
            add_to_asset_events(context, self.outlets or (), results, self.log)
        return value

    def pre_execute(self, context: Any) -> None:
        """Let a task that resumes after its time say what it knows, on Airflow 2 too."""
        super().pre_execute(context)
        leave_time_to_end(self, context)
