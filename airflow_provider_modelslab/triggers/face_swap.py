"""The wait for face swaps in the triggerer, where it costs no worker."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.metrics import count_ended_wait, prepare_metrics
from airflow_provider_modelslab.protocol.deadline import Deadline, WaitWindow
from airflow_provider_modelslab.protocol.nsfw import warn_if_flagged
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES, Pace, pause_after_deferral
from airflow_provider_modelslab.protocol.poll_log import PollLog
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, PollState
from airflow_provider_modelslab.protocol.trigger_event import write_event
from airflow_provider_modelslab.protocol.xcom_size import is_large
from airflow_provider_modelslab.traces import span
from airflow_provider_modelslab.triggers.wait_all_or_some import wait_all_or_some

_ARGUMENTS = (
    *("request_ids", "modelslab_conn_id", "started", "deadline", "first_looks", "poke_interval"),
    *("exponential_backoff", "max_wait", "tolerance", "end_task"),
)
# A triggerer of the first release knows none of these: they are told only where they say something.
_LATER_ARGUMENTS = ("known", "execution_deadline", "collect_after", "not_done")

_shared: ModuleType | None = None


async def import_late() -> Any:
    """Import what all waits share: the first time that takes a tenth of a second, not the loop's to lose."""
    global _shared  # noqa: PLW0603 - sys.modules also has what a thread is still importing
    if _shared is None:
        _shared = await asyncio.to_thread(_import)
    return _shared


def _import() -> ModuleType:
    prepare_metrics()
    import_module("opentelemetry.trace")
    return import_module("airflow_provider_modelslab.client.aio")


class FaceSwapResultTrigger(BaseTrigger):
    """Fires one event when every one of the requests has ended, or at the deadline.

    Everything given here is kept in the metadata database in clear: ids and numbers, no key.

    :param request_ids: the requests that are still waited for
    :param modelslab_conn_id: id of the Airflow connection of type ModelsLab
    :param started: when the wait began, in seconds since the epoch
    :param deadline: when it ends at the latest, in seconds since the epoch; a restart keeps it
    :param first_looks: when to look at a request for the first time, by id, in seconds since the epoch
    :param poke_interval: seconds between two looks; none leaves the choice to the provider
    :param exponential_backoff: double the interval after each look
    :param max_wait: the longest interval, in seconds
    :param tolerance: how many looks in a row may fail; none tolerates any number
    :param end_task: end the task from here when every request is done, with this as its value: ``one``
        result, or the list of ``many``. Otherwise, and without it, the task is resumed on a worker
    :param known: the requests that the API has shown to know: one of these that it does not find at the
        deadline has not completed, and is not unknown
    :param execution_deadline: when the task's ``execution_timeout`` is over, in seconds since the epoch;
        where that is the deadline, the wait ends as such a timeout
    :param collect_after: how long, in seconds, a result may wait for the requests that have not ended: then
        the event tells of those that have, and the task takes care of the others; none waits for all
    :param not_done: what earlier events of this wait said under that name, for the last one
    """

    def __init__(
        self,
        *,
        request_ids: Sequence[str],
        modelslab_conn_id: str,
        started: float,
        deadline: float,
        first_looks: Mapping[str, float] | None = None,
        poke_interval: float | None = None,
        exponential_backoff: bool = False,
        max_wait: float | None = None,
        tolerance: int | None = MAX_FAILURES,
        end_task: Literal["one", "many"] | None = None,
        known: Sequence[str] = (),
        execution_deadline: float | None = None,
        collect_after: float | None = None,
        not_done: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.request_ids = list(request_ids)
        self.modelslab_conn_id = modelslab_conn_id
        self.started = started
        self.deadline = deadline
        self.first_looks = dict(first_looks or {})
        self.poke_interval = poke_interval
        self.exponential_backoff = exponential_backoff
        self.max_wait = max_wait
        self.tolerance = tolerance
        self.end_task = end_task
        self.known = list(known)
        self.execution_deadline = execution_deadline
        self.collect_after = collect_after
        self.not_done = not_done

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments to make this trigger again elsewhere."""
        arguments = {name: getattr(self, name) for name in _ARGUMENTS}
        arguments |= {name: value for name in _LATER_ARGUMENTS if (value := getattr(self, name))}
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for all requests, then yield the one event: the ids and how their waits ended."""
        earliest = _after_deferral()
        await import_late()
        with span("wait"):
            event = await self._wait_for_all()
        if (early_by := earliest - time.time()) > 0:  # a sleep of none would cost a turn of the loop
            await asyncio.sleep(early_by)
        yield event

    async def _wait_for_all(self) -> TriggerEvent:
        shared = await import_late()
        ids = list(dict.fromkeys(self.request_ids))
        story = PollLog(len(ids), self.started, self.log.info)
        try:
            async with shared.shared_client(self.modelslab_conn_id) as client:
                waits = {request: partial(self._wait, client, request, story) for request in ids}
                ended = await wait_all_or_some(waits, self.collect_after)
        except InvalidConnectionError as err:
            return TriggerEvent(write_event({}, error=str(err)))  # type: ignore[no-untyped-call]
        return self._event(ended, WaitWindow(self.started, self._deadline) if len(ended) < len(ids) else None)

    @property
    def _deadline(self) -> Deadline:
        return Deadline(self.deadline, self.execution_deadline)

    def _event(self, endings: dict[str, Ending], rest: WaitWindow | None) -> TriggerEvent:
        results = {request_id: ending.result for request_id, ending in endings.items() if ending.result}
        if self.end_task is None or len(results) < len(endings):
            event = write_event(endings, not_done=self.not_done, rest=rest)
            return TriggerEvent(event)  # type: ignore[no-untyped-call]
        values = [results[request_id].as_xcom() for request_id in self.request_ids]
        if is_large(values):  # an event is kept and logged whole
            return TriggerEvent(write_event(endings))  # type: ignore[no-untyped-call]
        for result in results.values():
            warn_if_flagged(result, self.log)
        value: Any = values if self.end_task == "many" else values[0]
        return TaskSuccessEvent(xcoms={"return_value": value})

    async def _wait(self, client: Any, request_id: str, story: PollLog) -> Ending:
        wait = PollState(
            self.started,
            self.deadline,
            Pace(self.poke_interval, self.exponential_backoff, self.max_wait),
            self.tolerance,
            next_poll=max(self.first_looks.get(request_id, 0.0), _after_deferral()),
            known=request_id in self.known,
            deadline_kind=self._deadline.kind,
        )
        while True:
            outcome = await client.poll(request_id, wait.next_poll, self.deadline)
            step = wait.after(outcome, time.time(), random.random())
            story.tell(request_id, outcome, time.time())
            if isinstance(step, Ending):
                count_ended_wait(step.kind, time.time() - self.started)
                if step.kind in (EndingKind.DONE, EndingKind.FAILED):
                    client.queue_slots.release_next()
                return step
            wait = step


def _after_deferral() -> float:
    return time.time() + pause_after_deferral(random.random())
