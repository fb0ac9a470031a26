"""``python -m tests.benchmarks.imports``: what importing the sensor adds to the parsing of a DAG file.

A process of its own for each import, in turn, after ``airflow.sdk`` and the classes that any sensor is made
of. Beside it the sensors of two official providers. Milliseconds of CPU; the median of the rounds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.benchmarks.measuring import clean_environment, median, report, rounded

SENSORS = {
    "FaceSwapResultSensor": "airflow_provider_modelslab.sensors.face_swap",
    "FaceSwapResultOperator": "airflow_provider_modelslab.operators.face_swap",
    "HttpSensor": "airflow.providers.http.sensors.http",
    "S3KeySensor": "airflow.providers.amazon.aws.sensors.s3",
}
MEASURE = """
import importlib, sys, time
from airflow.sdk import DAG, BaseSensorOperator
before, begun = len(sys.modules), time.process_time()
importlib.import_module(sys.argv[1])
print(1000 * (time.process_time() - begun), len(sys.modules) - before)
"""


def measure(module: str, home: Path) -> tuple[float, int]:
    """Return the milliseconds of CPU that importing a module takes, and how many modules come with it."""
    command = [sys.executable, "-c", MEASURE, module]
    ran = subprocess.run(
        command, cwd=ROOT, env=clean_environment(home), check=True, capture_output=True, text=True
    )
    milliseconds, modules = ran.stdout.split()[-2:]
    return float(milliseconds), int(modules)


def main() -> None:
    options = argparse.ArgumentParser("python -m tests.benchmarks.imports", description=__doc__)
    options.add_argument("--repeat", type=int, default=9, help="rounds, of which medians are shown")
    repeat = options.parse_args().repeat
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in SENSORS}
    with tempfile.TemporaryDirectory(prefix="modelslab-benchmark-") as home:
        for turn in range(repeat + 1):
            for name, module in SENSORS.items():
                took = measure(module, Path(home))
                if turn:  # the first one compiles
                    found[name].append(took)
    rows: list[dict[str, Any]] = [
        {"import": name, "CPU ms": median(each[0] for each in runs), "modules": runs[0][1]}
        for name, runs in found.items()
    ]
    report("imports", {"repeat": repeat, "runs": rounded(rows)}, rows)


if __name__ == "__main__":
    main()
