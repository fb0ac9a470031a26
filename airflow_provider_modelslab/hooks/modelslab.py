"""``ModelsLabHook``: credentials and calls, for DAG authors and for the provider's own tasks."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from airflow_provider_modelslab.client.calls import fetch, submit
from airflow_provider_modelslab.client.connection_form import field_behaviour, form_widgets
from airflow_provider_modelslab.client.polling import wait_for_each
from airflow_provider_modelslab.client.retrying import submit_with_retries
from airflow_provider_modelslab.client.submit_request import prepare
from airflow_provider_modelslab.error_messages.advice import Caller
from airflow_provider_modelslab.error_messages.submissions import error_of_submission
from airflow_provider_modelslab.error_messages.waits import error_of
from airflow_provider_modelslab.exceptions import InvalidRequestIdError
from airflow_provider_modelslab.hooks.connected import ConnectedHook
from airflow_provider_modelslab.metrics import count_look, count_submission
from airflow_provider_modelslab.protocol.durations import pace_of, seconds
from airflow_provider_modelslab.protocol.face_swap import FaceSwap, SubmitRequest
from airflow_provider_modelslab.protocol.ids import parse_request_id
from airflow_provider_modelslab.protocol.outcome import Outcome
from airflow_provider_modelslab.protocol.poll_intervals import ADAPTIVE, MAX_FAILURES, Pace
from airflow_provider_modelslab.protocol.poll_log import PollLog
from airflow_provider_modelslab.protocol.poll_state import Ending, PollState
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.submit_answer import Accepted, Submission
from airflow_provider_modelslab.saving.options import IfExists, SaveOptions
from airflow_provider_modelslab.traces import span

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

_QUEUE_TIMEOUT = 3600.0  # seconds


class ModelsLabHook(ConnectedHook):
    """The calls of ModelsLab's face swap API, with the key from an Airflow connection.

    :param modelslab_conn_id: id of the Airflow connection of type ModelsLab
    """

    def fetch(self, request_id: int | str) -> Outcome:
        """Ask once for a queued request and return what the answer means.

        ``POST {host}{api_path}/fetch/{id}`` with ``{"key": …}`` (docs.modelslab.com, "Fetch Queued
        Face Swap"); on a dedicated server, where that is a 404, ``/fetch`` with ``{"key": …, "id": …}``.
        Nothing that the network or the API does raises: it is one of the outcomes.

        :param request_id: the id that the submit call gave
        :return: ``Done``, ``InProgress``, ``RateLimited``, ``TransientFailure``, ``JobFailed`` or ``Refused``
        :raises InvalidRequestIdError: when it cannot be an id
        """
        try:
            request = parse_request_id(request_id)
        except ValueError as err:
            raise InvalidRequestIdError(f"{err}. Pass the id that the submit call returned.") from None
        return count_look(self.client.run(fetch(self.client.server, self.settings.api_path, request)))

    @span("wait")
    def wait(
        self,
        request_id: int | str,
        *,
        timeout: float,
        pace: Pace = ADAPTIVE,
        max_failures: int | None = MAX_FAILURES,
        known: bool = False,
    ) -> Ending:
        """Wait for a queued request in this process, and return how the wait ended.

        :param request_id: the id that the submit call gave
        :param timeout: seconds until the last look
        :param pace: how often to look
        :param max_failures: how many looks in a row may fail; None tolerates any number
        :param known: whether the API has shown before that it knows the request
        """
        started = time.time()
        wait = PollState(started, started + timeout, pace, max_failures, known=known)
        story = PollLog(1, started, self.log.info)
        return next(wait_for_each(lambda _: self.fetch(request_id), [str(request_id)], wait, story.tell))[1]

    def get_result(
        self,
        request_id: int | str,
        *,
        timeout: timedelta | float = 3600,
        poke_interval: timedelta | float | None = None,
        exponential_backoff: bool = False,
        max_wait: timedelta | float | None = None,
    ) -> dict[str, Any]:
        """Wait for a queued request in this process and return its result, for use in TaskFlow tasks.

        :param request_id: the id that the submit call gave
        :param timeout: seconds, or a ``timedelta``, until the last look
        :param poke_interval: seconds, or a ``timedelta``, between two looks. Without it the provider chooses
        :param exponential_backoff: double the interval after each look
        :param max_wait: the longest interval, in seconds or as a ``timedelta``
        :return: as the sensor; but a file that the API sent in ``output`` itself is passed on whole, which is
            too large for the value of a task
        :raises ModelsLabError: the subclass says how the wait ended
        :raises ValueError: when an interval is none
        """
        pace = pace_of(poke_interval, exponential_backoff, max_wait)
        ending = self.wait(request_id, timeout=seconds("timeout", timeout), pace=pace)
        if ending.result is None:
            raise error_of(str(request_id), ending, self._caller)
        return ending.result.as_xcom()

    def save(
        self,
        result: Mapping[str, Any] | FaceSwapResult,
        destination: str | os.PathLike[str] | ObjectStoragePath,
        *,
        if_exists: IfExists = SaveOptions.if_exists,
        max_file_size: int = SaveOptions.max_file_size,
        download_timeout: timedelta | float = SaveOptions.timeout,
    ) -> dict[str, Any]:
        """Save the files of one result, as ``FaceSwapResultOperator`` does, for use in TaskFlow tasks.

        :param result: what ``get_result``, the sensor or an operator has returned for one request
        :param destination: folder to save in: ``s3://conn_id@bucket/prefix/``, ``file:///…`` or an
            ``ObjectStoragePath``; the files go to ``{destination}/{request id}/``
        :param if_exists: what to do where the destination holds this result already: ``skip`` (return what
            is there), ``overwrite`` or ``fail``
        :param max_file_size: bytes; a larger file is an error
        :param download_timeout: seconds, or a ``timedelta``, that one file may take, all tries included
        :return: the result, with ``files``, a list of ``{"uri", "size", "sha256", "content_type"}`` in the
            order of ``output``, and ``manifest``, the URI of a JSON file that says the same
        :raises ValueError: when that is no result, or has no files yet, or an option makes no sense
        :raises InvalidDestinationError: when the destination is none
        :raises DownloadError: when a file cannot be had; the subclass says why
        :raises ModelsLabError: when the store fails, and whatever else goes wrong
        """
        from airflow_provider_modelslab.saving.saved_value import saved_value  # loads object storage

        found = result if isinstance(result, FaceSwapResult) else FaceSwapResult.from_xcom(result)
        options = SaveOptions(
            if_exists=if_exists,
            max_file_size=max_file_size,
            timeout=seconds("download_timeout", download_timeout),
            allow_private=self.settings.allow_private_downloads,
        )
        return saved_value(found, destination, options, conn_id=self.modelslab_conn_id, log=self.log)

    def swap_faces_in_image(
        self, *, image: Any, face: Any, queue_timeout: timedelta | float = _QUEUE_TIMEOUT, **options: Any
    ) -> str:
        """Submit a picture all of whose faces are to be replaced (``multiple_face_swap``).

        A picture is a public URL, or an absolute or object storage path. The ``track_id`` is logged before
        the call is made, and the id when it is known, so that what this process does not live to return can
        be found.

        :param image: the picture
        :param face: the picture of the face that is put in
        :param queue_timeout: seconds, or a ``timedelta``, to wait here for room in the account's queue
        :param options: ``watermark``, ``watermark_image``, ``webhook``, ``track_id`` and
            ``consent_reference``, as ``FaceSwapOperator`` takes them
        :return: the request id, for ``get_result``, the sensor or the operator
        :raises ModelsLabError: the subclass says why it was not queued, or that nobody knows
        """
        return self._queue(FaceSwap(face=face, image=image, **options), queue_timeout)

    def swap_face_in_image(self, *, image: Any, face: Any, reference_image: Any, **options: Any) -> str:
        """Submit a picture one of whose faces is to be replaced (``single_face_swap``).

        :param reference_image: a picture of the face that is replaced
        :param options: and everything else as for ``swap_faces_in_image``
        """
        reference = reference_image or ""  # nothing must not mean all faces
        return self.swap_faces_in_image(image=image, face=face, reference_image=reference, **options)

    def swap_faces_in_video(
        self, *, video: str, face: str, queue_timeout: timedelta | float = _QUEUE_TIMEOUT, **options: Any
    ) -> str:
        """Submit a clip all of whose faces are to be replaced (``single_video_swap``).

        :param video: public URL of the clip, which lasts under one minute
        :param face: public URL of the picture of the face that is put in
        :param options: ``output_format``, and everything else as for ``swap_faces_in_image``
        """
        return self._queue(FaceSwap(face=face, video=video, **options), queue_timeout)

    def swap_face_in_video(self, *, video: str, face: str, reference_image: str, **options: Any) -> str:
        """Submit a clip one of whose faces is to be replaced (``specific_video_swap``).

        :param reference_image: public URL of a picture of the face that is replaced
        :param options: and everything else as for ``swap_faces_in_video``
        """
        reference = reference_image or ""
        return self.swap_faces_in_video(video=video, face=face, reference_image=reference, **options)

    def prepare(self, swap: FaceSwap, seed: str) -> SubmitRequest:
        """Return the call that submits a face swap, with the pictures read that are given as paths.

        :param swap: what is meant
        :param seed: what a ``track_id`` is made of where none is given
        :raises InvalidSwapError: when the API has no call for it, or a picture cannot be read
        :raises InvalidConnectionError: when the connection, or the environment's way there, cannot be used
        :raises MissingConsentError: when the connection requires consent, and there is no reference to it
        """
        return prepare(swap, seed, self.settings, self.modelslab_conn_id)

    @span("submit")
    def submit(self, request: SubmitRequest) -> Submission:
        """Submit once and return what came of it.

        ``POST {host}{api_path}/{call}`` with the key and the documented parameters (docs.modelslab.com,
        "Face Swap"). Nothing that the network or the API does raises. ``Unknown`` must not be tried again
        blindly: the swap may be queued, and paid for.

        :param request: what ``prepare`` returned
        :return: ``Accepted``, ``RateLimited`` (no room in the queue), ``TransientFailure`` (nothing was
            queued), ``Refused``, ``JobFailed`` or ``Unknown``
        """
        calls = submit(self.client.server, self.settings.api_path, request, self.log.info)
        return count_submission(self.client.run(calls))

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Return the form's extra fields for Airflow before 3.2, which looks for this in this very class."""
        return form_widgets()

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return how the form's standard fields look, for Airflow before 3.2."""
        return field_behaviour()

    @property
    def _caller(self) -> Caller:
        return Caller(self.modelslab_conn_id, "call the hook again")

    def _queue(self, swap: FaceSwap, queue_timeout: timedelta | float) -> str:
        longest = seconds("queue_timeout", queue_timeout)
        request = self.prepare(swap, seed=uuid4().hex)
        self.log.info("Submitting a face swap with track_id %s.", request.track_id)
        what = f"Face swap with track_id {request.track_id}"
        submission = submit_with_retries(
            lambda: self.submit(request), what, room_until=time.time() + longest, warn=self.log.warning
        )
        if isinstance(submission, Accepted):
            self.log.info("Request %s: submitted with track_id %s.", submission.request_id, request.track_id)
            return submission.request_id
        raise error_of_submission(submission, request.track_id, self._caller)
