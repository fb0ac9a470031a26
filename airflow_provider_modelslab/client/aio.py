"""The calls over ``aiohttp``: what all waits of one event loop and connection share.

One HTTP session with few connections, one look-up of the Airflow connection, one bound on requests
in flight and one gate that slows every wait when the API asks for it. Importing this is heavy; the
trigger does it late and off its loop.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakKeyDictionary

import aiohttp
from airflow.providers.common.compat import connection as compat
from airflow.providers.common.compat.sdk import AirflowNotFoundException
from yarl import URL

from airflow_provider_modelslab.client.calls import Call, NoAnswer, ServerVariant, fetch, is_key_refused
from airflow_provider_modelslab.client.connection import ConnectionSettings
from airflow_provider_modelslab.client.connection_lookup import (
    no_connection,
    settings_of,
    warn_of_no_renewal,
)
from airflow_provider_modelslab.client.queue_slots import QueueSlots
from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.http.body import json_file, read_body_async
from airflow_provider_modelslab.http.content_encoding import ENCODING
from airflow_provider_modelslab.http.environment import (
    Route,
    check_for_asyncio,
    make_ssl_context,
    route_to,
)
from airflow_provider_modelslab.http.error_text import error_text, timeout_message
from airflow_provider_modelslab.metrics import count_look
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.fields import one_line
from airflow_provider_modelslab.protocol.outcome import Outcome, RateLimited, TransientFailure
from airflow_provider_modelslab.protocol.poll_intervals import pause_when_asked

# Looks are made in steps: waking the loop for each by itself would double what a look costs.
_STEP = 0.25  # seconds
MOST_IN_FLIGHT = 32  # requests, and so TCP connections, per event loop and connection

_Meaning = TypeVar("_Meaning")
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, AsyncClient]] = WeakKeyDictionary()


@asynccontextmanager
async def shared_client(conn_id: str) -> AsyncIterator[AsyncClient]:
    """Give the running loop's client for a connection; the last one to leave closes it.

    Keyed by the loop, because ``dag.test()`` runs each trigger in a loop of its own.

    :param conn_id: id of the Airflow connection
    """
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    client = clients.get(conn_id)
    if client is None:
        client = clients[conn_id] = AsyncClient(conn_id)
    client.users += 1
    try:
        yield client
    finally:
        client.users -= 1
        if not client.users:
            clients.pop(conn_id, None)
            await client.close()


class AsyncClient:
    """Sends calls with the key of an Airflow connection, as ``SyncClient`` does, for triggers.

    :param conn_id: id of the Airflow connection
    """

    def __init__(self, conn_id: str) -> None:
        self.conn_id = conn_id
        self.users = 0
        self.queue_slots = QueueSlots()
        self._server = ServerVariant()
        self._settings: ConnectionSettings | None = None
        self._route = Route()
        self._session: aiohttp.ClientSession | None = None
        self._lock = asyncio.Lock()
        self._in_flight = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._quiet_until = 0.0  # seconds since the epoch

    async def poll(self, request_id: str, look_at: float, deadline: float) -> Outcome:
        """Return what the next look at a request means.

        :param request_id: the id that the submit call gave
        :param look_at: when to look, in seconds since the epoch
        :param deadline: as for ``fetch``
        """
        in_step = min(math.ceil(look_at / _STEP) * _STEP, max(look_at, deadline))
        await asyncio.sleep(max(0.0, in_step - time.time()))
        return await self.fetch(request_id, deadline)

    async def fetch(self, request_id: str, deadline: float = float("inf")) -> Outcome:
        """Ask once for a queued request and return what the answer means, as ``ModelsLabHook.fetch``.

        :param request_id: the id that the submit call gave
        :param deadline: how long to hold back where the API asked to slow down, in seconds since the
            epoch; the last look of a wait is made all the same
        :raises InvalidConnectionError: when the connection cannot be used
        """
        try:
            settings = await self._get_settings()
        except InvalidConnectionError:
            raise
        except Exception as err:  # whatever Airflow's database or secrets backend raises may pass
            cause = one_line(f"{type(err).__name__}: {err}")
            return TransientFailure(f"the Airflow connection could not be read: {cause}")
        async with self._in_flight:
            if (quiet := min(self._quiet_until, deadline) - time.time()) > 0:
                await asyncio.sleep(quiet)
            outcome = count_look(await self._look(settings, request_id))
        if isinstance(outcome, RateLimited):
            quiet_until = time.time() + pause_when_asked(outcome.retry_after, 0.0)
            self._quiet_until = max(self._quiet_until, quiet_until)
        return outcome

    async def _look(self, settings: ConnectionSettings, request_id: str) -> Outcome:
        look = fetch(self._server, settings.api_path, request_id)
        call = next(look)
        while True:
            seen = await self.send(call)
            try:
                call = look.send(seen)
            except StopIteration as end:
                outcome: Outcome = end.value
                return outcome

    async def send(self, call: Call[_Meaning]) -> _Meaning:
        """Make a call and return what came of it, as ``SyncClient.send``.

        :param call: what to send
        """
        settings = await self._get_settings()
        meaning = call.meaning_of(await self._post(settings, call), settings.key)
        if is_key_refused(meaning):
            renewed = await self._renewed(settings)
            if renewed.key != settings.key:
                meaning = call.meaning_of(await self._post(renewed, call), renewed.key)
        return meaning

    async def close(self) -> None:
        """Close the HTTP session, and let nobody in any more."""
        self.queue_slots.close()
        if self._session is not None:
            await self._session.close()

    async def _renewed(self, refused: ConnectionSettings) -> ConnectionSettings:
        try:
            return await self._get_settings(instead_of=refused)
        except Exception as err:
            warn_of_no_renewal(self.conn_id, err)
            return refused

    async def _get_settings(self, instead_of: ConnectionSettings | None = None) -> ConnectionSettings:
        """Return the connection's settings, looked up once for all waits.

        :param instead_of: settings that no longer serve; only if these are the ones kept, look again
        """
        if self._settings is not None and self._settings is not instead_of:
            return self._settings
        async with self._lock:
            settings = self._settings
            if settings is None or settings is instead_of:
                try:
                    connection = await compat.get_async_connection(self.conn_id)
                except AirflowNotFoundException:
                    raise no_connection(self.conn_id) from None
                settings = settings_of(connection, self.conn_id)
                await self._take_route(settings.base_url)
                self._settings = settings
            return settings

    async def _take_route(self, url: str) -> None:
        """Go the environment's way from now on; a session that has gone another may trust other servers."""
        route = await asyncio.to_thread(route_to, url)
        check_for_asyncio(url, route)
        if self._session is not None and route != self._route:
            await self._session.close()
        self._route = route

    async def _get_session(self) -> aiohttp.ClientSession:
        if self._session is not None and not self._session.closed:
            return self._session
        async with self._lock:
            if self._session is None or self._session.closed:
                context = await asyncio.to_thread(make_ssl_context, self._route.bundle)
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(limit=MOST_IN_FLIGHT, ssl=context),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    headers={"Accept-Encoding": ENCODING, "Content-Type": "application/json"},
                    auto_decompress=False,  # older releases make hundreds of megabytes of a bomb at once
                )
            return self._session

    async def _post(self, settings: ConnectionSettings, call: Call[_Meaning]) -> Answer | NoAnswer:
        """Make the one kind of call there is. Here, and in its synchronous twin, the key is sent."""
        body = json_file({"key": settings.key, **call.parameters}, default=call.picture_form)
        try:
            session = await self._get_session()
            async with session.post(
                URL(settings.base_url).with_path(call.path, encoded=True),  # quicker than reading it whole
                data=body.getvalue(),
                timeout=aiohttp.ClientTimeout(total=settings.request_timeout),
                allow_redirects=False,  # a redirect would carry the key to another host
                proxy=self._route.proxy,
            ) as response:
                return Answer(response.status, response.headers, await read_body_async(response), time.time())
        except asyncio.TimeoutError:
            return NoAnswer(timeout_message(settings.request_timeout))
        except (aiohttp.ClientError, OSError, ValueError) as err:
            return NoAnswer(error_text(err))
