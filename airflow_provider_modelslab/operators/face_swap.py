"""An operator that gets face swap results, and can save their files to object storage."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator, conf

from airflow_provider_modelslab.hooks.connection import DEFAULT_CONN_ID
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.schedule import Pace
from airflow_provider_modelslab.saving.options import IfExists, SaveOptions
from airflow_provider_modelslab.waiting import WaitsForFaceSwaps

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context, ObjectStoragePath


class FaceSwapResultOperator(WaitsForFaceSwaps, BaseOperator):
    """Get the result of a queued face swap, or of each of several; save the files where asked to.

    A job that is still running is waited for. With a destination, the asset event of each outlet carries
    the URIs of what was saved as ``extra``, ``{"files": [uri, …], "manifests": [uri, …]}``, so that a DAG
    scheduled on the asset knows what to read.

    :param request_id: the id that the submit call gave, or a sequence of ids. (templated)
    :param modelslab_conn_id: id of the Airflow connection of type ModelsLab. (templated)
    :param destination: folder to save the files in: ``s3://conn_id@bucket/prefix/``, ``file:///…``
        or an ``ObjectStoragePath``; files go to ``{destination}/{request id}/``. None means that
        the result only goes to XCom. (templated)
    :param if_exists: what to do where the destination holds this result already: ``skip`` (return
        what is there), ``overwrite`` or ``fail``
    :param max_file_size: bytes; a larger file fails the task
    :param download_timeout: seconds that one file may take
    :param deferrable: wait in the triggerer, without a worker
        (default: ``[operators] default_deferrable``)
    :param timeout: seconds to wait for the job (default: ``[sensors] default_timeout``)
    :param poke_interval: seconds between two looks. Without it the provider chooses
    :param exponential_backoff: double the interval after each look
    :param max_wait: the longest interval, in seconds
    :return: as the sensor's; with a destination also ``files``, a list of ``{"uri", "size", "sha256",
        "content_type"}`` in the order of ``output``, and ``manifest``, the URI of a JSON file that
        says the same
    :raises ModelsLabError: the subclass says what went wrong, see ``exceptions``
    """

    template_fields: Sequence[str] = ("request_id", "modelslab_conn_id", "destination")
    ui_color = "#d0bcff"

    def __init__(
        self,
        *,
        request_id: int | str | Sequence[int | str],
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
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.request_id = request_id
        self.modelslab_conn_id = modelslab_conn_id
        self.destination = destination
        self.save_options = SaveOptions(
            if_exists=if_exists,
            max_file_size=max_file_size,
            timeout=_seconds("download_timeout", download_timeout),
        )
        self.deferrable = deferrable
        if timeout is None:
            timeout = conf.getfloat("sensors", "default_timeout")
        self.timeout = _seconds("timeout", timeout)
        self.pace = Pace(
            poke_interval=None if poke_interval is None else _seconds("poke_interval", poke_interval),
            exponential_backoff=exponential_backoff,
            max_wait=None if max_wait is None else _seconds("max_wait", max_wait),
        )

    def execute(self, context: Context) -> Any:
        """Check what can be checked before the wait, wait, and finish.

        :param context: the task's context
        """
        if self.destination is not None:
            from airflow_provider_modelslab.saving import check_destination

            check_destination(self.destination)
        started = time.time()
        if self.deferrable:
            seen = self.look_before_deferring()
            if seen is not None:
                self.defer_until_done(seen, started)
        else:
            self.wait_here(started)
        return self.finish(context)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer."""
        self.fail_if_overdue(next_method, next_kwargs)
        return super().resume_execution(next_method, next_kwargs, context)

    def finish(self, context: Context) -> Any:
        """Return the task's value, and tell the asset events of the files."""
        value = super().finish(context)
        if self.destination is not None:
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
            return result.as_xcom()
        from airflow_provider_modelslab.saving import save_result

        options = replace(self.save_options, allow_private=self.hook.settings.allow_private_downloads)
        return {**result.as_xcom(), **save_result(result, self.destination, options, log=self.log)}


def _seconds(name: str, value: timedelta | float) -> float:
    """Return an interval in seconds, as Airflow's sensors take it."""
    seconds: Any = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
        raise ValueError(f"{name} is {value!r}; it must be a timedelta or a number of seconds, not negative")
    return float(seconds)
