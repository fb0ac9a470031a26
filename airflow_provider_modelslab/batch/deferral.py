"""What a batch that has gone to sleep is waited for by: triggers of single swaps, which never submit."""

from __future__ import annotations

import time

from airflow.providers.common.compat.sdk import TaskDeferred

from airflow_provider_modelslab.batch.run import BatchRun
from airflow_provider_modelslab.protocol.deadline import WaitWindow
from airflow_provider_modelslab.task.execution_timeout import deferral_timeout
from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger
from airflow_provider_modelslab.triggers.queue_room import QueueRoomTrigger

_COLLECT_AFTER = 20.0  # seconds that a result waits for others before a worker is started for it
_LONGEST_FOR_ROOM = 3600.0  # seconds, after which the worker has a look


def deferral_of(run: BatchRun, conn_id: str, timeout: float) -> TaskDeferred:
    """Return what a task raises to hand over to the triggerer.

    :param run: a batch that ``is_asleep``
    :param conn_id: of the Airflow connection
    :param timeout: seconds that one face swap may take
    """
    trigger = _until_one_ends(run, conn_id, timeout) if run.waiting else _until_there_is_room(run, conn_id)
    return TaskDeferred(
        trigger=trigger,
        method_name="execute_complete",
        kwargs={"execution_deadline": run.until},
        timeout=deferral_timeout(trigger.deadline),
    )


def _until_one_ends(run: BatchRun, conn_id: str, timeout: float) -> FaceSwapResultTrigger:
    now, waiting = time.time(), list(run.waiting.values())
    window = WaitWindow.of(min(each.submitted for each in waiting), timeout, run.until)
    first_looks = {each.request_id: now + each.remaining(now) for each in waiting}
    return FaceSwapResultTrigger(
        request_ids=list(first_looks),
        modelslab_conn_id=conn_id,
        started=window.started,
        deadline=window.deadline.at,
        execution_deadline=window.deadline.execution,
        first_looks=first_looks,
        known=list(first_looks),
        collect_after=_COLLECT_AFTER,
    )


def _until_there_is_room(run: BatchRun, conn_id: str) -> QueueRoomTrigger:
    window = WaitWindow.of(time.time(), _LONGEST_FOR_ROOM, run.until)
    return QueueRoomTrigger(
        modelslab_conn_id=conn_id,
        since=run.began,
        deadline=window.deadline.at,
        retry_after=run.limit.quiet_for,
        execution_deadline=window.deadline.execution,
    )
