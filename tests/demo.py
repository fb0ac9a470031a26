"""`python3 -m tests.demo`: the main job, seen from outside.

Real Airflow runs the example DAG `modelslab_wait_and_save`: it waits for a face swap, deferred, and saves the
files into a folder. With MODELSLAB_API_KEY and MODELSLAB_REQUEST_ID in the environment it is a face swap of
yours at ModelsLab; without, the stand-in server of the tests plays ModelsLab, and draws what is swapped.
--keep leaves Airflow running, so that its web page shows them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests import ROOT
from tests.nox import ENVIRONMENTS, add_python, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running import AirflowHome, Components, Run
    from tests.support.standin import StandInProcess

DAG_FILE = ROOT / "dags_examples" / "wait_and_save.py"
DAG_ID = "modelslab_wait_and_save"
TASK_ID = "save_face_swap"
FOLDER = ROOT / ".airflow"
STANDIN_KEY = "demo-key"
#: Ben's face, and whose hair, clothes and surroundings are around it.
STANDIN_FILES = (("jpg", "ben+hugo"), ("png", "ben+anna"), ("mp4", "ben+david"))
STANDIN_JOB = {
    "id": "101",
    "duration": 6,  # as the worker waits for what promises to be done in 5, and here it is to defer
    "eta": "exact",
    "starts": "first_look",
    "files": [{"kind": kind, "draws": draws} for kind, draws in STANDIN_FILES],
}
STATES_LIMIT = 45 * 60
#: When the demo began, handed on to the process that it becomes; the clock is the same for all processes.
BEGIN = float(os.environ.setdefault("MODELSLAB_DEMO_BEGIN", str(time.monotonic())))


def say(text: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"[{time.monotonic() - BEGIN:5.1f} s] {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Job:
    """The face swap to wait for, and the connection to where it is."""

    request_id: str
    connection: dict[str, Any]
    standin: StandInProcess | None = None


def main() -> None:
    """Run the demo, in an environment that has Airflow."""
    options = _options()
    _check_key()
    if ENVIRONMENTS not in Path(sys.prefix).parents:
        say("making the environment, or looking whether it is as it should be")
        python = environment(f"demo-{options.python}")
        os.chdir(ROOT)
        os.execv(python, [str(python), "-m", "tests.demo", *sys.argv[1:]])
    with _clean_end():
        _demo(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python3 -m tests.demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_python(parser)
    parser.add_argument(
        "--keep", action="store_true", help="leave Airflow running, with its web page, until Ctrl-C"
    )
    parser.add_argument("--destination", help="where to save (default: .airflow/files in the checkout)")
    return parser.parse_args()


def _check_key() -> None:
    if os.environ.get("MODELSLAB_API_KEY") and not os.environ.get("MODELSLAB_REQUEST_ID"):
        sys.exit(
            "MODELSLAB_API_KEY is set, so this waits for a real face swap: name it in MODELSLAB_REQUEST_ID"
            " (the id that the submit call gave), or unset MODELSLAB_API_KEY to have the stand-in server."
        )


@contextlib.contextmanager
def _clean_end() -> Iterator[None]:
    """Turn Ctrl-C, a closed terminal and failures into a clear last line, after everything was stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
    except (RuntimeError, TimeoutError, OSError, AssertionError) as error:
        _show_trouble(error)
        sys.exit(1)


def _demo(options: argparse.Namespace) -> None:
    from tests.support.demo_report import report
    from tests.support.running import Components

    files = FOLDER / "files"
    destination = options.destination or files.as_uri()
    with _job() as job:
        if job.standin:
            shutil.rmtree(files, ignore_errors=True)
        home = _home(destination).connect(**job.connection).add_dag(DAG_FILE)
        say("starting Airflow: web server, scheduler, DAG processor and triggerer")
        with Components(home, timeout=180) as airflow:
            run = _run(airflow, job, destination)
            report(run, TASK_ID, job, home)
            if options.keep:
                _wait_for_ctrl_c(airflow, run)
            say("stopping Airflow")
    if run.state != "success":
        sys.exit(1)


