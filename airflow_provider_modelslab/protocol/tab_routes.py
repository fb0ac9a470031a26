"""Where the pages of this provider are: names that the plugin, links and forms share. Pure."""

from __future__ import annotations

from urllib.parse import quote

PREFIX = "modelslab"  # of all routes, below the address of the API server
TASK_TAB = "face-swap"  # the tab on a task instance, in Airflow's addresses
RUN_TAB = "face-swaps"  # on a Dag run
APPROVAL_XCOM = "face_swaps"  # results that a task shows beside its own value
ERROR_XCOM = "error"  # what a try that failed has said
LINK_XCOM = "_link_modelslab_face_swap"  # the address of the tab, as Airflow stores what an extra link gives

OPERATORS = (
    "FaceSwapApprovalOperator",
    "FaceSwapOperator",
    "FaceSwapResultOperator",
    "FaceSwapResultSensor",
    "FaceSwapSelectionOperator",
)


def run_path(dag_id: str, run_id: str) -> str:
    """Return the path of a run's contact sheet, below the address of the API server, without a slash before.

    :param dag_id: of the Dag
    :param run_id: of the run; any text
    """
    return f"{PREFIX}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def task_path(dag_id: str, run_id: str, task_id: str, map_index: int | None) -> str:
    """Return the path of a task instance's page, likewise.

    :param dag_id: of the Dag
    :param run_id: of the run
    :param task_id: of the task
    :param map_index: of a mapped task; -1 or None of any other
    """
    index = -1 if map_index is None else map_index
    return f"{run_path(dag_id, run_id)}/tasks/{quote(task_id, safe='')}/{index}"


def file_path(task: str, result: int, file: int, *, thumbnail: bool = False) -> str:
    """Return the path of a file.

    :param task: of ``task_path``
    :param result: the position of the result in the task's value
    :param file: the position of the file in the result
    :param thumbnail: a small picture of it
    """
    return f"{task}/results/{result}/files/{file}{'/thumbnail' if thumbnail else ''}"


def input_path(task: str, result: int, name: str) -> str:
    """Return the path of a picture that was submitted.

    :param task: of ``task_path``
    :param result: the position of the result in the task's value
    :param name: the argument that it was given as, such as ``face``
    """
    return f"{task}/results/{result}/inputs/{name}"
