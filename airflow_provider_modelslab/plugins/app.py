"""The routes. Each asks Airflow whether this user may read this Dag's XComs; none takes a path of a file."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timezone
from functools import partial
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.convertors import Convertor, register_url_convertor

from airflow_provider_modelslab.plugins import find_media
from airflow_provider_modelslab.plugins.html import render
from airflow_provider_modelslab.plugins.media_response import Media, media_response
from airflow_provider_modelslab.plugins.places import NotShownError, Reason
from airflow_provider_modelslab.plugins.run_page import PICTURES, TASKS_A_PAGE, build_run_page
from airflow_provider_modelslab.plugins.stored_result import StoredResult, load_result
from airflow_provider_modelslab.plugins.task_page import build_task_page, slots_of
from airflow_provider_modelslab.plugins.task_record import TaskRecord, load_run, load_task
from airflow_provider_modelslab.settings import usable_preview_roots

T = TypeVar("T")

_READERS = 8  # threads for all readers: a store that hangs must not hold those of Airflow's own pages
_RUN = "/dags/{dag_id:modelslab_id}/runs/{run_id:modelslab_id}"
_TASK = f"{_RUN}/tasks/{{task_id:modelslab_id}}/{{map_index:modelslab_id}}"
_RESULT = f"{_TASK}/results/{{result:int}}"
_UNMAPPED = ("-1", "{MAP_INDEX}")  # the latter is what Airflow leaves where a task is not mapped
_PAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'nonce-{}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_Page = Annotated[int, Query(ge=1, le=100_000)]


def _place(dag_id: str, run_id: str, task_id: str, map_index: str) -> tuple[str, str, str, str]:
    return dag_id, run_id, task_id, map_index


_Place = Annotated[tuple[str, str, str, str], Depends(_place)]


class _Id(Convertor[str]):
    """An id as the browser sent it, and so with whatever is in it."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return unquote(value)

    def to_string(self, value: str) -> str:
        return value


class _Routes:
    """What answers; an object, for the bound on threads that read."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(_READERS)

    async def run(self, dag_id: str, run_id: str, page: _Page = 1) -> Response:
        """The contact sheet of a run."""
        first = (page - 1) * TASKS_A_PAGE
        records, total = await self._in_thread(lambda: load_run(dag_id, run_id, first, TASKS_A_PAGE))
        loaded = await asyncio.gather(*(self._load(record, range(PICTURES)) for record in records))
        tasks = zip(records, loaded, strict=True)
        shown = build_run_page((dag_id, run_id), tasks, total, page, usable_preview_roots())
        return await self._page("run.html", shown)

    async def task(self, place: _Place, page: _Page = 1) -> Response:
        """The page of a task instance."""
        record = await self._in_thread(lambda: _record(*place))
        slots, _ = slots_of(record, page)
        loaded = await self._load(record, slots)
        shown = build_task_page(record, loaded, page, usable_preview_roots(), datetime.now(timezone.utc))
        return await self._page("task.html", shown)

    async def file(self, request: Request, place: _Place, result: int, at: int) -> Response:
        """A file that was saved."""
        return await self._media(request, lambda: find_media.file(_stored(place, result), at))

    async def thumbnail(self, request: Request, place: _Place, result: int, at: int) -> Response:
        """A small picture of it."""
        return await self._media(request, lambda: find_media.thumbnail(_stored(place, result), at))

    async def submitted(self, request: Request, place: _Place, result: int, name: str) -> Response:
        """A picture that was submitted."""
        return await self._media(request, lambda: find_media.submitted(_stored(place, result), name))

    async def _media(self, request: Request, find: Callable[[], Media]) -> Response:
        media = await self._in_thread(find)
        return await media_response(media, request.headers, self._in_thread)

    async def _load(
        self, record: TaskRecord, positions: Iterable[int]
    ) -> dict[int, StoredResult | NotShownError]:
        """Read the manifests of results, several at a time."""
        uris = {at: record.results[at].get("manifest") for at in positions if at < len(record.results)}
        named = {at: uri for at, uri in uris.items() if uri is not None}
        read = [self._in_thread(partial(_loaded, uri)) for uri in named.values()]
        return dict(zip(named, await asyncio.gather(*read), strict=True))

    async def _page(self, template: str, page: Any) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = await self._in_thread(lambda: render(template, page=page, nonce=nonce))
        headers = {**_PAGE_HEADERS, "Content-Security-Policy": _POLICY.format(nonce)}
        return HTMLResponse(text, headers=headers)

    def _in_thread(self, act: Callable[[], T]) -> Awaitable[T]:
        return to_thread.run_sync(act, limiter=self._limiter)


def make_app() -> FastAPI:
    """Return the application, all of whose routes ask who is there."""
    register_url_convertor("modelslab_id", _Id())
    may_read = Depends(requires_access_dag(method="GET", access_entity=DagAccessEntity.XCOM))
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, dependencies=[may_read]
    )
    routes = _Routes()
    app.add_api_route(_RUN, routes.run, response_model=None)
    app.add_api_route(_TASK, routes.task, response_model=None)
    app.add_api_route(f"{_RESULT}/files/{{at:int}}", routes.file, response_model=None)
    app.add_api_route(f"{_RESULT}/files/{{at:int}}/thumbnail", routes.thumbnail, response_model=None)
    app.add_api_route(f"{_RESULT}/inputs/{{name}}", routes.submitted, response_model=None)
    app.add_exception_handler(NotShownError, _not_shown)
    return app


def _record(dag_id: str, run_id: str, task_id: str, map_index: str) -> TaskRecord:
    try:
        index = -1 if map_index in _UNMAPPED else int(map_index)
    except ValueError:
        raise HTTPException(404, "a map index is a number") from None
    record = load_task(dag_id, run_id, task_id, index)
    if record is None:
        raise HTTPException(404, "there is no such task instance in this run")
    return record


def _stored(place: tuple[str, str, str, str], result: int) -> StoredResult:
    results = _record(*place).results
    if result >= len(results):
        raise HTTPException(404, "the task has no such result")
    return load_result(results[result].get("manifest"))


def _loaded(uri: Any) -> StoredResult | NotShownError:
    try:
        return load_result(uri)
    except NotShownError as error:
        return error


async def _not_shown(request: Request, error: Exception) -> Response:
    reason = error.reason if isinstance(error, NotShownError) else Reason.STORE_FAILED
    status = 502 if reason is Reason.STORE_FAILED else 404
    return PlainTextResponse(f"Not shown: {reason.value}.", status, headers=_PAGE_HEADERS)
