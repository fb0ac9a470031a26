"""``python -m tests.benchmarks.saving``: how fast and how small saving is, beside curl and what people use.

The same files from one stand-in server, to a local folder and to S3 servers (moto, and one that is as slow
as Amazon's), each time by a process of its own that has warmed up on a small file. Contenders take turns;
medians are shown. The peak is that of the process's memory above what it had after warming up. ``x base``
is the speed as a multiple of the first contender's. ``CPU s`` is what the process and its children
computed: it tells more than the seconds do where others are at work. The provider alone checks what comes,
hashes it, keeps cut files away and writes a manifest; it makes no thumbnails here.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.benchmarks.measuring import clean_environment, medians, report, rounded
from tests.benchmarks.saving_contenders import CONN_ID
from tests.support.standin import StandInProcess

MB = 1_000_000
LOCAL = ("curl", "requests loop", "provider")
S3 = ("HttpToS3Operator", "provider")
FLOOR = "boto3 from memory"
BUCKET = "saving-benchmark"


@dataclass(frozen=True)
class Load:
    """Files to save.

    :param where: ``local``, ``S3``, or ``paced S3``
    :param count: how many files
    :param size: of each, in bytes
    """

    where: str
    count: int
    size: int

    @property
    def title(self) -> str:
        size = f"{self.size // MB} MB" if self.size >= MB else f"{self.size // 1000} KB"
        return f"{self.where}, {self.count} x {size}"

    @property
    def contenders(self) -> tuple[str, ...]:
        if self.where == "local":
            return LOCAL
        return (*S3, FLOOR) if self.count == 1 else S3


LOADS = (
    Load("local", 1, 100 * MB),
    Load("local", 1, 1000 * MB),
    Load("local", 1, 2000 * MB),
    Load("local", 4, 250 * MB),
    Load("local", 200, 200_000),
    Load("S3", 1, 1000 * MB),
    Load("paced S3", 1, 1000 * MB),
    Load("paced S3", 4, 200 * MB),
    Load("S3", 4, 200 * MB),
    Load("S3", 200, 200_000),
)


class Bench:
    """The servers, and a folder for what is saved."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="modelslab-benchmark-")))
        self._stack = stack
        self._server = stack.enter_context(StandInProcess())
        self._s3: str | None = None

    def save(self, contender: str, load: Load) -> dict[str, float]:
        """Let one contender save, and return what that took."""
        given = {
            "urls": self._urls(load.count, load.size),
            "warm_up": self._urls(1, 500_000),
            "target": self._target(load),
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.saving_contenders", contender],
            cwd=ROOT,
            env=self._environment(),
            input=json.dumps(given),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def _urls(self, count: int, size: int) -> list[str]:
        return self._server.urls(self._server.add_job(files=[f"mp4:{size}"] * count))

    def _target(self, load: Load) -> str:
        if load.where != "local":
            self._start_s3(load.where)
            return f"s3://{CONN_ID}@{BUCKET}/saved"
        target = self.folder / "saved"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        return str(target)

    def _start_s3(self, where: str) -> None:
        """Begin with an empty S3 server: moto keeps all that it gets."""
        from tests.saving.servers import MOTO, s3_process

        if self._s3:
            return
        server = MOTO if where == "S3" else ("tests.benchmarks.paced_s3",)
        self._s3 = self._stack.enter_context(s3_process(server))
        from tests.saving.buckets import S3Bucket

        S3Bucket(self._s3, CONN_ID, BUCKET)

    def _environment(self) -> dict[str, str]:
        extra = {"endpoint_url": self._s3, "region_name": "us-east-1"}
        s3 = {"conn_type": "aws", "login": "key-of-the-benchmark", "password": "of-the-benchmark"}
        http = {"conn_type": "http", "host": self._server.url}
        connections = {
            f"AIRFLOW_CONN_{CONN_ID.upper()}": json.dumps({**s3, "extra": extra}),
            f"AIRFLOW_CONN_{CONN_ID.upper()}_HTTP": json.dumps(http),
        }
        return clean_environment(self.folder / "airflow", NO_PROXY="*", **connections)


def measure(load: Load, repeat: int) -> list[dict[str, Any]]:
    """Let all contenders save in turn, as often as asked for, and return medians and ratios."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in load.contenders}
    with ExitStack() as stack:
        bench = Bench(stack)
        for _ in range(repeat):
            for name, found in runs.items():
                took = bench.save(name, load)
                found.append(figures(name, load, took))
    rows = [medians(found) for found in runs.values()]
    return [{**row, "x base": row["MB/s"] / rows[0]["MB/s"]} for row in rows]


def figures(name: str, load: Load, took: dict[str, float]) -> dict[str, Any]:
    """Return one run in the units of the report. What curl needs is not this process's memory."""
    return {
        "load": load.title,
        "contender": name,
        "seconds": took["seconds"],
        "CPU s": took["cpu"],
        "MB/s": load.count * load.size / MB / took["seconds"],
        "peak MiB": None if name == "curl" else took["peak"] / 2**20,
    }


def main() -> None:
    options = argparse.ArgumentParser("python -m tests.benchmarks.saving", description=__doc__)
    options.add_argument("--repeat", type=int, default=3, help="runs of each, of which medians are shown")
    options.add_argument("--only", choices=("local", "S3", "paced S3"), help="leave the other stores out")
    options.add_argument("--largest", type=int, default=2000, help="MB that a load may have in all")
    chosen = options.parse_args()
    loads = [
        load
        for load in LOADS
        if chosen.only in (None, load.where) and load.count * load.size <= chosen.largest * MB
    ]
    rows = [row for load in loads for row in measure(load, chosen.repeat)]
    report("saving", {"repeat": chosen.repeat, "runs": rounded(rows)}, rows)


if __name__ == "__main__":
    main()
