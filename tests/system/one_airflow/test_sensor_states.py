"""Every ending with every way to take it gives the same task state in every mode, in a real Airflow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.running.evidence import evidence

if TYPE_CHECKING:
    from tests.support.running import Run, Standalone
    from tests.support.standin import StandIn

MODES = ("poke", "reschedule", "deferrable")
#: The state for each ending: as it is, with soft_fail, with never_fail.
STATES = {
    "done": ("success", "success", "success"),
    "failed": ("failed", "skipped", "skipped"),
    "timeout": ("failed", "skipped", "skipped"),
    "unavailable": ("failed", "failed", "skipped"),  # a retry may mend it, so soft_fail leaves it alone
    "out_of_time": ("failed", "skipped", "skipped"),
}
#: Why it was skipped; Airflow alone says no more than that it was set so.
REASONS = {
    "failed": "the job failed: Failed, Try Again",
    "timeout": "not complete at the deadline: processing",
    "unavailable": "the API could not be asked: ",
    "out_of_time": "not complete when the task's execution_timeout was over: ",
}
LENIENCES = ("plain", "soft_fail", "never_fail")

CELLS = """
from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG
from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

MODES = {"poke": {}, "reschedule": {"mode": "reschedule"}, "deferrable": {"deferrable": True, "linger": 0}}
LENIENCES = {"plain": {}, "soft_fail": {"soft_fail": True}, "never_fail": {"never_fail": True}}
ENDINGS = {
    "done": {"request_id": "done", "timeout": 300},
    "failed": {"request_id": "failed", "timeout": 300},
    "timeout": {"request_id": "slow", "timeout": 3},
    "unavailable": {"request_id": "done", "timeout": 300, "modelslab_conn_id": "nobody_there"},
    "out_of_time": {"request_id": "slow", "timeout": 300, "execution_timeout": timedelta(seconds=12)},
}

with DAG("cells", schedule=None, default_args={"pool": "two_at_once"}) as dag:
    for ending, arguments in ENDINGS.items():
        for lenience, lenient in LENIENCES.items():
            for mode, how in MODES.items():
                if ending == "out_of_time" and mode == "reschedule":
                    continue  # Airflow gives each look of such a sensor the time anew
                task = FaceSwapResultSensor(
                    task_id=f"{ending}-{lenience}-{mode}", **arguments, **lenient, **how
                )
                task.max_failed_looks = 2
"""
DAGS = {"cells": CELLS}


@pytest.mark.airflow
@pytest.mark.timeout(900)
def test_every_cell_of_the_table(airflow: Standalone, standin: StandIn) -> None:
    standin.add_job("done", duration=5, starts="first_look")
    standin.add_job("failed", duration=5, starts="first_look", ending="failed")
    standin.add_job("slow", duration=6000)
    airflow.api.connect("nobody_there", host="http://127.0.0.1:9", password=standin.key)
    airflow.api.set_pool("two_at_once", 2)  # a machine at its limit confuses the scheduler
    run = airflow.wait(airflow.trigger("cells"), timeout=600)
    expected = {
        f"{ending}-{lenience}-{mode}": state
        for ending, states in STATES.items()
        for lenience, state in zip(LENIENCES, states, strict=True)
        for mode in MODES
        if (ending, mode) != ("out_of_time", "reschedule")
    }
    found = run.task_states()
    assert found.keys() == expected.keys()
    wrong = [cell for cell, state in expected.items() if found[cell] != state]
    assert not wrong, "\n\n".join(
        f"{cell} is {found[cell]}, not {expected[cell]}\n{evidence(run, cell, -1, airflow.log)}"
        for cell in wrong
    )
    mute = [cell for cell in expected if found[cell] == "skipped" and not _says_why(run, cell)]
    assert not mute, "\n\n".join(f"{cell}:\n{evidence(run, cell, -1, airflow.log)}" for cell in mute)


def _says_why(run: Run, cell: str) -> bool:
    """Airflow 3 logs the reason beside the text that the merged log shows."""
    ending, lenience, _ = cell.split("-")
    log = "".join(path.read_text() for path in run.log_files(cell))
    subject = r"Face swap request \w+: "
    return bool(re.search(f"Skipped as {lenience} asks for: {subject}{re.escape(REASONS[ending])}", log))