def _home(destination: str) -> AirflowHome:
    """A new Airflow home, whose database is a copy of the first one that this environment has made."""
    from tests.support.running import AirflowHome

    shutil.rmtree(FOLDER / "home", ignore_errors=True)
    template = Path(sys.prefix) / f"database-{version('apache-airflow')}"
    env = {"AIRFLOW__MODELSLAB__PREVIEW_ROOTS": destination, "AIRFLOW__MODELSLAB__PREVIEW_TAB": "on"}
    if (template / "airflow.db").exists():
        return AirflowHome(FOLDER / "home", template, env)
    say("making Airflow's database")
    home = AirflowHome(FOLDER / "home", env=env).migrate()
    template.mkdir(exist_ok=True)
    shutil.copy(home.path / "airflow.db", template / "unfinished")
    (template / "unfinished").replace(template / "airflow.db")
    return home


@contextlib.contextmanager
def _job() -> Iterator[Job]:
    """The face swap of the person's own, or one in a stand-in server that runs until the end of the block."""
    key = os.environ.get("MODELSLAB_API_KEY")
    if key:
        host = os.environ.get("MODELSLAB_HOST", "https://modelslab.com")
        say(f"waiting for the face swap {os.environ['MODELSLAB_REQUEST_ID']} at {host}")
        yield Job(os.environ["MODELSLAB_REQUEST_ID"], {"host": host, "password": key})
        return
    from tests.support.standin import StandInProcess

    server = StandInProcess(STANDIN_KEY, options=["--jobs", json.dumps([STANDIN_JOB])])
    with _deaf_to_ctrl_c(server):
        say(f"no MODELSLAB_API_KEY is set: a stand-in for ModelsLab runs at {server.url}")
        connection = {"host": server.url, "password": STANDIN_KEY, "extra": {"allow_private_downloads": True}}
        yield Job(str(STANDIN_JOB["id"]), connection, server)


@contextlib.contextmanager
def _deaf_to_ctrl_c(server: StandInProcess) -> Iterator[StandInProcess]:
    """Start the stand-in so that Ctrl-C, which the terminal sends to all, leaves it to us to end it."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with server:
        signal.signal(signal.SIGINT, handler)
        yield server


def _run(airflow: Components, job: Job, destination: str) -> Run:
    """Run the DAG to its end, telling each change of state."""
    run = airflow.trigger(DAG_ID, {"request_id": job.request_id, "destination": destination})
    say(f"Airflow is up; run {run.run_id} of {DAG_ID} begins, request_id {job.request_id}")
    last = None
    deadline = time.monotonic() + STATES_LIMIT
    while not run.finished and time.monotonic() < deadline:
        state = run.task_states().get(TASK_ID) or "not yet scheduled"
        if state != last:
            say(f"task {TASK_ID}: {state}")
        last = state
        time.sleep(0.2)
    say(f"run {run.state}")
    return run


def _wait_for_ctrl_c(airflow: Components, run: Run) -> None:
    user, password = airflow.login
    task = f"{airflow.url}/dags/{DAG_ID}/runs/{quote(run.run_id, safe='')}/tasks/{TASK_ID}"
    print(f"See it: {task}/plugin/face-swap")
    print(
        f"Airflow stays up at {airflow.url}/ - user {user}, password {password}. Ctrl-C ends it.", flush=True
    )
    while True:
        time.sleep(1)


def _show_trouble(error: Exception) -> None:
    from tests.support.running.api import errors_in

    for log in sorted((FOLDER / "home").glob("*.log")):
        print(f"\nFrom {log}:\n{errors_in(log.read_text(errors='replace'), most=15)}", file=sys.stderr)
    print(f"\nThe demo failed: {error}\nAll logs are in {FOLDER / 'home'}", file=sys.stderr)


if __name__ == "__main__":
    main()
