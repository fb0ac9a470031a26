"""A warning where files go to a folder of one machine, and tasks run on several."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.saving.store import LOCAL

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

_ON_THIS_MACHINE = frozenset({"LocalExecutor", "SequentialExecutor", "DebugExecutor"})
# Templates of pods let their configuration say LocalExecutor; this is what Airflow itself goes by in them.
_POD = "AIRFLOW_IS_K8S_EXECUTOR_POD"


def warn_if_local_folder(path: ObjectStoragePath, executor: str | None, ti: Any, log: Any) -> None:
    """Say what to do where others would look for the files in vain; never fail.

    :param path: where files go
    :param executor: the one that the task has chosen, if any
    :param ti: the task instance
    :param log: the task's
    """
    if path.protocol not in LOCAL or _is_dag_test(ti):
        return
    if names := executors_elsewhere(_configured(), executor):
        log.warning(
            "The destination %s is a folder of the machine that this task runs on, and %s may run the next "
            "task, or a retry of this one, on another, which would not find the files. Mount one shared "
            "folder there on all machines (where it is one already, all is well), or save into an object "
            "store: s3://conn_id@bucket/prefix/.",
            path,
            " and ".join(names),
        )


def executors_elsewhere(configured: str, own: str | None = None) -> list[str]:
    """Return the names of the executors that may run a task on another machine. Pure.

    :param configured: ``[core] executor``: names, module paths and aliases (``alias:path``), with commas
        between them; those of a team after ``team=``, with semicolons between the teams
    :param own: the one that the task has chosen, by any of its names; all count where there is none
    """
    listed = [_names(each) for team in configured.split(";") for each in team.rpartition("=")[2].split(",")]
    chosen = [each for each in listed if own in each] or listed
    classes = dict.fromkeys(names[-1] for names in chosen)
    return [name for name in classes if name and name not in _ON_THIS_MACHINE]


def _names(executor: str) -> tuple[str, str, str]:
    """Return alias, module path and class name of one; what it lacks is empty."""
    alias, _, path = executor.strip().rpartition(":")
    return alias, path, path.rpartition(".")[2]


def _configured() -> str:
    from airflow.providers.common.compat.sdk import conf

    if os.environ.get(_POD):
        return "KubernetesExecutor"
    try:
        return conf.get("core", "executor", fallback="") or ""
    except Exception:  # whatever is wrong with it is told elsewhere
        return ""


def _is_dag_test(ti: Any) -> bool:
    """Say whether ``dag.test()`` runs the task: no scheduler has queued it, or it supervises itself."""
    if hasattr(ti, "queued_by_job_id"):  # on Airflow 2
        return ti.queued_by_job_id is None
    runner = sys.modules.get("airflow.sdk.execution_time.task_runner")
    return type(getattr(runner, "SUPERVISOR_COMMS", None)).__name__.startswith("InProcess")
