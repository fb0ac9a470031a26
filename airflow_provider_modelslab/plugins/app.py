"""The routes. Each asks Airflow whether this user may read this Dag's XComs; none takes a path of a file."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Annotated, Any
from urllib.parse import unquote

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.convertors import Convertor, register_url_convertor

from airflow_provider_modelslab.plugins import find_media
from airflow_provider_modelslab.plugins.batch_report import BatchReports
from airflow_provider_modelslab.plugins.html import render
from airflow_provider_modelslab.plugins.media_response import Media, media_response
from airflow_provider_modelslab.plugins.places import NotShownError, Reason
from airflow_provider_modelslab.plugins.run_page import PICTURES, TASKS_A_PAGE, build_run_page
from airflow_provider_modelslab.plugins.stored_result import StoredResult, load_result
from airflow_provider_modelslab.plugins.task_page import build_task_page, slots_of
from airflow_provider_modelslab.plugins.task_record import TaskRecord, load_run, load_task
from airflow_provider_modelslab.plugins.threads import Threads
from airflow_provider_modelslab.protocol.preview_roots import root_of
from airflow_provider_modelslab.settings import usable_preview_roots

_PAGES = "pages"  # the threads in which they are made
_MAP_INDEX = re.compile(r"-1|[0-9]{1,9}")
_RUN = "/dags/{dag_id:modelslab_id}/runs/{run_id:modelslab_id}"
_TASK = f"{_RUN}/tasks/{{task_id:modelslab_id}}/{{map_index:modelslab_id}}"
_RESULT = f"{_TASK}/results/{{result:modelslab_number}}"
_FILE = f"{_RESULT}/files/{{at:modelslab_number}}"
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


class _Number(Convertor[int]):
    """A position; none has more digits."""

    regex = "[0-9]{1,6}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


class _Routes:
    """What answers; an object, for the bounds on threads that read."""

    def __init__(self) -> None:
        self._threads = Threads()
        self._reports = BatchReports()

    async def run(self, dag_id: str, run_id: str, page: _Page = 1) -> Response:
        """The contact sheet of a run."""
        first = (page - 1) * TASKS_A_PAGE
        records, total = await self._threads.run(lambda: load_run(dag_id, run_id, first, TASKS_A_PAGE))
        records = [await self._with_report(record) for record in records]
        loaded = [await self._load(record, range(PICTURES)) for record in records]
        tasks, roots = zip(records, loaded, strict=True), usable_preview_roots()
        return await self._page(
            "run.html", lambda: build_run_page((dag_id, run_id), tasks, total, page, roots)
        )

    async def task(self, place: _Place, page: _Page = 1) -> Response:
        """The page of a task instance."""
        record = await self._record(place)
        slots = await self._threads.run(lambda: slots_of(record, page), _PAGES)
        loaded, roots = await self._load(record, slots.files), usable_preview_roots()
        now = datetime.now(timezone.utc)
        return await self._page("task.html", lambda: build_task_page(record, loaded, slots, roots, now))

    async def file(self, request: Request, place: _Place, result: int, at: int) -> Response:
        """A file that was saved."""
        return await self._media(request, place, result, lambda stored: find_media.file(stored, at))

    async def thumbnail(self, request: Request, place: _Place, result: int, at: int) -> Response:
        """A small picture of it."""
        return await self._media(request, place, result, lambda stored: find_media.thumbnail(stored, at))

    async def submitted(self, request: Request, place: _Place, result: int, name: str) -> Response:
        """A picture that was submitted."""
        return await self._media(request, place, result, lambda stored: find_media.submitted(stored, name))

    async def _media(
        self, request: Request, place: _Place, result: int, find: Callable[[StoredResult], Media]
    ) -> Response:
        results = (await self._record(place)).results
        if result >= len(results):
            raise HTTPException(404, "the task has no such result")
        uri = results[result].get("manifest")
        media = await self._threads.run(lambda: find(load_result(uri)), _root_of(uri))
        return await media_response(
            media, request.headers, lambda act: self._threads.run(act, media.place.root)
        )

    async def _record(self, place: tuple[str, str, str, str]) -> TaskRecord:
        return await self._with_report(await self._threads.run(lambda: _record(*place)))

    async def _with_report(self, record: TaskRecord) -> TaskRecord:
        """Return the record of a batch with the results that its report names."""
        if record.batch is None:
            return record
        uri = record.batch["report"]
        try:
            found = await self._threads.run(lambda: self._reports.results(uri), _root_of(uri))
        except NotShownError as error:
            return replace(record, report_error=error)
        return replace(record, reported=found)

    async def _load(
        self, record: TaskRecord, positions: Iterable[int]
    ) -> dict[int, StoredResult | NotShownError]:
        """Read the manifests of results, several at a time, and each once."""
        uris = {at: record.results[at].get("manifest") for at in positions if at < len(record.results)}
        texts = dict.fromkeys(uri for uri in uris.values() if isinstance(uri, str))
        found = dict(zip(texts, await asyncio.gather(*map(self._loaded, texts)), strict=True))
        nothing = NotShownError(Reason.NOT_ALLOWED, "it is no text")
        named = {at: uri for at, uri in uris.items() if uri is not None}
        return {at: found[uri] if isinstance(uri, str) else nothing for at, uri in named.items()}

    async def _loaded(self, uri: str) -> StoredResult | NotShownError:
        try:
            return await self._threads.run(lambda: load_result(uri), _root_of(uri))
        except NotShownError as error:
            return error

    async def _page(self, template: str, build: Callable[[], Any]) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = await self._threads.run(lambda: render(template, page=build(), nonce=nonce), _PAGES)
        headers = {**_PAGE_HEADERS, "Content-Security-Policy": _POLICY.format(nonce)}
        return HTMLResponse(text.encode("utf-8", "replace"), headers=headers)


def make_app() -> FastAPI:
    """Return the application, all of whose routes ask who is there."""
    register_url_convertor("modelslab_id", _Id())
    register_url_convertor("modelslab_number", _Number())
    may_read = Depends(requires_access_dag(method="GET", access_entity=DagAccessEntity.XCOM))
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, dependencies=[may_read]
    )
    routes = _Routes()
    app.add_api_route(_RUN, routes.run, response_model=None)
    app.add_api_route(_TASK, routes.task, response_model=None)
    app.add_api_route(_FILE, routes.file, response_model=None)
    app.add_api_route(f"{_FILE}/thumbnail", routes.thumbnail, response_model=None)
    app.add_api_route(f"{_RESULT}/inputs/{{name}}", routes.submitted, response_model=None)
    app.add_exception_handler(NotShownError, _not_shown)
    return app


def _record(dag_id: str, run_id: str, task_id: str, map_index: str) -> TaskRecord:
    index = "-1" if map_index in _UNMAPPED else map_index
    if not _MAP_INDEX.fullmatch(index):
        raise HTTPException(404, "a map index is a number")
    record = load_task(dag_id, run_id, task_id, int(index))
    if record is None:
        raise HTTPException(404, "there is no such task instance in this run")
    return record


def _root_of(uri: Any) -> str:
    """Return the root whose threads read a manifest."""
    return root_of(uri, usable_preview_roots()) or _PAGES


async def _not_shown(request: Request, error: Exception) -> Response:
    reason = error.reason if isinstance(error, NotShownError) else Reason.STORE_FAILED
    status = 502 if reason is Reason.STORE_FAILED else 404
    return PlainTextResponse(f"Not shown: {reason.value}.", status, headers=_PAGE_HEADERS)
