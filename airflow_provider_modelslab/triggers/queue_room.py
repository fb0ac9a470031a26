"""The wait for room in the account's queue, in the triggerer, where it costs no worker."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_modelslab.protocol.deadline import Deadline, WaitWindow
from airflow_provider_modelslab.protocol.poll_intervals import pause_after_deferral
from airflow_provider_modelslab.protocol.trigger_event import write_room_event
from airflow_provider_modelslab.triggers.face_swap import import_late

_ARGUMENTS = ("modelslab_conn_id", "since", "deadline", "retry_after")


class QueueRoomTrigger(BaseTrigger):
    """Fires when there may be room in the account's queue, or at the deadline. It never submits.

    A trigger may run twice, and a face swap that is submitted is paid for; so the worker submits.

    :param modelslab_conn_id: id of the Airflow connection of type ModelsLab
    :param since: when the task began to wait for room, in seconds since the epoch
    :param deadline: when the wait ends at the latest, in seconds since the epoch; a restart keeps it
    :param retry_after: how long the API asked to keep away, in seconds
    :param execution_deadline: when the task's ``execution_timeout`` is over, in seconds since the epoch; it
        goes into the event, for the wait that comes after this one
    """

    def __init__(
        self,
        *,
        modelslab_conn_id: str,
        since: float,
        deadline: float,
        retry_after: float | None = None,
        execution_deadline: float | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.modelslab_conn_id = modelslab_conn_id
        self.since = since
        self.deadline = deadline
        self.retry_after = retry_after
        self.execution_deadline = execution_deadline

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments to make this trigger again elsewhere."""
        arguments = {name: getattr(self, name) for name in _ARGUMENTS}
        if self.execution_deadline is not None:  # which the first release does not know
            arguments["execution_deadline"] = self.execution_deadline
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, then yield the one event; the task finds out by itself whether there is room."""
        shared = await import_late()
        at_least = time.monotonic() + pause_after_deferral(random.random())
        async with shared.shared_client(self.modelslab_conn_id) as client:
            client.queue_slots.refused(self.retry_after)
            let_in = await client.queue_slots.wait(self.since, self.deadline - time.time())
        await asyncio.sleep(max(0.0, at_least - time.monotonic()))
        room = WaitWindow(self.since, Deadline(self.deadline, self.execution_deadline))
        yield TriggerEvent(write_room_event(room, let_in=let_in))  # type: ignore[no-untyped-call]
