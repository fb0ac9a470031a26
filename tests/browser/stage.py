"""The Airflow that the browser looks at, with a stand-in for ModelsLab and runs of the Dags in `dags`."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from tests import ROOT
from tests.browser.drawn import serving, write_film
from tests.support.running import AirflowHome, Run, Standalone
from tests.support.standin import BRIEF, Media, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Whose face goes where; see the stand-in's `faces`.
FACE = "ben"
ADMIN, VIEWER, STRANGER = "admin", "viewer", "stranger"
EXAMPLE = "modelslab_swap_and_approve"
#: The states of a task that asks a person; the former since Airflow 3.3.
ASKING = "awaiting_input|deferred"
MESSAGE = "No face was found in the picture"
_USERS = f"{ADMIN}:admin,{VIEWER}:viewer,{STRANGER}:"  # the last one has no role, and so may nothing


@dataclass(frozen=True)
class Task:
    """A task instance, and where Airflow's UI has it."""

    run: Run
    task_id: str
    map_index: int = -1

    @property
    def path(self) -> str:
        """Of its page in Airflow."""
        mapped = f"/mapped/{self.map_index}" if self.map_index >= 0 else ""
        return f"{run_path(self.run)}/tasks/{self.task_id}{mapped}"

    @property
    def own_page(self) -> str:
        """The path of the plugin's page."""
        return f"{own_sheet(self.run)}/tasks/{self.task_id}/{self.map_index}"


def run_path(run: Run) -> str:
    """Where Airflow's UI has a run."""
    return f"/dags/{run.dag_id}/runs/{quote(run.run_id, safe='')}"


def own_sheet(run: Run) -> str:
    """The path of the plugin's page of a run."""
    return f"/modelslab{run_path(run)}"


class Stage:
    """An Airflow that runs, and what is in it.

    :param airflow: the Airflow
    :param standin: plays ModelsLab
    :param folder: with `files` in it, which may be shown, and `elsewhere`, which may not
    """

    def __init__(self, airflow: Standalone, standin: StandIn, folder: Path) -> None:
        self.airflow, self.standin, self.folder = airflow, standin, folder
        self.url, self.netloc = airflow.url, urlsplit(airflow.url).netloc

    @property
    def files(self) -> Path:
        """Below it files may be shown."""
        return self.folder / "files"

    @property
    def published(self) -> Path:
        """What the example Dag publishes."""
        return self.folder / "published" / "picture.jpg"

    def begin(self, dag_id: str, **conf: Any) -> Run:
        """Begin a run, whose results go below what may be shown."""
        conf = {"destination": f"{self.files.as_uri()}/saved", "face": uri(self.files, FACE)} | conf
        return self.airflow.trigger(dag_id, conf, timeout=120)

    def states(self, run: Run) -> dict[str, str | None]:
        """The state of each task instance, named as `Run.task_states` does; asked of the API."""
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{quote(run.run_id, safe='')}/taskInstances"
        found = self.airflow.api.call("GET", path)["task_instances"]
        return {_name(each): each["state"] for each in found}

    def xcom(self, task: Task, key: str = "return_value") -> Any:
        """What a task has passed on, asked of the API."""
        run = f"/api/v2/dags/{task.run.dag_id}/dagRuns/{quote(task.run.run_id, safe='')}"
        path = f"{run}/taskInstances/{task.task_id}/xcomEntries/{key}?map_index={task.map_index}"
        value = self.airflow.api.call("GET", path)["value"]
        return json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value

    def wait(self, run: Run, **states: str) -> None:
        """Wait until tasks are in the states; ``swap__0`` is the mapped task ``swap[0]``."""
        wanted = {_spelled(name): state.split("|") for name, state in states.items()}

        def reached() -> bool:
            try:
                found = self.states(run)
            except OSError:  # a busy machine
                return False
            return all(found.get(name) in state for name, state in wanted.items())

        self.airflow.wait_for(reached, 240, f"{run.dag_id} to reach {wanted}")


def _name(found: dict[str, Any]) -> str:
    index = found["map_index"]
    return found["task_id"] if index < 0 else f"{found['task_id']}[{index}]"


def _spelled(name: str) -> str:
    task_id, _, index = name.partition("__")
    return f"{task_id}[{index}]" if index else task_id


@contextmanager
def stage(folder: Path, template: Path | None, targets: Sequence[str], path: str = "") -> Iterator[Stage]:
    """An Airflow that runs until the end of the block.

    :param folder: for its home and all files; a real path, since the pages follow links
    :param template: a home with a migrated database
    :param targets: the persons that get a face
    :param path: of the address that Airflow is at, without a slash at its end
    """
    files = folder / "files"
    files.mkdir()
    for person in {FACE, *targets}:
        (files / f"{person}.jpg").write_bytes(Media("jpg", draws=person).whole())
    with StandIn() as standin, Standalone(_home(folder, template, standin, targets), 300, path) as airflow:
        yield Stage(airflow, standin, folder)


def uri(files: Path, person: str) -> str:
    """Of the portrait of a person."""
    return (files / f"{person}.jpg").as_uri()


def _home(folder: Path, template: Path | None, standin: StandIn, targets: Sequence[str]) -> AirflowHome:
    files = folder / "files"
    env = {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": _USERS,
        "AIRFLOW__MODELSLAB__PREVIEW_ROOTS": f"{files.as_uri()}/",
        "BROWSER_TARGETS": json.dumps([uri(files, person) for person in targets]),
    }
    home = AirflowHome(folder / "airflow", template, env)
    home.connect(host=standin.url, password=standin.key, extra={"allow_private_downloads": True})
    home.add_dag(Path(__file__).with_name("dags.py"), "browser_dags.py")
    return home.add_dag(ROOT / "dags_examples" / "swap_and_approve.py")


@dataclass(frozen=True)
class Runs:
    """Runs that have all that the pages can show."""

    catalogue: Run
    explained: Run
    example: Run


@contextmanager
def runs_on(stage: Stage) -> Iterator[Runs]:
    """Begin the runs, and wait until they have come as far as they do without a person."""
    (stage.folder / "film").mkdir()
    stage.published.parent.mkdir()
    write_film(stage.folder / "film" / "noise.mp4")
    example = stage.begin(EXAMPLE, image=uri(stage.files, "anna"), publish_as=stage.published.as_uri())
    catalogue = stage.begin("catalogue")
    with serving(stage.folder / "film") as url:
        explained = stage.begin("explained", **_jobs(stage, url))
        stage.wait(explained, film="success", reject=ASKING, waiting="deferred", sensed="success")
    stage.wait(explained, failing="failed", elsewhere="success", other="success")
    stage.wait(catalogue, swap__0="success", swap__1="success", choose=ASKING)
    stage.wait(example, approve=ASKING)
    yield Runs(catalogue, explained, example)


def _jobs(stage: Stage, url: str) -> dict[str, Any]:
    add = stage.standin.add_job
    done = [add(files=[{"kind": "jpg", "draws": f"{FACE}+{who}"}]) for who in ("carla", "david")]
    return {
        "film": add(**BRIEF, output=[f"{url}/noise.mp4"]),
        "several": [*done, add(duration=6000)],
        "bad": add(**BRIEF, ending="failed", message=MESSAGE),
        "good": add(**BRIEF, files=["jpg", "png"]),
        "elsewhere": (stage.folder / "elsewhere").as_uri(),
    }
