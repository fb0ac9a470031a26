"""What the operators share: their arguments, and the objects that are made of them when a task runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator, conf

from airflow_provider_modelslab.client.connection import DEFAULT_CONN_ID
from airflow_provider_modelslab.links.face_swap import FACE_SWAP_LINKS
from airflow_provider_modelslab.protocol.durations import pace_of, seconds
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES
from airflow_provider_modelslab.protocol.xcom_size import warn_if_large
from airflow_provider_modelslab.saving.options import IfExists, SaveOptions
from airflow_provider_modelslab.task.asset_events import add_to_asset_events, saved_by
from airflow_provider_modelslab.task.execution_timeout import extend_execution_timeout
from airflow_provider_modelslab.task.open_lineage import OpenLineageMethods

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context, ObjectStoragePath

    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
    from airflow_provider_modelslab.protocol.face_swap import FaceSwap
    from airflow_provider_modelslab.task.requests_wait import RequestsWait

_SAVE = (
    "Give a destination, here or to a FaceSwapResultOperator after this: then the files are saved there, "
    "and XCom gets their URIs."
)


class FaceSwapBaseOperator(OpenLineageMethods, BaseOperator):
    """An operator that gets results and can save their files; the operators describe the parameters."""

    template_fields: Sequence[str] = ("modelslab_conn_id", "destination")
    operator_extra_links = FACE_SWAP_LINKS
    ui_color = "#d0bcff"
    max_failed_looks: int | None = MAX_FAILURES

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
        linger: timedelta | float | None = None,
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
        self.linger = None if linger is None else seconds("linger", linger)

    @cached_property
    def hook(self) -> ModelsLabHook:
        """The hook of the task's connection."""
        from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook

        return ModelsLabHook(modelslab_conn_id=self.modelslab_conn_id)

    def check_destination(self, context: Context) -> None:
        """Find out before the wait whether files can be saved after it, and found by others.

        :param context: the task's context
        """
        if self.destination is not None:
            from airflow_provider_modelslab.saving.destination import check_destination
            from airflow_provider_modelslab.task.local_folder import warn_if_local_folder

            path = check_destination(self.destination)
            warn_if_local_folder(path, self.executor, context.get("ti"), self.log)

    def requests_wait(self, request_id: Any, context: Context, swap: FaceSwap | None = None) -> RequestsWait:
        """Return what waits for requests, and saves the files of each where there is a destination.

        :param request_id: one or several
        :param context: the task's context
        :param swap: what the one request is, where this task itself has submitted it
        """
        from airflow_provider_modelslab.task.requests import Requests
        from airflow_provider_modelslab.task.requests_wait import RequestsWait
        from airflow_provider_modelslab.task.results import Results
        from airflow_provider_modelslab.task.wait_options import WaitOptions

        results = Results(
            context,
            self.hook,
            self.log,
            destination=self.destination,
            options=self.save_options,
            notes=swap.notes() if swap else None,
        )
        requests = Requests(request_id, self.modelslab_conn_id, self.log, fail_on_nsfw=self.fail_on_nsfw)
        options = WaitOptions(
            self.timeout,
            self.pace,
            self.max_failed_looks,
            known=swap is not None,
            linger=self.linger,
            # The eta of a swap in a picture has been seen to be minutes; it takes seconds.
            trusts_eta=swap is None or swap.video is not None,
        )
        return RequestsWait(requests, results, self.hook, options, self.log)

    def publish(self, value: Any, context: Context) -> Any:
        """Name the saved files in the asset events, or warn that the value is large; return the value.

        :param value: the task's: one result or several
        :param context: the task's context
        """
        if self.destination is None:
            warn_if_large(value, self.log, _SAVE)
        else:
            results = value if isinstance(value, list) else [value]
            add_to_asset_events(context, self.outlets or (), saved_by(results), self.log)
        return value

    def pre_execute(self, context: Any) -> None:
        """Let a task that resumes after its time say what it knows, on Airflow 2 too."""
        super().pre_execute(context)
        extend_execution_timeout(self, context)
