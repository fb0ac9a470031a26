"""The submit calls of the hook."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from airflow_provider_modelslab.exceptions import InvalidSwapError, MissingConsentError
from airflow_provider_modelslab.hooks.patience import submit_patiently
from airflow_provider_modelslab.messages import error_of_submission
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.request import is_enterprise, is_nothing
from airflow_provider_modelslab.protocol.submission import Accepted, Submission, Unknown, read_submission
from airflow_provider_modelslab.protocol.swap import (
    Kind,
    Swap,
    SwapRequest,
    check_swap,
    plan_swap,
    submit_path,
)

if TYPE_CHECKING:
    import requests

    from airflow_provider_modelslab.hooks.connection import ConnectionSettings
    from airflow_provider_modelslab.protocol.outcome import TryAgain

_QUEUE_TIMEOUT = 3600.0  # seconds


class SubmitsFaceSwaps:
    """What the hook can submit; mixed into ``ModelsLabHook``."""

    if TYPE_CHECKING:
        log: Any

        @property
        def settings(self) -> ConnectionSettings: ...
        def get_conn(self) -> requests.Session: ...
        def _post(self, path: str, parameters: dict[str, Any] | None = None) -> Answer | TryAgain: ...

    def swap_faces_in_image(
        self, image: Any, face: Any, *, queue_timeout: float = _QUEUE_TIMEOUT, **options: Any
    ) -> str:
        """Submit a picture all of whose faces are to be replaced (``multiple_face_swap``).

        A picture is a public URL, or an absolute or object storage path.

        :param image: the picture
        :param face: the picture of the face that is put in
        :param queue_timeout: seconds to wait in this process for room in the account's queue
        :param options: ``watermark``, ``watermark_image``, ``webhook``, ``track_id`` and
            ``consent_reference``, as ``FaceSwapOperator`` takes them
        :return: the request id, for ``get_result``, the sensor or the operator
        :raises ModelsLabError: the subclass says why it was not queued, or that nobody knows
        """
        return self._queue(Swap(face=face, image=image, **options), queue_timeout)

    def swap_face_in_image(self, image: Any, face: Any, reference_image: Any, **options: Any) -> str:
        """Submit a picture one of whose faces is to be replaced (``single_face_swap``).

        :param reference_image: a picture of the face that is replaced
        :param options: and everything else as for ``swap_faces_in_image``
        """
        return self.swap_faces_in_image(image, face, reference_image=reference_image or "", **options)

    def swap_faces_in_video(
        self, video: str, face: str, *, queue_timeout: float = _QUEUE_TIMEOUT, **options: Any
    ) -> str:
        """Submit a clip all of whose faces are to be replaced (``single_video_swap``).

        The clip and the pictures are public URLs.

        :param video: the clip, under one minute
        :param face: the picture of the face that is put in
        :param queue_timeout: seconds to wait in this process for room in the account's queue
        :param options: ``output_format``, and those of ``swap_faces_in_image``
        :return: and raises as ``swap_faces_in_image``
        """
        return self._queue(Swap(face=face, video=video, **options), queue_timeout)

    def swap_face_in_video(self, video: str, face: str, reference_image: str, **options: Any) -> str:
        """Submit a clip one of whose faces is to be replaced (``specific_video_swap``).

        :param reference_image: a picture of the face that is replaced
        :param options: and everything else as for ``swap_faces_in_video``
        """
        return self.swap_faces_in_video(video, face, reference_image=reference_image or "", **options)

    def plan(self, swap: Swap, seed: str) -> SwapRequest:
        """Return the call that submits a face swap, with the pictures read that are given as paths.

        :param swap: what is meant
        :param seed: what a ``track_id`` is made of where none is given
        :raises InvalidSwapError: when the API has no call for it, or a picture cannot be read
        :raises MissingConsentError: when the connection requires consent, and there is no reference to it
        """
        if self.settings.require_consent and is_nothing(swap.consent_reference):
            raise MissingConsentError(
                "The Airflow connection requires consent: give consent_reference, which says where the "
                "consent of the persons shown is kept. Nothing was sent."
            )
        enterprise = is_enterprise(self.settings.api_path)
        try:
            kinds, files = check_swap(swap), swap.files()
            encoded = {name: _read(name, files[name]) for name, kind in kinds.items() if kind is Kind.PATH}
            return plan_swap(swap, seed=seed, enterprise=enterprise, encoded=encoded)
        except InvalidSwapError:
            raise
        except ValueError as err:
            raise InvalidSwapError(f"This face swap cannot be submitted: {err}. Nothing was sent.") from None

    def submit(self, request: SwapRequest) -> Submission:
        """Submit once and return what came of it.

        ``POST {host}{api_path}/{call}`` with the key and the documented parameters (docs.modelslab.com,
        "Face Swap"). Nothing that the network or the API does raises. ``Unknown`` must not be tried again
        blindly: the swap may be queued, and paid for.

        :param request: what ``plan`` returned
        :return: ``Accepted``, ``SlowDown`` (no room in the queue), ``TryAgain`` (nothing was queued),
            ``Refused``, ``JobFailed`` or ``Unknown``
        """
        self.get_conn().close()  # a kept connection may end as it is used again, and nobody would know
        answer = self._post(submit_path(self.settings.api_path, request), request.parameters)
        if isinstance(answer, Answer):
            return read_submission(answer, self.settings.key)
        return Unknown(answer.message) if answer.sent else answer

    def _queue(self, swap: Swap, queue_timeout: float) -> str:
        request = self.plan(swap, seed=uuid4().hex)
        submission = submit_patiently(
            lambda: self.submit(request),
            f"Face swap with track_id {request.track_id}",
            room_until=time.time() + queue_timeout,
            warn=self.log.warning,
        )
        if isinstance(submission, Accepted):
            return submission.request_id
        raise error_of_submission(submission, request.track_id)


def _read(name: str, path: Any) -> str:
    from airflow_provider_modelslab.pictures import read_picture  # loads Airflow's object storage

    return read_picture(name, path)
