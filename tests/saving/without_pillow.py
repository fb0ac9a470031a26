"""Saves a picture where Pillow cannot be imported, and prints what is said of thumbnails or started for them.

A process of its own: what is imported there has not been before.
"""

from __future__ import annotations

import json
import logging
import sys
from base64 import b64encode
from typing import Any

from airflow_provider_modelslab.protocol.result import FaceSwapResult
from tests.saving.helpers import log, save
from tests.support.standin.samples import SAMPLES

said: list[str] = []
started: list[str] = []


class Keeper(logging.Handler):
    """Keeps what is logged."""

    def emit(self, record: logging.LogRecord) -> None:
        said.append(record.getMessage())


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        started.append(str(arguments))


if __name__ == "__main__":
    sys.modules["PIL"] = None  # type: ignore[assignment]  # which makes importing it fail
    log.setLevel(logging.DEBUG)
    log.addHandler(Keeper(logging.INFO))
    sys.addaudithook(watch)
    entry = f"data:image/gif;base64,{b64encode(SAMPLES['gif']).decode()}"
    save(FaceSwapResult("7", (entry,)), sys.argv[1])
    found = [[each for each in lines if "humbnail" in each] for lines in (said, started)]
    print(json.dumps(dict(zip(("said", "started"), found, strict=True))))
