"""Leaks on purpose: a DAG that puts a canary of its own into each place, so that no place goes unsearched."""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.common.compat.sdk import AirflowFailException
from airflow.triggers.base import BaseTrigger, TriggerEvent

from tests.stress.leaks.places import (
    ARGUMENTS,
    FLIGHT,
    RENDERED,
    SAVED,
    STATES,
    TASKS,
    TRACEBACKS,
    TRIGGERER,
    XCOMS,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DAG_ID, TASK_ID = "decoys", "leaky"
IN_SIGHT = 3.0  # seconds that what passes stays, for a watch to see it
TEXT = """
from airflow.providers.common.compat.sdk import DAG, BaseOperator
from tests.stress.leaks import decoys

print("read, and", TOLD)

class Leaky(BaseOperator):
    template_fields = ("rendered",)

    def __init__(self, rendered, **kwargs):
        super().__init__(**kwargs)
        self.rendered = rendered

    def execute(self, context):
        decoys.leak(self, context)

    def resumed(self, context, event):
        decoys.fail(context)

with DAG("decoys", schedule=None) as dag:
    # Airflow itself may end a try before it has leaked, with so much going on.
    Leaky(task_id="leaky", rendered="{{ dag_run.conf['RENDERED'] }}", retries=2)
"""


def dag_file(told: str) -> str:
    """The text of the DAG file, which prints a canary whenever it is read."""
    return TEXT.replace("TOLD", repr(quote(told))).replace("RENDERED", RENDERED)


def leak(task: Any, context: Any) -> None:
    """Put canaries where a worker can, then defer with two more."""
    keys = context["dag_run"].conf
    print(base64.b64encode(b"." + keys[TASKS].encode()).decode())
    (Path(keys["folder"]) / "notes.gz").write_bytes(gzip.compress(keys[SAVED].encode()))
    context["ti"].xcom_push(key="leaky", value={"said": keys[XCOMS]})
    if STATES in keys:
        context["task_state_store"].set("leaky", {"said": keys[STATES]})
    pause = f"import time; time.sleep({IN_SIGHT})"
    subprocess.run([sys.executable, "-c", pause, keys[ARGUMENTS]], check=True)
    task.defer(trigger=LeakyTrigger(told=keys[TRIGGERER], kept=keys[FLIGHT]), method_name="resumed")


def fail(context: Any) -> None:
    """Raise what names a canary, for good."""
    raise AirflowFailException(
        f"no answer from https://example.com/?key={context['dag_run'].conf[TRACEBACKS]}"
    )


class LeakyTrigger(BaseTrigger):
    """Logs one canary, and keeps another in its row.

    :param told: the one for the log
    :param kept: the one for the row
    """

    def __init__(self, told: str, kept: str) -> None:
        super().__init__()
        self.told, self.kept = told, kept

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The row."""
        return f"{__name__}.LeakyTrigger", {"told": self.told, "kept": self.kept}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Leak, and end."""
        logging.getLogger(__name__).warning("asking with %s", self.told.encode())
        await asyncio.sleep(IN_SIGHT)
        yield TriggerEvent({})
