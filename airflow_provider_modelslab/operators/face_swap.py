"""Operators that submit face swaps, get their results, and can save their files to object storage."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.exceptions import InvalidSwapError
from airflow_provider_modelslab.protocol.durations import seconds
from airflow_provider_modelslab.protocol.face_swap import FaceSwap, check_face_swap
from airflow_provider_modelslab.protocol.page_paths import REQUEST_XCOM
from airflow_provider_modelslab.task.base_operator import FaceSwapBaseOperator
from airflow_provider_modelslab.task.error_to_xcom import error_to_xcom
from airflow_provider_modelslab.task.execution_timeout import execution_deadline, fail_if_overdue
from airflow_provider_modelslab.task.on_unknown import OnUnknown, check_on_unknown
from airflow_provider_modelslab.task.submission_place import SubmissionRecordPlace, check_submission_record

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from airflow.providers.common.compat.sdk import Context, ObjectStoragePath

    from airflow_provider_modelslab.protocol.deadline import WaitWindow
    from airflow_provider_modelslab.task.submission_store import SubmissionStore

_SWAP = [each.name for each in fields(FaceSwap)]


class FaceSwapResultOperator(FaceSwapBaseOperator):
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
    :param linger: where ``deferrable``, for how many seconds the worker itself waits for what may be done by
        then, since to defer takes as long (default: 12); 0 defers at once
    :param fail_on_nsfw: take a job for failed whose output the API found not safe for work
        (``nsfw_content_detected``), and save nothing of it; without, that is a warning in the log
    :return: as the sensor's, a file that the API sent in ``output`` itself being told by its type where it is
        saved; with a destination also ``files``, a list of ``{"uri", "size", "sha256",
        "content_type"}`` in the order of ``output``, and ``manifest``, the URI of a JSON file that
        says the same
    :raises ModelsLabError: the subclass says what went wrong, see ``exceptions``
    """

    template_fields: Sequence[str] = ("request_id", *FaceSwapBaseOperator.template_fields)

    def __init__(self, *, request_id: int | str | Sequence[int | str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.request_id = request_id

    @error_to_xcom
    def execute(self, context: Context) -> Any:
        """Get the results.

        :param context: the task's context
        """
        self.check_destination(context)  # to fail before the wait, not after it
        wait = self.requests_wait(self.request_id, context)
        wait.run(execution_deadline(self, context), deferrable=self.deferrable)  # or defers, see below
        value = wait.collect()  # saves the files, where there is a destination
        return self.publish(value, context)

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Go on where ``FaceSwapResultTrigger`` has fired: fetch the results, which no event carries.

        :param context: the task's context
        :param event: the trigger's payload
        """
        wait = self.requests_wait(self.request_id, context)
        wait.resume(event)
        return self.publish(wait.collect(), context)

    @error_to_xcom
    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer, and say what it means where Airflow ended the deferral."""
        fail_if_overdue(self, next_method, next_kwargs, context, self.request_id)
        return super().resume_execution(next_method, next_kwargs, context)


class FaceSwapOperator(FaceSwapBaseOperator):
    """Submit a face swap, wait for it, and save its files where asked to.

    A picture is a public URL, or for swaps in pictures an absolute or object storage path, which is read
    when the task runs; all pictures of one call in the same way. The persons shown must have agreed.

    No other try of the task pays again: the id is kept in the task state store, before Airflow 3.3 in the
    destination, and what comes after a killed worker or a cleared task goes on with the same face swap.

    :param face: the picture of the face that is put in. (templated)
    :param image: the picture whose faces are replaced. (templated)
    :param video: the clip whose faces are replaced, in place of ``image``. (templated)
    :param reference_image: shows which one of the faces is replaced; without it all are. (templated)
    :param output_format: of a clip. (templated)
    :param watermark: whether the result bears one (default: as the API does it)
    :param watermark_image: URL of the watermark; enterprise servers only. (templated)
    :param webhook: public https URL that ModelsLab tells of the end. (templated)
    :param track_id: a name by which the request is found at ModelsLab: an integer, on enterprise servers
        a string (default: made from the DAG, the run, the task, its map index and try). (templated)
    :param consent_reference: where the consent of the persons shown is kept; not sent, but kept in the
        result and the manifest. The connection can require it. (templated)
    :param wait_for_completion: False ends the task once the face swap is queued
    :param queue_timeout: seconds to wait for room in the account's queue (default: as ``timeout``)
    :param on_unknown: what to do where nobody can know whether a lost call was queued: ``fail``, so that a
        person looks, or ``submit`` again, and maybe pay twice
    :param submission_record: where the task's other tries find what was submitted: with ``airflow`` (from 3.3
        on), in the ``destination``, or ``none``; ``auto`` is the first of these that there is
    :param resubmit_failed: let the task's ``retries`` submit, and pay for, another face swap after the job
        has failed; a ``retry_policy`` sees ``FaceSwapFailedRetryableError``. Otherwise a failed job fails the
        task at once
    :param kwargs: as for ``FaceSwapResultOperator``: ``modelslab_conn_id``, ``destination``, ``if_exists``,
        ``max_file_size``, ``download_timeout``, ``deferrable``, ``timeout``, ``poke_interval``,
        ``exponential_backoff``, ``max_wait``, ``linger``, ``fail_on_nsfw``
    :return: as ``FaceSwapResultOperator``; without waiting, the ``id`` with ``status`` "processing"
    :raises ModelsLabError: the subclass says what went wrong, see ``exceptions``
    """

    template_fields: Sequence[str] = (
        *(name for name in _SWAP if name != "watermark"),
        *FaceSwapBaseOperator.template_fields,
    )

    def __init__(
        self,
        *,
        face: str | ObjectStoragePath,
        image: str | ObjectStoragePath | None = None,
        video: str | None = None,
        reference_image: str | ObjectStoragePath | None = None,
        output_format: str | None = None,
        watermark: bool | None = None,
        watermark_image: str | None = None,
        webhook: str | None = None,
        track_id: int | str | None = None,
        consent_reference: str | None = None,
        wait_for_completion: bool = True,
        queue_timeout: timedelta | float | None = None,
        on_unknown: OnUnknown = "fail",
        submission_record: SubmissionRecordPlace = "auto",
        resubmit_failed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.face, self.image, self.video = face, image, video
        self.reference_image, self.output_format = reference_image, output_format
        self.watermark, self.watermark_image = watermark, watermark_image
        self.webhook, self.track_id = webhook, track_id
        self.consent_reference = consent_reference
        self.wait_for_completion = wait_for_completion
        self.queue_timeout = (
            self.timeout if queue_timeout is None else seconds("queue_timeout", queue_timeout)
        )
        self.on_unknown, self.resubmit_failed = on_unknown, resubmit_failed
        self.submission_record = submission_record
        self._chooses_face = reference_image is not None
        self._check_arguments()

    @error_to_xcom
    def execute(self, context: Context) -> Any:
        """Submit the face swap once, and get its result.

        :param context: the task's context
        """
        from airflow_provider_modelslab.protocol.deadline import WaitWindow

        self.check_destination(context)  # to fail before anything is paid for
        room = WaitWindow.of(time.time(), self.queue_timeout, execution_deadline(self, context))
        return self._submit_and_wait(context, room)

    def execute_with_room(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Submit again where ``QueueRoomTrigger`` has fired: there may be room in the account's queue.

        :param context: the task's context
        :param event: the trigger's payload
        """
        from airflow_provider_modelslab.protocol.trigger_event import read_room_event

        return self._submit_and_wait(context, read_room_event(event, self.queue_timeout))

    def _submit_and_wait(self, context: Context, room: WaitWindow) -> Any:
        from airflow_provider_modelslab.task.submission_store import SubmissionStore
        from airflow_provider_modelslab.task.submit_once import SubmitOnce

        store, swap = SubmissionStore(context, self.destination, self.submission_record), self.swap
        with self._no_second_payment(store):
            submission = SubmitOnce(swap, self.hook, store, context, on_unknown=self.on_unknown, log=self.log)
            submitted = submission.run(room, deferrable=self.deferrable)  # or defers where the queue is full
            # There even if the rest fails:
            context["ti"].xcom_push(key=REQUEST_XCOM, value=submitted.request_id)
            if not (self.wait_for_completion or submitted.is_done):
                return submitted.as_xcom(swap.notes())
            wait = self.requests_wait(submitted.request_id, context, swap)
            wait.run(room.deadline.execution, deferrable=self.deferrable, seen=submitted.seen)  # or defers
            value = wait.collect()  # saves the files, where there is a destination
            return self.publish(value, context)

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Go on where ``FaceSwapResultTrigger`` has fired.

        :param context: the task's context
        :param event: the trigger's payload
        """
        store = self._resumed_store(context, event)
        with self._no_second_payment(store):
            wait = self.requests_wait(store.request_id, context, self.swap)
            wait.resume(event)
            return self.publish(wait.collect(), context)

    @error_to_xcom
    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer; what Airflow ended meanwhile must not be paid for again either."""
        if next_method != "__fail__":
            return super().resume_execution(next_method, next_kwargs, context)
        store = self._resumed_store(context, {})
        with self._no_second_payment(store):
            fail_if_overdue(self, next_method, next_kwargs, context, store.request_id)
            return super().resume_execution(next_method, next_kwargs, context)

    def _resumed_store(self, context: Context, event: Mapping[str, Any]) -> SubmissionStore:
        from airflow_provider_modelslab.task.submission_store import SubmissionStore

        return SubmissionStore.resumed(context, event, self.destination, self.submission_record)

    def _no_second_payment(self, store: SubmissionStore) -> AbstractContextManager[None]:
        from airflow_provider_modelslab.task.no_second_payment import no_second_payment

        return no_second_payment(store, resubmit_failed=self.resubmit_failed)

    @property
    def swap(self) -> FaceSwap:
        """What is meant, as far as it is rendered."""
        given = {name: getattr(self, name) for name in _SWAP}
        if self._chooses_face and self.reference_image is None:
            given["reference_image"] = ""  # a template gave nothing, which must not mean all faces
        return FaceSwap(**given)

    def _check_arguments(self) -> None:
        try:
            check_face_swap(self.swap)
        except ValueError as err:
            raise InvalidSwapError(f"This face swap cannot be submitted: {err}") from None
        check_on_unknown(self.on_unknown)
        check_submission_record(self.submission_record, self.destination)
        if self.destination is not None and not self.wait_for_completion:
            raise ValueError(
                "a destination needs wait_for_completion=True; or save with a FaceSwapResultOperator whose "
                "request_id is this task's output['id']"
            )
