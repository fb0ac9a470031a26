"""The web server: routes, and what is common to all requests."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from weakref import WeakSet

from aiohttp import web

from tests.support.standin import api
from tests.support.standin.files import file_reply, people_reply
from tests.support.standin.payloads import Payload
from tests.support.standin.sending import Reply, misbehave, send
from tests.support.standin.wire import dumps, loads
from tests.support.standin.world import Seen, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ApiCall = Callable[[World, api.Ask], Payload]
#: So many clients may knock at once; the default of 128 would refuse a benchmark's thousands.
BACKLOG = 4096
# A route for all of them at once: most tests start a server of their own.
_API = "/api/{api:" + "|".join(path.removeprefix("/api/") for path in api.API_PATHS) + "}"
_ACTION = "/{action:" + "|".join(api.REQUIRED) + "}"


def application(world: World) -> web.Application:
    """Return the app with all of its routes."""
    app = web.Application(client_max_size=128 * 1024**2)
    fetch = _api(world, "fetch", api.fetch)
    app.router.add_post(_API + "/fetch/{id}", fetch)
    app.router.add_post(_API + "/fetch", fetch)
    app.router.add_post(_API + "/system_details", _api(world, "system", api.system_details))
    app.router.add_post(_API + _ACTION, _api(world, "submit", api.submit))
    app.router.add_post("/api/wallet_balance", _api(world, "wallet", api.wallet))
    for on, folder in (("file", "files"), ("proxy", "proxy")):
        for slash in ("/", "//"):
            app.router.add_get(f"/{folder}{slash}{{id}}/{{name:.+}}", _file(world, on))
    app.router.add_get("/people/{people:[a-z+-]+}.{kind:jpg|png|mp4}", _people(world))
    app.router.add_post("/_control/{command}", _control(world))
    app.router.add_route("*", "/elsewhere{tail:.*}", _elsewhere(world))
    return app


def _api(world: World, on: str, call: ApiCall) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        body, named = await _body(request), request.match_info
        job_id = named.get("id") or str(body.get("id", ""))
        ask = api.Ask(job_id, body, f"/api/{named.get('api', '')}", named.get("action", ""))
        world.note(Seen(on, job_id, request.method, request.path_qs, request.headers, body))
        fault = world.take_fault(on, job_id, "", body)
        if fault is None:
            return _at_once(call(world, ask))
        said = call(world, ask) if fault.accepts else None
        answer = await misbehave(request, fault) or said or call(world, ask)
        if isinstance(answer, web.StreamResponse):
            return answer
        return await send(request, Reply.of(answer), fault, lambda size: None)

    return handle


def _at_once(payload: Payload) -> web.Response:
    """The short way for the common case, which a benchmark asks thousands of times a second."""
    headers = {"Content-Type": payload.content_type, **payload.headers}
    return web.Response(status=payload.status, body=payload.encoded(), headers=headers)


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of a request; what is none counts as empty, as if no field were given."""
    try:
        body = json.loads(await request.read())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _file(world: World, on: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        job_id, name = request.match_info["id"], request.match_info["name"]
        world.note(Seen(on, job_id, request.method, request.path_qs, request.headers))
        fault = world.take_fault(on, job_id, name, {})
        answer = await misbehave(request, fault) if fault else None
        if isinstance(answer, web.StreamResponse):
            return answer
        await _have_drawn(world, job_id, name)
        found = answer or file_reply(world, job_id, name, request.headers, fault)
        reply = Reply.of(found) if isinstance(found, Payload) else found
        return await send(request, reply, fault, lambda size: world.count("bytes_sent", size))

    return handle


async def _have_drawn(world: World, job_id: str, name: str) -> None:
    """Draw a file in a thread where it is to be drawn: a film takes a second, and waits must go on."""
    job = world.jobs.get(job_id)
    index = job.find(name) if job and job.files_there(world.clock()) else None
    if job and index is not None and (media := job.media(index)).draws:
        await asyncio.to_thread(len, media)


def _people(world: World) -> Handler:
    """Pictures and clips of the persons that can be drawn, for a submit call to name."""

    async def handle(request: web.Request) -> web.StreamResponse:
        people, kind = request.match_info["people"], request.match_info["kind"]
        world.note(Seen("people", "", request.method, request.path_qs, request.headers))
        found = await asyncio.to_thread(people_reply, people, kind, request.headers)
        reply = Reply.of(found) if isinstance(found, Payload) else found
        return await send(request, reply, None, lambda size: None)

    return handle


def _elsewhere(world: World) -> Handler:
    """A place for redirects and supplied URLs to lead to; what comes here is only remembered."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        world.note(Seen("elsewhere", "", request.method, request.path_qs, request.headers, body))
        return web.json_response({"status": "success", "id": 0, "output": []})

    return handle


def _control(world: World) -> Handler:
    known: WeakSet[asyncio.BaseTransport] = WeakSet()

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.transport is not None and request.transport not in known:
            known.add(request.transport)
            world.count("connections", -1)  # only those that the tested client makes are of interest
        command, arguments = request.match_info["command"], loads(await request.read() or b"{}")
        try:
            # In a thread: the checksum of a big file takes seconds, and waits must go on.
            result = await asyncio.to_thread(world.call, command, arguments)
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"result": result}, dumps=dumps)

    return handle


@contextlib.asynccontextmanager
async def serving(world: World, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve until the block ends; gives the URL."""
    # A hanging answer must end with its client, and no one waits for it when the server stops.
    runner = web.AppRunner(
        application(world), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
    )
    await runner.setup()
    server = await asyncio.get_running_loop().create_server(
        _counting(world, runner), host, port, backlog=BACKLOG
    )
    world.url = f"http://{host}:{server.sockets[0].getsockname()[1]}"
    try:
        yield world.url
    finally:
        server.close()
        await runner.cleanup()


def _counting(world: World, runner: web.AppRunner) -> Callable[[], asyncio.Protocol]:
    """Return the protocol factory of a runner, which is called once for each TCP connection."""

    def factory() -> asyncio.Protocol:
        world.count("connections")
        assert runner.server is not None
        return runner.server()

    return factory
