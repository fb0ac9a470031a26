"""What the operators share: getting the results of face swaps, and saving their files where asked to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowTaskTimeout, BaseOperator, conf

from airflow_provider_modelslab.execution_timeout import fail_if_overdue
from airflow_provider_modelslab.hooks.connection import DEFAULT_CONN_ID
from airflow_provider_modelslab.messages import error_of_many
from airflow_provider_modelslab.protocol.deadline import Deadline
from airflow_provider_modelslab.protocol.event import Rest
from airflow_provider_modelslab.protocol.interval import pace_of, seconds
from airflow_provider_modelslab.protocol.outcome import Outcome
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.wait import Ending, EndingKind
from airflow_provider_modelslab.saving.options import IfExists, SaveOptions
from airflow_provider_modelslab.waiting import WaitsForFaceSwaps
from airflow_provider_modelslab.xcom import saved_value, warn_if_flagged, warn_if_large, why_flagged

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context, ObjectStoragePath

_SAVE = "Give a destination: then the files are saved there, and XCom gets their URIs."


class CollectsFaceSwaps(WaitsForFaceSwaps, BaseOperator):
    """Waits for its requests, and saves their files; the parameters are described at the operators."""

    template_fields: Sequence[str] = ("modelslab_conn_id", "destination")
    ui_color = "#d0bcff"

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

    def check_destination(self) -> None:
        """Find out before the wait whether files can be saved after it."""
        if self.destination is not None:
            from airflow_provider_modelslab.saving import check_destination

            check_destination(self.destination)

    @property
    def saves_early(self) -> bool:
        """Whether results are taken care of before all requests have ended: links to files expire."""
        return self.destination is not None and len(set(self.request_ids)) > 1

    def collect(self, context: Context, execution_deadline: float | None, seen: Outcome | None = None) -> Any:
        """Wait in the way that is set, and finish.

        :param context: the task's context
        :param execution_deadline: when the task's ``execution_timeout`` is over, in seconds since the epoch
        :param seen: how the one request stood a moment ago, where that is known
        """
        started = time.time()
        if self.deferrable:
            seen = self.look_before_deferring(seen)
            if seen is not None:
                deadline = Deadline.sooner(started + self.timeout, execution_deadline)
                self.defer_until_done(context, seen, Rest(started, deadline))
        else:
            with self._telling_of_timeout(context):
                self.wait_here(started)
        return self.finish(context)

    @contextmanager
    def _telling_of_timeout(self, context: Context) -> Iterator[None]:
        """Keep what is there when Airflow ends the wait by ``execution_timeout``, and say what is not.

        No file is saved any more: the time is over.
        """
        try:
            yield
        except AirflowTaskTimeout as err:
            if self.destination is None:
                self._collected.add(self._endings)
            self._collected.keep_what_counts(lambda: context["ti"], complete=False)
            over = Ending(EndingKind.EXECUTION_TIMEOUT, "still waited for")
            missing = dict.fromkeys(self._waiting_for(), over)
            if not missing:
                raise
            failed = {request: ending for request, ending in self._endings.items() if not ending.result}
            raise error_of_many({**failed, **missing}, len(set(self.request_ids)), self.asker) from err

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer."""
        fail_if_overdue(self, next_method, next_kwargs, context)
        return super().resume_execution(next_method, next_kwargs, context)

    def finish(self, context: Context) -> Any:
        """Return the task's value, and tell the asset events of the files."""
        value = super().finish(context)
        if self.destination is None:
            warn_if_large(value, self.log, _SAVE)
        else:
            self._add_to_asset_events(context, value if isinstance(value, list) else [value])
        return value

    def _add_to_asset_events(self, context: Context, results: list[dict[str, Any]]) -> None:
        """Note what was saved in the events of the outlets; trouble with that is not the task's.

        An alias has events for those assets only that a DAG's author adds to it; they find the same there.
        """
        files = [file["uri"] for result in results for file in result["files"]]
        extra = {"files": files, "manifests": [result["manifest"] for result in results]}
        for outlet in self.outlets or ():
            try:
                context["outlet_events"][outlet].extra.update(extra)
            except Exception as error:  # noqa: PERF203 - an outlet may be anything
                self.log.info("The event of %r will not name the files: %r", outlet, error)

    def value_of(self, result: FaceSwapResult) -> dict[str, Any]:
        """Return the result as the task's value, its files saved where a destination is given."""
        if self.destination is None:
            warn_if_flagged(result, self.log)
            return result.as_xcom()
        options = replace(self.save_options, allow_private=self.hook.settings.allow_private_downloads)
        return saved_value(result, self.destination, options, conn_id=self.modelslab_conn_id, log=self.log)

    def judge(self, ending: Ending) -> Ending:
        """Take what the API found not safe for work for a failed job, where that is asked for."""
        if self.fail_on_nsfw and ending.result and ending.result.flagged:
            return Ending(EndingKind.FAILED, why_flagged(ending.result), said="")
        return ending
