"""Where the pages and pictures of a task are, in links from another page of Airflow's UI. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

XCOM_KEY = "face_swaps"  # of the XCom with the results that a task only asks about, which its pages show


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
    def task(self) -> str:
        """The page that shows all of the task's results."""
        ids = (self.dag_id, self.run_id, self.task_id)
        dag, run, task = (quote(each, safe="") for each in ids)
        return f"modelslab/dags/{dag}/runs/{run}/tasks/{task}/{self.map_index}"

    def file(self, result: int, file: int) -> str:
        """A file, by the positions of the result and the file in it."""
        return f"{self.task}/results/{result}/files/{file}"

    def thumbnail(self, result: int, file: int) -> str:
        """The small picture of a file."""
        return f"{self.file(result, file)}/thumbnail"

    def input(self, result: int, name: str) -> str:
        """What a face swap was made of, such as its ``face``."""
        return f"{self.task}/results/{result}/inputs/{quote(name, safe='')}"
