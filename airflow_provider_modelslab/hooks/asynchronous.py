"""The fetch call over ``aiohttp``: what all waits of one event loop and connection share.

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
from functools import partial
from weakref import WeakKeyDictionary

import aiohttp
from airflow.providers.common.compat import connection as compat
from airflow.providers.common.compat.sdk import AirflowNotFoundException

from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.hooks.connection import ConnectionSettings
from airflow_provider_modelslab.hooks.looked_up import no_connection, settings_of
from airflow_provider_modelslab.hooks.news import News
from airflow_provider_modelslab.hooks.room import Room
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.fetch import FetchCall, FetchForm
from airflow_provider_modelslab.protocol.fields import one_line
from airflow_provider_modelslab.protocol.outcome import Outcome, Refusal, Refused, SlowDown, TryAgain
from airflow_provider_modelslab.protocol.schedule import pause_when_asked
from airflow_provider_modelslab.transport.body import read_body_async
from airflow_provider_modelslab.transport.environment import (
    Route,
    check_for_asyncio,
    make_ssl_context,
    route_to,
)
from airflow_provider_modelslab.transport.gzipped import ENCODING
from airflow_provider_modelslab.transport.reason import late, reason_of

# Looks are made in steps: waking the loop for each by itself would double what a look costs.
_STEP = 0.25  # seconds
MOST_IN_FLIGHT = 32  # requests, and so TCP connections, per event loop and connection

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, AsyncModelsLab]] = WeakKeyDictionary()


@asynccontextmanager
async def shared_client(conn_id: str) -> AsyncIterator[AsyncModelsLab]:
    """Give the running loop's client for a connection; the last one to leave closes it.

    Keyed by the loop, because ``dag.test()`` runs each trigger in a loop of its own.

    :param conn_id: id of the Airflow connection
    """
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    client = clients.get(conn_id)
    if client is None:
        client = clients[conn_id] = AsyncModelsLab(conn_id)
    client.users += 1
    try:
        yield client
    finally:
        client.users -= 1
        if not client.users:
            clients.pop(conn_id, None)
            await client.close()


class AsyncModelsLab:
    """The asynchronous face of ``ModelsLabHook``, for triggers.

    :param conn_id: id of the Airflow connection
    """

    def __init__(self, conn_id: str) -> None:
        self.conn_id = conn_id
        self.users = 0
        self._settings: ConnectionSettings | None = None
        self._route = Route()
        self._session: aiohttp.ClientSession | None = None
        self._lock = asyncio.Lock()
        self._slots = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._news = News()
        self._fetch_form = FetchForm()
        self.room = Room()
        self._quiet_until = 0.0  # seconds since the epoch

    async def fetch(self, request_id: str, deadline: float = float("inf")) -> Outcome:
        """Ask once for a queued request and return what the answer means, as ``ModelsLabHook.fetch``.

        When the key is refused the connection is read again: where it has another key by now, a
        rotated one, the call is made once more with that.

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
            return TryAgain(f"the Airflow connection could not be read: {cause}")
        outcome = await self._fetch_with(settings, request_id, deadline)
        if isinstance(outcome, Refused) and outcome.reason is Refusal.KEY:
            renewed = await self._get_settings(instead_of=settings)
            if renewed.key != settings.key:
                outcome = await self._fetch_with(renewed, request_id, deadline)
        return outcome

    async def next_outcome(self, request_id: str, look_at: float, deadline: float) -> Outcome:
        """Return what the next look at a request means: this wait's own, or another's if that is sooner.

        :param request_id: the id that the submit call gave
        :param look_at: when to look, in seconds since the epoch
        :param deadline: as for ``fetch``
        """
        in_step = min(math.ceil(look_at / _STEP) * _STEP, max(look_at, deadline))
        look = partial(self.fetch, request_id, deadline)
        return await self._news.next_outcome(request_id, in_step - time.time(), look)

    async def close(self) -> None:
        """Close the HTTP session, and let nobody in any more."""
        self.room.close()
        if self._session is not None:
            await self._session.close()

    async def _fetch_with(self, settings: ConnectionSettings, request_id: str, deadline: float) -> Outcome:
        async with self._slots:
            await self._wait_at_gate(deadline)
            look = self._fetch_form.look(settings.api_path, request_id, settings.key)
            while call := look.call:
                look.take(await self._post(settings, call))
        outcome = look.outcome
        if isinstance(outcome, SlowDown):
            quiet_until = time.time() + pause_when_asked(outcome.retry_after, 0.0)
            self._quiet_until = max(self._quiet_until, quiet_until)
        return outcome

    async def _wait_at_gate(self, deadline: float) -> None:
        quiet = min(self._quiet_until, deadline) - time.time()
        if quiet > 0:
            await asyncio.sleep(quiet)

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
                    headers={"Accept-Encoding": ENCODING},
                    auto_decompress=False,  # older releases make hundreds of megabytes of a bomb at once
                )
            return self._session

    async def _post(self, settings: ConnectionSettings, call: FetchCall) -> Answer | TryAgain:
        """Make the one kind of call there is. Here, and in its synchronous twin, the key is sent."""
        url = settings.base_url + call.path
        try:
            session = await self._get_session()
            async with session.post(
                url,
                json={"key": settings.key, **call.parameters},
                timeout=aiohttp.ClientTimeout(total=settings.request_timeout),
                allow_redirects=False,  # a redirect would carry the key to another host
                proxy=self._route.proxy,
            ) as response:
                body = await read_body_async(response)
                return Answer(response.status, response.headers, body, time.time())
        except asyncio.TimeoutError:
            return TryAgain(late(settings.request_timeout))
        except (aiohttp.ClientError, OSError, ValueError) as err:
            return TryAgain(reason_of(err))
