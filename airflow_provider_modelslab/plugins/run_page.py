"""The contact sheet of a Dag run: all its face swaps, each leading to its task. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from airflow_provider_modelslab.plugins import explanations
from airflow_provider_modelslab.plugins.explanations import Explanation
from airflow_provider_modelslab.plugins.task_page import (
    Loaded,
    ShownFile,
    ShownTask,
    build_result,
    build_task,
    files_of,
)
from airflow_provider_modelslab.plugins.task_record import TaskRecord
from airflow_provider_modelslab.protocol.page_paths import segment

TASKS_A_PAGE = 24
PICTURES = 4  # of a task
Roots = tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """A task instance on the sheet.

    :param href: its page
    :param pictures: some of what it has saved
    :param more: how many files are not among them
    """

    task: ShownTask
    href: str
    pictures: tuple[ShownFile, ...]
    more: int
    explanation: Explanation | None


@dataclass(frozen=True)
class RunPage:
    """The contact sheet."""

    dag_id: str
    run_id: str
    tasks: tuple[Card, ...]
    total: int
    page: int
    pages: int


def build_run_page(
    run: tuple[str, str], tasks: Iterable[tuple[TaskRecord, Loaded]], total: int, page: int, roots: Roots
) -> RunPage:
    """Return the page.

    :param run: ids of the Dag and of the run
    :param tasks: the task instances on the page, each with what its manifests say
    :param total: how many there are in all
    :param page: its number
    :param roots: what may be shown
    """
    shown = tuple(_card(record, loaded, roots) for record, loaded in tasks)
    return RunPage(*run, shown, total, page, max(-(-total // TASKS_A_PAGE), 1))


def _card(record: TaskRecord, loaded: Loaded, roots: Roots) -> Card:
    href = f"./{segment(record.run_id)}/tasks/{segment(record.task_id)}/{record.map_index}"
    results = [
        build_result(value, loaded.get(at), range(PICTURES), f"{href}/results/{at}", roots)
        for at, value in enumerate(record.results[:PICTURES])
    ]
    pictures = [file for result in results for file in result.files if file.thumbnail or not file.is_film]
    shown = tuple(pictures[:PICTURES])
    total = sum(len(files_of(value)) for value in record.results)
    problems = [result.explanation for result in results if result.explanation]
    explanation = explanations.of_task(record, "", roots) or next(iter(problems), None)
    return Card(build_task(record), href, shown, max(total - len(shown), 0), explanation)
