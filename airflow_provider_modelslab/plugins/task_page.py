"""The page of a task instance, as words and links: what the template only lays out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from airflow_provider_modelslab.plugins import explanations
from airflow_provider_modelslab.plugins.explanations import Explanation
from airflow_provider_modelslab.plugins.places import NotShownError, Reason
from airflow_provider_modelslab.plugins.stored_result import StoredFile, StoredResult
from airflow_provider_modelslab.plugins.task_record import TaskRecord
from airflow_provider_modelslab.protocol.page_paths import segment
from airflow_provider_modelslab.protocol.preview_roots import is_below
from airflow_provider_modelslab.protocol.redact import without_query
from airflow_provider_modelslab.saving.progress import readable

FILES_A_PAGE = 48
Loaded = Mapping[int, StoredResult | NotShownError]  # by the result's position in the task's value


@dataclass(frozen=True)
class ShownFile:
    """A picture or film on a page; addresses are relative to it.

    :param uri: where it lies, of what was submitted
    """

    name: str
    is_film: bool
    href: str
    thumbnail: str | None
    alt: str
    facts: tuple[str, ...] = ()
    sha256: str = ""
    uri: str = ""


@dataclass(frozen=True)
class ShownResult:
    """A result on a page."""

    request_id: str
    facts: tuple[str, ...] = ()
    inputs: tuple[ShownFile, ...] = ()
    files: tuple[ShownFile, ...] = ()
    explanation: Explanation | None = None


@dataclass(frozen=True)
class ShownTask:
    """What is told of a task instance itself."""

    name: str
    state: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class TaskPage:
    """The page of a task instance.

    :param run: the address of the run's contact sheet
    :param page: the number of this page, from 1
    :param pages: how many there are
    """

    task: ShownTask
    run: str
    results: tuple[ShownResult, ...]
    explanation: Explanation | None
    page: int
    pages: int


@dataclass(frozen=True)
class Slots:
    """What stands on a page.

    :param files: positions of files, by that of the result
    :param page: the number of the page, from 1
    :param pages: how many there are
    """

    files: Mapping[int, range]
    page: int
    pages: int


def slots_of(record: TaskRecord, page: int) -> Slots:
    """Return what stands on a page; a result without files takes a place too."""
    first, last = (page - 1) * FILES_A_PAGE, page * FILES_A_PAGE
    files: dict[int, range] = {}
    begin = 0
    for position, result in enumerate(record.results):
        count = max(len(files_of(result)), 1)
        on_page = range(max(first - begin, 0), min(last - begin, count))
        if on_page:
            files[position] = on_page
        begin += count
    return Slots(files, page, max(-(-begin // FILES_A_PAGE), 1))


def build_task_page(
    record: TaskRecord, loaded: Loaded, slots: Slots, roots: Iterable[str], now: datetime
) -> TaskPage:
    """Return the page.

    :param record: the task instance
    :param loaded: what the manifests say, or why not, of the results on the page
    :param slots: what stands on it
    :param roots: what may be shown
    :param now: the time
    """
    roots = tuple(roots)
    base = f"./{record.map_index}"
    results = [
        build_result(record.results[at], loaded.get(at), files, f"{base}/results/{at}", roots)
        for at, files in slots.files.items()
    ]
    since = f" since {moment(record.started)} ({length(now - record.started)})" if record.started else ""
    explanation = explanations.of_task(record, since, roots)
    run = f"../../../{segment(record.run_id)}"
    return TaskPage(build_task(record), run, tuple(results), explanation, slots.page, slots.pages)


def build_task(record: TaskRecord) -> ShownTask:
    """Return what is told of a task instance."""
    mapped = f" [{record.map_index}]" if record.map_index >= 0 else ""
    facts = [f"begun {moment(record.started)}"] if record.started else []
    if record.started and record.ended:
        facts.append(f"took {length(record.ended - record.started)}, wait included")
    state = (record.state or "not yet scheduled").replace("_", " ")
    return ShownTask(f"{record.task_id}{mapped}", state, tuple(facts))


def build_result(
    value: Mapping[str, Any],
    loaded: StoredResult | NotShownError | None,
    files: Iterable[int],
    address: str,
    roots: tuple[str, ...],
) -> ShownResult:
    """Return a result as it is shown.

    :param value: as the task's value has it
    :param loaded: what its manifest says, or why not
    :param files: positions of the files to be shown
    :param address: of the result's files, from the page that shows it
    :param roots: what may be shown
    """
    request_id, uri = str(value["id"])[:200], value.get("manifest")
    if uri is None:
        return ShownResult(request_id, explanation=explanations.of_unsaved(value))
    if not isinstance(loaded, StoredResult):
        error = loaded or NotShownError(Reason.GONE)
        return ShownResult(
            request_id, explanation=explanations.of_error(error, request_id, str(uri)[:1000], roots)
        )
    shown = [_file(loaded, position, address) for position in files if position < len(loaded.files)]
    inputs = [_input(name, uri, loaded.id, address, roots) for name, uri in loaded.inputs.items()]
    return ShownResult(loaded.id, _result_facts(loaded), tuple(inputs), tuple(shown))


def files_of(result: Mapping[str, Any]) -> list[Any]:
    """Return the files that a task's value names of a result."""
    files = result.get("files")
    return files if isinstance(files, list) else []


def _result_facts(result: StoredResult) -> tuple[str, ...]:
    seconds, consent = result.generation_time, result.consent_reference
    facts = (f"generated in {seconds:.3g} s" if seconds else "", consent and f"consent: {consent}")
    return (*filter(None, facts), result.uri)


def _file(result: StoredResult, at: int, address: str) -> ShownFile:
    file = result.files[at]
    href = f"{address}/files/{at}"
    flag = "found not safe for work" if at in result.flagged else ""
    facts = (readable(file.size), file.content_type, dimensions(file), flag)
    kind = "film" if file.is_film else "picture"
    return ShownFile(
        file.name,
        file.is_film,
        href,
        f"{href}/thumbnail" if file.thumbnail else None,
        f"Result of face swap {result.id}: {kind} {at + 1} of {len(result.files)}, {file.name}",
        tuple(filter(None, facts)),
        file.sha256,
    )


_LABELS = {"face": "face", "image": "target", "video": "target", "reference_image": "face replaced"}


def _input(name: str, uri: str, request_id: str, address: str, roots: tuple[str, ...]) -> ShownFile:
    label = _LABELS[name]
    href = f"{address}/inputs/{name}" if is_below(uri, roots) else ""
    alt = f"Submitted for face swap {request_id}: {label}"
    shown = without_query(uri)[:300]
    return ShownFile(label, name == "video", href, None, alt, (shown.rpartition("/")[2],), uri=shown)


def dimensions(file: StoredFile) -> str:
    """Return, for instance, ``640 x 480`` or ``640 x 480, 4.0 s``."""
    times = "\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}"
    size = f"{file.width}{times}{file.height}" if file.width and file.height else ""
    return ", ".join(filter(None, (size, f"{file.duration:.1f}\N{NO-BREAK SPACE}s" if file.duration else "")))


def moment(when: datetime) -> str:
    """Return a time for a reader."""
    return f"{when:%Y-%m-%d %H:%M:%S} {when.tzname() or 'UTC'}"


def length(span: timedelta) -> str:
    """Return, for instance, ``3 min 20 s``."""
    seconds = max(span.total_seconds(), 0)
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, hours = int(seconds) // 60, int(seconds) // 3600
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min {int(seconds) % 60} s"
