"""All files of one result, and the manifest last."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.exceptions import (
    DestinationExistsError,
    DownloadError,
    ExpiredUrlError,
    FileTooLargeError,
    InvalidContentError,
    ModelsLabError,
    UnsafeUrlError,
)
from airflow_provider_modelslab.metrics import count_failed_save, count_saved
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving import manifest
from airflow_provider_modelslab.saving.destination import as_path, describe_failure, without_connection
from airflow_provider_modelslab.saving.file_names import folder_name, plan_stems
from airflow_provider_modelslab.saving.manifest import SavedFile
from airflow_provider_modelslab.saving.options import SaveOptions
from airflow_provider_modelslab.saving.retry_budget import RetryBudget, StoppedError
from airflow_provider_modelslab.saving.store import Store
from airflow_provider_modelslab.traces import span

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

_NEXT: dict[type[Exception], str] = {
    UnsafeUrlError: "Nothing was requested from there.",
    ExpiredUrlError: "ModelsLab keeps results for a limited time: submit it again, and save it sooner.",
    InvalidContentError: "Nothing was saved of it; run the task again, and ask ModelsLab if it stays so.",
    FileTooLargeError: "Raise max_file_size if that is intended.",
    DownloadError: "Run the task again before the link expires; files already saved are replaced safely.",
}


@span("save")
def save_result(
    result: FaceSwapResult,
    destination: str | os.PathLike[str] | ObjectStoragePath,
    options: SaveOptions | None = None,
    *,
    folder: str | None = None,
    log: logging.Logger,
) -> dict[str, Any]:
    """Save the files of a result as ``{destination}/{request id}/{name}``, and ``manifest.json`` last.

    Nothing partial ever stands under a final name. Run again, it finds the manifest and transfers
    nothing, unless ``options.if_exists`` says otherwise. Links are tried as the API serves them: 404 and
    403 just after success are waited out, then ``proxy_links[i]`` stands in for ``output[i]``.

    :param result: a finished face swap
    :param destination: the folder above; what :func:`check_destination` accepts or has returned
    :param options: limits and choices; the defaults if not given
    :param folder: its name, in place of the request id
    :param log: for one line a saved file, and progress of long transfers
    :return: ``{"files": [{"uri", "size", "sha256", "content_type"}, …], "manifest": uri}``, the files in
        the order of ``result.output``, sizes in bytes
    :raises DestinationExistsError: if the result stands already and ``if_exists`` is ``fail``
    :raises DownloadError: if a file could not be had; its subclasses tell apart unsafe and expired URLs,
        content that is no picture or video, and files that are too large
    :raises InvalidDestinationError: if the destination cannot be what was given
    :raises ModelsLabError: if the store failed
    """
    options = options or SaveOptions()
    try:
        path = as_path(destination) / folder_name(folder or result.id)
        return _Saving(result, Store(path, largest=options.max_file_size), options, log).run()
    except ModelsLabError:
        count_failed_save()
        raise


@dataclass(frozen=True)
class _Saving:
    result: FaceSwapResult
    store: Store
    options: SaveOptions
    log: logging.Logger

    def run(self) -> dict[str, Any]:
        files: list[SavedFile] | None = self._of_store(self._standing)
        if files is not None:
            self.log.info("Request %s is saved already: %s", self.result.id, self.store.uri(manifest.NAME))
        else:
            begun = time.monotonic()
            files = self._transferred()
            content = manifest.build(self.result, files)
            self._of_store(lambda: self.store.write(manifest.NAME, content, manifest.CONTENT_TYPE))
            for name in (*(file.name for file in files), manifest.NAME):
                self.store.report(name)
            count_saved([file.size for file in files], time.monotonic() - begun)
        self.store.tidy()
        return {"files": [file.as_xcom() for file in files], "manifest": self.store.uri(manifest.NAME)}

    def _standing(self) -> list[SavedFile] | None:
        """Return what stands whole already, or clear the way: no manifest stands beside half a result."""
        found = self.store.read(manifest.NAME)
        if found is None:
            return None
        if self.options.if_exists == "fail":
            raise DestinationExistsError(
                f"Request {self.result.id} is saved already: {self.store.uri(manifest.NAME)} stands. "
                "Remove its folder, choose another destination, or set if_exists to 'skip' or 'overwrite'.",
                request_id=self.result.id,
            )
        files = manifest.read(found, self.result, self.store.uri)
        if self.options.if_exists == "skip" and files is not None and manifest.stands(files, self.store.size):
            return files
        self.store.remove(manifest.NAME)
        return None

    def _transferred(self) -> list[SavedFile]:
        if not self.options.thumbnails:
            return self._transfer()
        from airflow_provider_modelslab.saving.thumbnails import with_thumbnails

        return with_thumbnails(self._transfer(), self.store, self.log)

    def _transfer(self) -> list[SavedFile]:
        """Save all files, several at a time; the first failure ends the others."""
        from airflow_provider_modelslab.saving.save_file import FileSaver
        from airflow_provider_modelslab.saving.ssrf_guard import GuardedSession

        stems, stop, options = plan_stems(self.result.output), Event(), self.options
        threads = min(options.parallel, max(len(stems), 1))
        with (
            GuardedSession(allow_private=options.allow_private, parallel=threads) as session,
            ThreadPoolExecutor(threads, thread_name_prefix="saving") as pool,
        ):
            saver = FileSaver(self.store, session, options.max_file_size, self.log)
            tasks = [pool.submit(self._save_one, saver, at, stem, stop) for at, stem in enumerate(stems)]
            try:
                wait(tasks, return_when=FIRST_EXCEPTION)
            finally:  # also when the task is ended from outside
                stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
        return _results(tasks)

    def _save_one(self, saver: Any, at: int, stem: str, stop: Event) -> SavedFile:
        budget = RetryBudget(self.options.timeout, self.options.url_patience, stop, self.log)
        budget.check()
        what = f"Request {self.result.id}, file {at + 1} of {len(self.result.output)}"
        sources = list(
            dict.fromkeys(filter(None, (self.result.output[at], *self.result.proxy_links[at : at + 1])))
        )
        try:
            saved: SavedFile = self._of_store(lambda: saver.save(what, stem, sources, budget))
        except DownloadError as error:
            raise _explained(what, error, budget).with_facts(request_id=self.result.id) from error
        self.log.info("Saved %s (%d bytes, %s)", saved.uri, saved.size, saved.content_type)
        return saved

    def _of_store(self, act: Callable[[], Any]) -> Any:
        """Do what uses the store; whatever its library raises is told as the store's failure."""
        try:
            return act()
        except (ModelsLabError, StoppedError):
            raise
        except Exception as error:
            unnamed = without_connection(self.store.uri("").removesuffix(f"{folder_name(self.result.id)}/"))
            raise ModelsLabError(
                f"Request {self.result.id}: {self.store.uri('')} could not be read or written: "
                f"{describe_failure(error)}. Nothing partial was left; see to the store and run the task "
                f"again. {unnamed}".rstrip(),
                request_id=self.result.id,
            ) from error


def _explained(what: str, error: DownloadError, budget: RetryBudget) -> DownloadError:
    """Return the error with its file, with how often and how long that was tried, and with what to do."""
    hint = next(text for kind, text in _NEXT.items() if isinstance(error, kind))
    tries = f" ({budget.tries} {'try' if budget.tries == 1 else 'tries'} in {budget.elapsed:.3g} s)"
    tried = tries if budget.tries and not isinstance(error, (FileTooLargeError, UnsafeUrlError)) else ""
    return error.with_text(f"{what}: {str(error).rstrip('.')}{tried}. {hint}")


def _results(tasks: Sequence[Future[SavedFile]]) -> list[SavedFile]:
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StoppedError):
            raise error
    return [task.result() for task in tasks]
