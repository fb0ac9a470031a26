"""Where the pages of this provider are, for the plugin that has them and for all that links to them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

PREFIX = "modelslab"  # of all routes, below the address of the API server
TASK_TAB = "face-swap"  # the tab on a task instance, in Airflow's addresses
RUN_TAB = "face-swaps"  # on a Dag run

REQUEST_XCOM = "id"  # what a task has submitted
#: The XComs that the pages read, beside a task's own value.
COMPLETED_XCOM = "completed"  # results that are there while others are not
SHOWN_XCOM = "face_swaps"  # results that a task only asks about
DECISION_XCOM = "decision"  # who chose what, and when
BATCH_XCOM = "batch"  # the numbers of a batch that has failed, which are else its value
ERROR_XCOM = "error"  # what a try that failed has said
LINK_XCOM = "_link_modelslab_face_swap"  # the address of the tab, as Airflow keeps what an extra link gives

ASKING = ("FaceSwapApprovalOperator", "FaceSwapSelectionOperator")
OPERATORS = (
    *ASKING,
    "FaceSwapBatchOperator",
    "FaceSwapOperator",
    "FaceSwapResultOperator",
    "FaceSwapResultSensor",
)


def segment(text: str) -> str:
    """Return an id, which may be any text, as one part of an address."""
    return quote(text, safe="")


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
        return f"{PREFIX}/{self._run}"

    @property
    def task(self) -> str:
        """The page that shows all of the task's results."""
        return f"{self.run}/tasks/{segment(self.task_id)}/{self.map_index}"

    @property
    def tab(self) -> str:
        """Airflow's own page of the task instance, with the tab open."""
        mapped = f"/mapped/{self.map_index}" if self.map_index >= 0 else ""
        return f"{self._run}/tasks/{segment(self.task_id)}{mapped}/plugin/{TASK_TAB}"

    def file(self, result: int, file: int) -> str:
        """A file, by the positions of the result and the file in it."""
        return f"{self.task}/results/{result}/files/{file}"

    def thumbnail(self, result: int, file: int) -> str:
        """The small picture of a file."""
        return f"{self.file(result, file)}/thumbnail"

    def input(self, result: int, name: str) -> str:
        """What a face swap was made of, such as its ``face``."""
        return f"{self.task}/results/{result}/inputs/{segment(name)}"

    @property
    def _run(self) -> str:
        return f"dags/{segment(self.dag_id)}/runs/{segment(self.run_id)}"
