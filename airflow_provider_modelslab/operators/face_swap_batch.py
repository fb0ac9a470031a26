"""The operator that does thousands of face swaps in one task, and none of them twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import local
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.batch.ending import allowed_failures, error_of_batch, is_over_early, summary
from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.protocol.page_paths import BATCH_XCOM
from airflow_provider_modelslab.protocol.picture_source import shown_uri
from airflow_provider_modelslab.task.asset_events import add_to_asset_events
from airflow_provider_modelslab.task.base_operator import FaceSwapBaseOperator
from airflow_provider_modelslab.task.error_to_xcom import error_to_xcom
from airflow_provider_modelslab.task.execution_timeout import execution_deadline, fail_if_overdue
from airflow_provider_modelslab.task.on_unknown import OnUnknown, check_on_unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from typing import NoReturn

    from airflow.providers.common.compat.sdk import Context, ObjectStoragePath

    from airflow_provider_modelslab.batch.item import Item
    from airflow_provider_modelslab.batch.run import BatchRun
    from airflow_provider_modelslab.batch.to_do import ToDo
_COMMON = ("reference_image", "output_format", "watermark", "watermark_image", "consent_reference")
_UNFIT = {"if_exists", "poke_interval", "exponential_backoff", "max_wait", "linger"}


class FaceSwapBatchOperator(FaceSwapBaseOperator):
    """Do many face swaps in one task, as fast as the account's queue takes them, each once.

    The destination is the ledger: each face swap has a folder there, with its record, then its files, then
    its manifest. Run again, by a retry, the next day or on another Airflow, what stands is left alone, what
    is on its way is taken up, and what is new, or made of changed pictures, is submitted. So a daily DAG over
    a growing folder swaps the new pictures only. The persons shown must have agreed.

    :param face: the picture of the face that is put into each of ``images`` and ``videos``. (templated)
    :param images: a folder, whose pictures are taken in the order of their names, or a sequence of paths or
        URLs, or another task's result. (templated)
    :param videos: a sequence of public URLs of clips. (templated)
    :param swaps: in place of these, a sequence of dicts with arguments of ``FaceSwapOperator``, such as
        ``{"face": …, "image": …, "consent_reference": …}``. (templated)
    :param reference_image: for all: shows which one of the faces is replaced. (templated)
    :param output_format: for all: of clips. (templated)
    :param watermark: for all: whether the result bears one; the API's own default is that it does
    :param watermark_image: for all: its public https URL, on a dedicated server. (templated)
    :param consent_reference: for all: where the consent of the persons shown is kept. (templated)
    :param destination: folder to save in, and the ledger. (templated)
    :param in_flight: how many requests this task may have in the account's queue at a time; None finds out
    :param timeout: seconds, or a ``timedelta``, that one face swap may take
    :param on_unknown: what to do where nobody can know whether a lost call was queued: ``fail`` that face
        swap, or ``submit`` it again, and maybe pay twice
    :param retry_failed: submit, and pay for, again what has failed for good in an earlier run
    :param max_failures: how many face swaps may fail for good: a number, or below 1 a share of them all. As
        soon as more have, no more are submitted, and the task fails. None goes on to the last one, and then
        allows none
    :param kwargs: as for ``FaceSwapResultOperator``: ``modelslab_conn_id``, ``max_file_size``,
        ``download_timeout``, ``deferrable``, ``fail_on_nsfw``
    :return: ``{"total", "new", "saved", "failed", "unknown", "waiting", "not_submitted", "left_out",
        "duplicates", "report"}``: numbers, and the URI of ``batch.jsonl``, with a line for each face swap
    :raises BatchFailedError: if too many have failed for good
    :raises BatchIncompleteError: if some are not done that another try may do
    :raises ModelsLabError: if the account, the way to the API or the destination is in the way
    """

    template_fields: Sequence[str] = (
        "face",
        "images",
        "videos",
        "swaps",
        *_COMMON,
        *FaceSwapBaseOperator.template_fields,
    )

    def __init__(
        self,
        *,
        destination: str | ObjectStoragePath,
        face: str | ObjectStoragePath | None = None,
        images: Any = None,
        videos: Any = None,
        swaps: Any = None,
        reference_image: str | ObjectStoragePath | None = None,
        output_format: str | None = None,
        watermark: bool | None = None,
        watermark_image: str | None = None,
        consent_reference: str | None = None,
        in_flight: int | None = None,
        timeout: timedelta | float = 3600,
        on_unknown: OnUnknown = "fail",
        retry_failed: bool = False,
        max_failures: float | None = None,
        **kwargs: Any,
    ) -> None:
        if unfit := sorted(_UNFIT & kwargs.keys()):
            raise ValueError(f"{unfit[0]} is no argument of a batch: the destination says what stands")
        super().__init__(destination=destination, timeout=timeout, **kwargs)
        self.face, self.images, self.videos, self.swaps = face, images, videos, swaps
        self.reference_image, self.output_format = reference_image, output_format
        self.watermark, self.watermark_image = watermark, watermark_image
        self.consent_reference = consent_reference
        self.in_flight = in_flight
        self.on_unknown = on_unknown
        self.retry_failed = retry_failed
        self.max_failures = max_failures
        self._check_arguments()

    @error_to_xcom
    def execute(self, context: Context) -> Any:
        """Do what is left to do.

        :param context: the task's context
        """
        self.check_destination(context)  # to fail before anything is paid for
        return self._run(context, execution_deadline(self, context))

    @error_to_xcom
    def execute_complete(
        self, context: Context, event: Mapping[str, Any], execution_deadline: float | None = None
    ) -> Any:
        """Go on where a trigger has fired; what stands in the destination says with what.

        :param context: the task's context
        :param event: the trigger's payload, of which nothing is needed
        :param execution_deadline: when the task's time is over, in seconds since the epoch
        """
        return self._run(context, execution_deadline)

    @error_to_xcom
    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer."""
        fail_if_overdue(self, next_method, next_kwargs, context, None)
        return super().resume_execution(next_method, next_kwargs, context)

    def _run(self, context: Context, until: float | None) -> Any:
        from airflow_provider_modelslab.batch.in_flight import InFlightLimit
        from airflow_provider_modelslab.batch.run import BatchRun  # loads object storage

        to_do = self._to_do(context)
        sources, report = to_do.sources, to_do.report
        run = BatchRun(
            to_do,
            InFlightLimit(self.in_flight),
            self.log,
            sleeps=self.deferrable,
            until=until,
            is_over=lambda: is_over_early(report, self.max_failures, sources.most),
        )
        run.run(self._swap_item(run, context))
        if run.is_asleep:
            self._defer(run)
        value = summary(report, to_do.ledger.report_uri, sources)
        error = run.error or error_of_batch(report, allowed_failures(self.max_failures, len(report)), value)
        return self._ended(value, to_do, error, context)

    def _to_do(self, context: Context) -> ToDo:
        from airflow_provider_modelslab.batch.to_do import look

        given = {name: value for name in _COMMON if (value := getattr(self, name)) is not None}
        ti: Any = context["ti"]
        sources = {"swaps": self.swaps, "face": self.face, "images": self.images, "videos": self.videos}
        return look(self.destination or "", ti.map_index, **sources, common=given)

    def _defer(self, run: BatchRun) -> NoReturn:
        from airflow_provider_modelslab.batch.deferral import deferral_of

        what = f"one of {len(run.waiting)} face swaps is done" if run.waiting else "there is room"
        self.log.info("Deferring until %s; no worker is held.", what)
        raise deferral_of(run, self.modelslab_conn_id, self.timeout)

    def _ended(
        self, value: dict[str, Any], to_do: ToDo, error: Exception | None, context: Context
    ) -> dict[str, Any]:
        """Write the report, and tell how it has ended."""
        try:
            to_do.ledger.write_report(to_do.report.content())
        except ModelsLabError as trouble:
            if error is None:
                raise
            self.log.warning("%s", trouble)  # what ended the batch is told
        self.log.info("%(saved)d of %(total)d face swaps are saved; %(report)s says more.", value)
        if error:
            context["ti"].xcom_push(key=BATCH_XCOM, value=value)
            raise error
        add_to_asset_events(context, self.outlets or (), value, self.log)
        return value

    @property
    def lineage_inputs(self) -> dict[str, str]:
        """What each swap is made of; of many pictures their folder, where there is one."""
        given = {name: shown_uri(getattr(self, name)) for name in ("face", "images", "reference_image")}
        return {name: uri for name, uri in given.items() if uri}

    @property
    def lineage_outputs(self) -> list[str]:
        """The folder that all is saved in."""
        return [uri] if (uri := shown_uri(self.destination)) else []

    def _swap_item(self, run: BatchRun, context: Context) -> Callable[[Item], bool]:
        from airflow_provider_modelslab.batch.item_record import Attempt
        from airflow_provider_modelslab.batch.save_item import ItemSaver
        from airflow_provider_modelslab.batch.submit_item import SubmitItem
        from airflow_provider_modelslab.batch.swap_item import SwapItem
        from airflow_provider_modelslab.batch.swap_options import SwapOptions

        options = SwapOptions(
            self.timeout,
            self.max_failed_looks,
            resubmits_unknown=self.on_unknown == "submit",
            retry_failed=self.retry_failed,
            fail_on_nsfw=self.fail_on_nsfw,
            attempt=Attempt.of(context["ti"]),
        )
        submit = SubmitItem(run, options, self.log)
        save = ItemSaver(run.ledger, self.hook, self.save_options, self.log, run.until or float("inf")).save
        return SwapItem(run, self._hook_of_thread(), submit, save, options)

    def _hook_of_thread(self) -> Callable[[], Any]:
        hooks, hook = local(), self.hook
        _ = hook.settings  # looked up here, because Airflow's own look-up is for the main thread

        def hook_of_thread() -> Any:
            if not hasattr(hooks, "hook"):
                hooks.hook = hook.for_thread()
            return hooks.hook

        return hook_of_thread

    def _check_arguments(self) -> None:
        given = [name for name in ("images", "videos") if getattr(self, name) is not None]
        if (self.swaps is None) == (not given):
            raise ValueError("a batch takes swaps, or a face with images or videos")
        if self.swaps is None and self.face is None:
            raise ValueError("a batch of images or videos takes the face that is put into them")
        if self.in_flight is not None and not (_is_number(self.in_flight, int) and 1 <= self.in_flight <= 64):
            raise ValueError(f"in_flight is a whole number from 1 to 64, or None, not {self.in_flight!r}")
        if self.max_failures is not None and not (
            _is_number(self.max_failures, (int, float)) and self.max_failures >= 0
        ):
            raise ValueError(f"max_failures is a number, 0 or greater, or None, not {self.max_failures!r}")
        check_on_unknown(self.on_unknown)


def _is_number(value: Any, kinds: Any) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)
