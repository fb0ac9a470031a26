"""Credentials and calls, over ``requests``."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowNotFoundException, BaseHook

from airflow_provider_modelslab.exceptions import InvalidConnectionError, InvalidRequestIdError
from airflow_provider_modelslab.hooks.connection import (
    CONN_TYPE,
    DEFAULT_CONN_ID,
    HOOK_NAME,
    ConnectionSettings,
)
from airflow_provider_modelslab.hooks.form import field_behaviour, form_widgets
from airflow_provider_modelslab.hooks.looked_up import no_connection, settings_of
from airflow_provider_modelslab.hooks.patience import ride_out
from airflow_provider_modelslab.hooks.round_robin import wait_for_each
from airflow_provider_modelslab.hooks.saving import SavesResults
from airflow_provider_modelslab.hooks.submitting import SubmitsFaceSwaps
from airflow_provider_modelslab.messages import Asker, error_of
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.fetch import FetchForm
from airflow_provider_modelslab.protocol.interval import pace_of, seconds
from airflow_provider_modelslab.protocol.key_check import key_check_path, read_key_check
from airflow_provider_modelslab.protocol.outcome import Outcome, TryAgain
from airflow_provider_modelslab.protocol.picture import Form, as_data_uri
from airflow_provider_modelslab.protocol.request import parse_request_id
from airflow_provider_modelslab.protocol.schedule import ADAPTIVE, TOLERANCE, Pace
from airflow_provider_modelslab.protocol.story import Story
from airflow_provider_modelslab.protocol.wait import Ending, EndingKind, Wait, ending_of

if TYPE_CHECKING:
    import requests


class ModelsLabHook(SubmitsFaceSwaps, SavesResults, BaseHook):
    """The calls of ModelsLab's face swap API, with the key from an Airflow connection.

    :param modelslab_conn_id: id of the Airflow connection of type ModelsLab
    """

    conn_name_attr = "modelslab_conn_id"
    default_conn_name = DEFAULT_CONN_ID
    conn_type = CONN_TYPE
    hook_name = HOOK_NAME

    def __init__(self, modelslab_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.modelslab_conn_id = modelslab_conn_id
        self._fetch_form = FetchForm()

    @property
    def asker(self) -> Asker:
        """Who is told what to do, where a call fails."""
        return Asker(self.modelslab_conn_id, in_task=False)

    @cached_property
    def settings(self) -> ConnectionSettings:
        """What the connection says.

        :raises InvalidConnectionError: when there is no such connection, or it is of another type,
            has no key, or a host that is not a URL
        """
        try:
            connection = self.get_connection(self.modelslab_conn_id)
        except AirflowNotFoundException:
            raise no_connection(self.modelslab_conn_id) from None
        return settings_of(connection, self.modelslab_conn_id)

    @cached_property
    def _session(self) -> requests.Session:
        from airflow_provider_modelslab.transport.gzipped import ENCODING
        from airflow_provider_modelslab.transport.prompt import WholeResponse
        from airflow_provider_modelslab.transport.session import PromptAdapter, PromptSession

        return PromptSession(PromptAdapter(WholeResponse), ENCODING)

    def get_conn(self) -> requests.Session:
        """Return the HTTP session of the calls. It carries no key: that is in the body of each call."""
        return self._session

    def fetch(self, request_id: int | str) -> Outcome:
        """Ask once for a queued request and return what the answer means.

        ``POST {host}{api_path}/fetch/{id}`` with ``{"key": …}`` (docs.modelslab.com, "Fetch Queued
        Face Swap"); on a dedicated server, where that is a 404, ``/fetch`` with ``{"key": …, "id": …}``.
        Nothing that the network or the API does raises: it is one of the outcomes.

        :param request_id: the id that the submit call gave
        :return: ``Done``, ``Waiting``, ``SlowDown``, ``TryAgain``, ``JobFailed`` or ``Refused``
        :raises InvalidRequestIdError: when it cannot be an id
        """
        try:
            request = parse_request_id(request_id)
        except ValueError as err:
            raise InvalidRequestIdError(f"{err}. Pass the id that the submit call returned.") from None
        look = self._fetch_form.look(self.settings.api_path, request, self.settings.key)
        while call := look.call:
            look.take(self._post(call.path, call.parameters))
        return look.outcome

    def fetch_through_trouble(
        self,
        request_id: int | str,
        *,
        tolerance: int | None = TOLERANCE,
        until: float = float("inf"),
        sleep: Callable[[float], None] = time.sleep,
    ) -> Outcome | Ending:
        """Ask until the answer is anything but passing trouble, or trouble has lasted too long.

        :param request_id: the id that the submit call gave
        :param tolerance: how many looks in a row may fail; None never gives up, it comes back with
            ``TryAgain`` instead
        :param until: when to look a last time, in seconds since the epoch, and come back with ``TryAgain``
        :param sleep: how to pass the seconds in between
        :return: the ending, or ``Waiting``, ``SlowDown`` or ``TryAgain``
        """
        outcome, looks = ride_out(
            lambda: self.fetch(request_id),
            f"Request {request_id}",
            most=min(tolerance or TOLERANCE, TOLERANCE),
            until=until,
            warn=self.log.warning,
            sleep=sleep,
        )
        return ending_of(outcome, looks, tolerance) or outcome

    def wait(
        self,
        request_id: int | str,
        *,
        timeout: float,
        pace: Pace = ADAPTIVE,
        tolerance: int | None = TOLERANCE,
        known: bool = False,
    ) -> Ending:
        """Wait for a queued request in this process, and return how the wait ended.

        :param request_id: the id that the submit call gave
        :param timeout: seconds until the last look
        :param pace: how often to look
        :param tolerance: how many looks in a row may fail; None tolerates any number
        :param known: whether the API has shown before that it knows the request
        """
        started = time.time()
        wait = Wait(started, started + timeout, pace, tolerance, known=known)
        story = Story(1, started, self.log.info)
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

        The parameters mean what they do for the sensor and the operators.

        :param request_id: the id that the submit call gave
        :param timeout: seconds, or a ``timedelta``, until the last look
        :param poke_interval: seconds, or a ``timedelta``, between two looks. Without it the provider chooses
        :param exponential_backoff: double the interval after each look
        :param max_wait: the longest interval, in seconds or as a ``timedelta``
        :return: ``{"id", "status", "generationTime", "output": […], "proxy_links": […], "meta": {…}}``, and
            ``nsfw_content_detected`` where the API says it; a file that the API sent in ``output`` itself is
            passed on whole, which is too large for the value of a task
        :raises ModelsLabError: the subclass says how the wait ended
        :raises ValueError: when an interval is none
        """
        ending = self.wait(
            request_id,
            timeout=seconds("timeout", timeout),
            pace=pace_of(poke_interval, exponential_backoff, max_wait),
        )
        if ending.kind is EndingKind.DONE and ending.result:
            return ending.result.as_xcom()
        raise error_of(str(request_id), ending, self.asker)

    def test_connection(self) -> tuple[bool, str]:
        """Check the key with a call that costs nothing.

        ``POST {host}/api/wallet_balance`` with ``{"key": …}`` (docs.modelslab.com, "Wallet Balance"),
        or ``{api_path}/system_details`` on a dedicated server, whose keys have no wallet.

        :return: whether the key works, and what came back in a sentence
        """
        try:
            answer = self._post(key_check_path(self.settings.api_path))
        except InvalidConnectionError as err:
            return False, str(err)
        if isinstance(answer, TryAgain):
            return False, f"{self.settings.base_url} could not be asked: {answer.message}"
        return read_key_check(answer, self.settings.key)

    def _post(
        self, path: str, parameters: dict[str, Any] | None = None, form: Form = as_data_uri
    ) -> Answer | TryAgain:
        """Make the one kind of call there is. Here, and in its asynchronous twin, the key is sent.

        The body is given as a file, because that tells afterwards whether all of it was sent.
        """
        import requests
        import urllib3

        from airflow_provider_modelslab.transport.body import json_file, read_body
        from airflow_provider_modelslab.transport.reason import reason_of

        settings = self.settings
        upload = json_file({"key": settings.key, **(parameters or {})}, default=form)
        try:
            with self.get_conn().post(
                settings.base_url + path,
                data=upload,
                headers={"Content-Type": "application/json"},
                timeout=settings.request_timeout,
                allow_redirects=False,  # a redirect would carry the key to another host
                stream=True,
            ) as response:
                return Answer(response.status_code, response.headers, read_body(response), time.time())
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as err:
            return TryAgain(reason_of(err), sent=not upload.read(1))

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Return the form's extra fields for Airflow before 3.2; later ones read the provider info."""
        return form_widgets()

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return how the form's standard fields look, for Airflow before 3.2."""
        return field_behaviour()
