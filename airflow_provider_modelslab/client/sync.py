"""The calls over ``requests``, for a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from airflow.providers.common.compat.sdk import AirflowNotFoundException

from airflow_provider_modelslab.client.calls import Call, NoAnswer, ServerVariant, is_key_refused
from airflow_provider_modelslab.client.connection_lookup import (
    no_connection,
    settings_of,
    warn_of_no_renewal,
)
from airflow_provider_modelslab.protocol.answer import Answer

if TYPE_CHECKING:
    import requests

    from airflow_provider_modelslab.client.connection import ConnectionSettings

_Meaning = TypeVar("_Meaning")


class SyncClient:
    """Sends calls with the key of an Airflow connection; what is heavy is made when it is first needed.

    :param conn_id: id of the Airflow connection
    :param look_up: looks it up, as ``BaseHook.get_connection`` does
    """

    def __init__(self, conn_id: str, look_up: Callable[[str], Any]) -> None:
        self.conn_id = conn_id
        self.server = ServerVariant()
        self._look_up = look_up
        self._settings: ConnectionSettings | None = None
        self._session: requests.Session | None = None
        self._lock = Lock()

    def for_thread(self) -> SyncClient:
        """Return one with connections of its own, so that threads do not close each other's."""
        other = SyncClient(self.conn_id, self._look_up)
        other._settings, other.server = self.settings, self.server
        return other

    @property
    def settings(self) -> ConnectionSettings:
        """What the connection says, looked up once.

        :raises InvalidConnectionError: when it cannot be used
        """
        return self._settings or self._read_settings(instead_of=None)

    @property
    def session(self) -> requests.Session:
        """The HTTP session of the calls. It carries no key: that is in the body of each call."""
        from airflow_provider_modelslab.http.content_encoding import ENCODING
        from airflow_provider_modelslab.http.deadline import DeadlineResponse
        from airflow_provider_modelslab.http.session import DeadlineAdapter, DeadlineSession

        with self._lock:
            if self._session is None:
                self._session = DeadlineSession(DeadlineAdapter(DeadlineResponse), ENCODING)
            return self._session

    def send(self, call: Call[_Meaning]) -> _Meaning:
        """Make a call and return what came of it.

        When the key is refused the connection is read again: where it has another key by now, a rotated one,
        the call is made once more with that. Where it cannot be read, the refusal stands: it is what came of
        the call, and says that nothing was queued.

        :param call: what to send
        """
        settings = self.settings
        meaning = call.meaning_of(self._post(settings, call), settings.key)
        if is_key_refused(meaning):
            renewed = self._renewed(settings)
            if renewed.key != settings.key:
                meaning = call.meaning_of(self._post(renewed, call), renewed.key)
        return meaning

    def run(self, calls: Generator[Call[_Meaning], _Meaning, _Meaning]) -> _Meaning:
        """Make the calls that a generator yields, and return what it makes of their answers.

        :param calls: one of those in ``calls``
        """
        call = next(calls)
        while True:
            seen = self.send(call)
            try:
                call = calls.send(seen)
            except StopIteration as end:
                meaning: _Meaning = end.value
                return meaning

    def _renewed(self, refused: ConnectionSettings) -> ConnectionSettings:
        try:
            return self._read_settings(instead_of=refused)
        except Exception as err:
            warn_of_no_renewal(self.conn_id, err)
            return refused

    def _read_settings(self, instead_of: ConnectionSettings | None) -> ConnectionSettings:
        with self._lock:
            if self._settings is instead_of:
                try:
                    connection = self._look_up(self.conn_id)
                except AirflowNotFoundException:
                    raise no_connection(self.conn_id) from None
                self._settings = settings_of(connection, self.conn_id)
            settings: ConnectionSettings = self._settings  # type: ignore[assignment]
            return settings

    def _post(self, settings: ConnectionSettings, call: Call[_Meaning]) -> Answer | NoAnswer:
        """Make the one kind of call there is. Here, and in its asynchronous twin, the key is sent.

        The body is given as a file, because that tells afterwards whether all of it was sent.
        """
        import requests
        import urllib3

        from airflow_provider_modelslab.http.body import json_file, read_body
        from airflow_provider_modelslab.http.error_text import error_text

        body = json_file({"key": settings.key, **call.parameters}, default=call.picture_form)
        if call.on_new_connection:
            self.session.close()
        try:
            with self.session.post(
                settings.base_url + call.path,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=settings.request_timeout,
                allow_redirects=False,  # a redirect would carry the key to another host
                stream=True,
            ) as response:
                return Answer(response.status_code, response.headers, read_body(response), time.time())
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as err:
            return NoAnswer(error_text(err), sent=not body.read(1))
