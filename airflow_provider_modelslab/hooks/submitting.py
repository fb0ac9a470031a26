"""The submit calls of the hook."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from airflow_provider_modelslab.exceptions import InvalidSwapError, MissingConsentError
from airflow_provider_modelslab.hooks.patience import submit_patiently
from airflow_provider_modelslab.messages import error_of_submission
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.given import Kind
from airflow_provider_modelslab.protocol.interval import seconds
from airflow_provider_modelslab.protocol.picture import (
    Form,
    Picture,
    as_data_uri,
    both_refused,
    is_invalid,
    may_be_the_form,
    other_form,
)
from airflow_provider_modelslab.protocol.request import is_enterprise, is_nothing
from airflow_provider_modelslab.protocol.submission import Accepted, Submission, Unknown, read_submission
from airflow_provider_modelslab.protocol.swap import (
    Swap,
    SwapRequest,
    check_swap,
    plan_swap,
    submit_path,
)

if TYPE_CHECKING:
    import requests

    from airflow_provider_modelslab.hooks.connection import ConnectionSettings
    from airflow_provider_modelslab.messages import Asker
    from airflow_provider_modelslab.protocol.outcome import TryAgain

_QUEUE_TIMEOUT = 3600.0  # seconds


class SubmitsFaceSwaps:
    """What the hook can submit; mixed into ``ModelsLabHook``."""

    if TYPE_CHECKING:
        log: Any

        modelslab_conn_id: str

        @property
        def settings(self) -> ConnectionSettings: ...
        @property
        def asker(self) -> Asker: ...
        def get_conn(self) -> requests.Session: ...
        def _post(
            self, path: str, parameters: dict[str, Any] | None = None, form: Form = as_data_uri
        ) -> Answer | TryAgain: ...

    _form: Form = staticmethod(as_data_uri)  # in which the API takes pictures, as far as this hook knows

    def swap_faces_in_image(
        self, *, image: Any, face: Any, queue_timeout: timedelta | float = _QUEUE_TIMEOUT, **options: Any
    ) -> str:
        """Submit a picture all of whose faces are to be replaced (``multiple_face_swap``).

        A picture is a public URL, or an absolute or object storage path. Pictures are given by name, as
        ``image`` and ``face`` are easily taken for one another. The ``track_id`` is logged before the call
        is made, and the id when it is known, so that what this process does not live to return can be found.

        :param image: the picture
        :param face: the picture of the face that is put in
        :param queue_timeout: seconds, or a ``timedelta``, to wait here for room in the account's queue
        :param options: ``watermark``, ``watermark_image``, ``webhook``, ``track_id`` and
            ``consent_reference``, as ``FaceSwapOperator`` takes them
        :return: the request id, for ``get_result``, the sensor or the operator
        :raises ModelsLabError: the subclass says why it was not queued, or that nobody knows
        """
        return self._queue(Swap(face=face, image=image, **options), queue_timeout)

    def swap_face_in_image(self, *, image: Any, face: Any, reference_image: Any, **options: Any) -> str:
        """Submit a picture one of whose faces is to be replaced (``single_face_swap``).

        :param reference_image: a picture of the face that is replaced
        :param options: and everything else as for ``swap_faces_in_image``
        """
        return self.swap_faces_in_image(
            image=image, face=face, reference_image=reference_image or "", **options
        )

    def swap_faces_in_video(
        self, *, video: str, face: str, queue_timeout: timedelta | float = _QUEUE_TIMEOUT, **options: Any
    ) -> str:
        """Submit a clip all of whose faces are to be replaced (``single_video_swap``).

        The clip and the pictures are public URLs.

        :param video: the clip, under one minute
        :param face: the picture of the face that is put in
        :param queue_timeout: seconds, or a ``timedelta``, to wait here for room in the account's queue
        :param options: ``output_format``, and those of ``swap_faces_in_image``
        :return: and raises as ``swap_faces_in_image``
        """
        return self._queue(Swap(face=face, video=video, **options), queue_timeout)

    def swap_face_in_video(self, *, video: str, face: str, reference_image: str, **options: Any) -> str:
        """Submit a clip one of whose faces is to be replaced (``specific_video_swap``).

        :param reference_image: a picture of the face that is replaced
        :param options: and everything else as for ``swap_faces_in_video``
        """
        return self.swap_faces_in_video(
            video=video, face=face, reference_image=reference_image or "", **options
        )

    def plan(self, swap: Swap, seed: str) -> SwapRequest:
        """Return the call that submits a face swap, with the pictures read that are given as paths.

        :param swap: what is meant
        :param seed: what a ``track_id`` is made of where none is given
        :raises InvalidSwapError: when the API has no call for it, or a picture cannot be read
        :raises InvalidConnectionError: when the connection, or the environment's way there, cannot be used
        :raises MissingConsentError: when the connection requires consent, and there is no reference to it
        """
        if self.settings.require_consent and is_nothing(swap.consent_reference):
            raise MissingConsentError(
                f"The Airflow connection {self.modelslab_conn_id!r} requires consent: give "
                "consent_reference, which says where the consent of the persons shown is kept. "
                "Nothing was sent.",
                conn_id=self.modelslab_conn_id,
            )
        _check_route(self.settings.base_url)
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

        Pictures that were read from paths go as data URIs; where the API refuses the call as invalid, which
        queued nothing, they go once more as plain base64, and so from then on.

        :param request: what ``plan`` returned
        :return: ``Accepted``, ``SlowDown`` (no room in the queue), ``TryAgain`` (nothing was queued),
            ``Refused``, ``JobFailed`` or ``Unknown``
        """
        first = self._submit_in_form(request)
        if not may_be_the_form(first) or not request.has_pictures:
            return first
        self.log.info("Pictures are sent in another way, as the API refused this one: %s", first.message)
        self._form = other_form(self._form)
        second = self._submit_in_form(request)
        if not is_invalid(second):
            return second
        self._form = other_form(self._form)
        return both_refused(first, second)

    def _submit_in_form(self, request: SwapRequest) -> Submission:
        self.get_conn().close()  # a kept connection may end as it is used again, and nobody would know
        answer = self._post(submit_path(self.settings.api_path, request), request.parameters, self._form)
        if isinstance(answer, Answer):
            return read_submission(answer, self.settings.key)
        return Unknown(answer.message) if answer.sent else answer

    def _queue(self, swap: Swap, queue_timeout: timedelta | float) -> str:
        longest = seconds("queue_timeout", queue_timeout)
        request = self.plan(swap, seed=uuid4().hex)
        self.log.info("Submitting a face swap with track_id %s.", request.track_id)
        submission = submit_patiently(
            lambda: self.submit(request),
            f"Face swap with track_id {request.track_id}",
            room_until=time.time() + longest,
            warn=self.log.warning,
        )
        if isinstance(submission, Accepted):
            self.log.info("Request %s: submitted with track_id %s.", submission.request_id, request.track_id)
            return submission.request_id
        raise error_of_submission(submission, request.track_id, self.asker)


def _check_route(url: str) -> None:
    """Find out here whether a call can be made: once it is announced, nobody would know if it was."""
    from airflow_provider_modelslab.transport.environment import route_to  # loads requests

    route_to(url)


def _read(name: str, path: Any) -> Picture:
    from airflow_provider_modelslab.pictures import read_picture  # loads Airflow's object storage

    return read_picture(name, path)
