"""Brings the work into flight, kills a worker and a triggerer, and lets everything end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.plugins.saved import picture
from tests.saving.buckets import S3Bucket
from tests.saving.servers import s3_process
from tests.stress.distributed.checks import Row, check
from tests.stress.distributed.dags import BATCH, DAG_ID, dag_file
from tests.support.running import AirflowHome
from tests.support.running.distributed import SETTINGS, TRIGGERERS, Distributed
from tests.support.running.postgres import Postgres
from tests.support.running.redis import Redis
from tests.support.standin import StandInProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Run

STORE = "store"  # the connection
RECORD = re.compile(r"catalogue/[^/]+/swap-[0-9a-f]+\.json")  # of what the batch has submitted
ENDLESS = 24 * 3600.0  # seconds: a job ends when it is told to
SLOW = 30.0  # seconds that a file takes until something is killed


@dataclass(frozen=True)
class Options:
    """How much of everything.

    :param waits: ids that sensors wait for
    :param saves: ids whose files are saved
    :param swaps: face swaps with a task of their own
    :param pictures: face swaps of the batch
    :param size: bytes of each result
    :param limit: seconds that one step may take
    """

    waits: int = 20
    saves: int = 12
    swaps: int = 12
    pictures: int = 60
    size: int = 200_000
    limit: float = 300.0


@dataclass
class Stage:
    """What is in flight.

    :param options: how much
    :param airflow: the Airflow
    :param server: the stand-in for ModelsLab
    :param bucket: where the pictures are, and the files go
    """

    options: Options
    airflow: Distributed
    server: StandInProcess
    bucket: S3Bucket
    run: Run | None = None
    killed: str = ""
    seconds: float = 0.0  # from the kill to the end of everything
    problems: list[str] = field(default_factory=list)

    def begin(self) -> Run:
        """Bring everything into flight: all is submitted, and both triggerers have waits."""
        self.run = self.airflow.trigger(DAG_ID)
        self.airflow.wait(self.run, self.options.limit, self._all_in_flight, "the triggerers")
        return self.run

    def kill(self) -> None:
        """Let all but half of the waits and saves end, and kill who is in the middle of saving them."""
        assert self.run is not None
        self.server.fault("file", drip=self.options.size / SLOW, times="always")
        waits, saves = ids_of(self.options)
        self.finish([*waits[::2], *saves[::2], *self.submitted()])
        self.airflow.wait(self.run, self.options.limit, self._saves_batch, "the middle of the batch")
        worker, held = self.airflow.worker_of(self.run, BATCH), self._held()
        tasks = len(self.airflow.running(self.run) & self.airflow.pids(worker))
        self.airflow.kill_one(worker)
        self.airflow.kill_one(TRIGGERERS[0])
        self.killed = f"{worker} with {tasks} tasks, one of two triggerers that held {held}"
        self.server.clear_faults()

    def finish(self, ids: list[str]) -> None:
        """End these jobs."""
        for each in ids:
            self.server.finish(each)

    def submitted(self) -> list[str]:
        """The ids of all accepted submissions."""
        return [each["id"] for each in self.server.submits(accepted=True)]

    def _all_in_flight(self) -> bool:
        """Whether no call is on its way any more. The batch may still wait in its worker."""
        assert self.run is not None
        if self.run.finished:
            raise RuntimeError(f"it ended before anything was killed: {self.run.task_states()}")
        states = {state for name, state in self.run.task_states().items() if name != BATCH}
        shared = states == {"deferred"} and len(self._held()) == len(TRIGGERERS)
        accepted = self.options.swaps + self.options.pictures
        return shared and len(self.submitted()) == accepted and self._recorded() == self.options.pictures

    def _recorded(self) -> int:
        """How many face swaps of the batch have their ids on record."""
        names = [key for key in self.bucket.keys() if RECORD.fullmatch(key)]  # noqa: SIM118 - a bucket
        return sum(b'"queued"' in self.bucket.read(name) for name in names)

    def _held(self) -> list[int]:
        """How many waits each triggerer has."""
        query = 'select count(*) from "trigger" where triggerer_id is not null group by triggerer_id'
        return sorted(count for (count,) in self.airflow.home.database.rows(query))

    def _saves_batch(self) -> bool:
        assert self.run is not None
        submitted = {str(each) for each in self.submitted()}
        asked = {str(each["id"]) for each in self.server.requests("file")}
        # More than have a task of their own: some are of the batch.
        return bool(self.airflow.running(self.run, BATCH)) and len(asked & submitted) > self.options.swaps


def ids_of(options: Options) -> tuple[list[str], list[str]]:
    """The ids that are only waited for, and those whose files are saved."""
    waits = [f"wait-{each}" for each in range(options.waits)]
    return waits, [f"save-{each}" for each in range(options.saves)]


def run(options: Options, folder: Path) -> tuple[list[Row], Stage]:
    """Run everything once, in a new folder."""
    with _stage(options, folder) as stage:
        begun = stage.begin()
        stage.kill()
        killed = time.monotonic()
        stage.finish([each for group in ids_of(options) for each in group])
        stage.airflow.wait(begun, options.limit)
        stage.seconds = time.monotonic() - killed
        return check(stage), stage


@contextmanager
def _stage(options: Options, folder: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        server = stack.enter_context(StandInProcess("stand-in-key-of-the-test"))
        bucket = S3Bucket(endpoint := stack.enter_context(s3_process()), STORE, "face-swaps")
        fill(options, server, bucket)
        database, broker = stack.enter_context(Postgres()), stack.enter_context(Redis())
        # Room for two thirds of what waits: neither triggerer can have all of it, however slow the other is.
        room = (options.waits + options.saves + options.swaps + 1) * 2 // 3
        env = SETTINGS | {
            "AIRFLOW__CELERY__BROKER_URL": broker.url,
            "AIRFLOW__TRIGGERER__CAPACITY": str(room),
        }
        home = AirflowHome(folder / "airflow", env=env, database=database)
        connect(home, server, endpoint)
        home.add_dag(dag_file(bucket.uri, *ids_of(options), options.swaps), "work.py").migrate()
        yield Stage(options, stack.enter_context(Distributed(home, timeout=240)), server, bucket)


def fill(options: Options, server: StandInProcess, bucket: S3Bucket) -> None:
    """Put the pictures into the bucket, and the jobs into the stand-in."""
    files = [f"jpg:{options.size}"]
    for each in (name for group in ids_of(options) for name in group):
        server.add_job(each, duration=ENDLESS, files=files)
    server.configure(submit={"duration": ENDLESS, "files": files})
    bucket.client.put_object(Bucket=bucket.name, Key="face.jpg", Body=picture(seed="face"))
    for number in range(options.pictures):
        body = picture(seed=str(number))
        bucket.client.put_object(Bucket=bucket.name, Key=f"pictures/{number:03}.jpg", Body=body)


def connect(home: AirflowHome, server: StandInProcess, endpoint: str) -> None:
    """Define the connections to the stand-in and to the bucket."""
    home.connect(host=server.url, password=server.key, extra={"allow_private_downloads": True})
    extra = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    home.connect(STORE, conn_type="aws", login="key-of-the-store", password="secret", extra=extra)
