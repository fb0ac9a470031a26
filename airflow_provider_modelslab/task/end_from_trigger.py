"""Whether a task may be ended in the triggerer, which goes past some of what Airflow does on a worker."""

from __future__ import annotations

from typing import Any

from airflow.providers.common.compat.sdk import conf


def may_end_from_trigger(task: Any) -> bool:
    """Say whether nothing would be lost; what would be is said in the task's log.

    :param task: the operator
    """
    obstacles = {
        "a custom XCom backend": _has_custom_xcom_backend(),
        "outlets": bool(task.outlets),
        "tasks mapped over the result": any(task.iter_mapped_dependants()),
        "do_xcom_push=False": not task.do_xcom_push,
    }
    in_the_way = [name for name, there in obstacles.items() if there]
    if in_the_way:
        task.log.info("end_from_trigger is set aside, because of %s.", " and ".join(in_the_way))
    return not in_the_way


def _has_custom_xcom_backend() -> bool:
    backend: str = conf.get("core", "xcom_backend", fallback="")
    return bool(backend) and not (backend.startswith("airflow.") and backend.endswith(".BaseXCom"))
