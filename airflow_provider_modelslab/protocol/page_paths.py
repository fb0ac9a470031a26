"""Where the pages of this provider are, for the plugin that has them and for all that links to them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

PREFIX = "modelslab"  # of all routes, below the address of the API server
TASK_TAB = "face-swap"  # the tab on a task instance, in Airflow's addresses
RUN_TAB = "face-swaps"  # on a Dag run

#: The XComs that the pages read, beside a task's own value.
SHOWN_XCOM = "face_swaps"  # results that a task only asks about
DECISION_XCOM = "decision"  # who chose what, and when
ERROR_XCOM = "error"  # what a try that failed has said
LINK_XCOM = "_link_modelslab_face_swap"  # the address of the tab, as Airflow keeps what an extra link gives

ASKING = ("FaceSwapApprovalOperator", "FaceSwapSelectionOperator")
OPERATORS = (*ASKING, "FaceSwapOperator", "FaceSwapResultOperator", "FaceSwapResultSensor")


@dataclass(frozen=True)
class TaskPages:
    """The paths of a task instance's pages, relative to Airflow's base URL: without a slash at the start.

    :param map_index: -1 for a task that is not mapped
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1

    @property
    def run(self) -> str:
        """The contact sheet of the run."""
        return f"{PREFIX}/dags/{quote(self.dag_id, safe='')}/runs/{quote(self.run_id, safe='')}"

    @property
    def task(self) -> str:
        """The page that shows all of the task's results."""
        return f"{self.run}/tasks/{quote(self.task_id, safe='')}/{self.map_index}"

    def file(self, result: int, file: int) -> str:
        """A file, by the positions of the result and the file in it."""
        return f"{self.task}/results/{result}/files/{file}"

    def thumbnail(self, result: int, file: int) -> str:
        """The small picture of a file."""
        return f"{self.file(result, file)}/thumbnail"

    def input(self, result: int, name: str) -> str:
        """What a face swap was made of, such as its ``face``."""
        return f"{self.task}/results/{result}/inputs/{quote(name, safe='')}"
