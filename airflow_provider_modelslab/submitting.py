"""The submission of one task: once, whatever happens to the worker, and when there is room in the queue."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from airflow.providers.common.compat.sdk import AirflowTaskTimeout, TaskDeferred

from airflow_provider_modelslab.collecting import CollectsFaceSwaps
from airflow_provider_modelslab.exceptions import ModelsLabError, ModelsLabUnavailableError
from airflow_provider_modelslab.execution_timeout import backstop, execution_deadline
from airflow_provider_modelslab.hooks.patience import submit_patiently
from airflow_provider_modelslab.messages import (
    error_of,
    error_of_submission,
    no_room_in_time,
    unknown_submission,
)
from airflow_provider_modelslab.protocol.deadline import Deadline
from airflow_provider_modelslab.protocol.event import Rest, ids_of
from airflow_provider_modelslab.protocol.outcome import Outcome, SlowDown, Waiting
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.schedule import PICTURE_TAKES
from airflow_provider_modelslab.protocol.submission import Accepted, Submission, Unknown
from airflow_provider_modelslab.protocol.swap import Swap, SwapRequest
from airflow_provider_modelslab.protocol.wait import EndingKind
from airflow_provider_modelslab.submitted import ID, Memory, Submitted, pushed_id, settle
from airflow_provider_modelslab.xcom import warn_if_large

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class SubmitsOnce(CollectsFaceSwaps):
    """Submits a face swap and collects it.

    The operator provides ``swap``, ``wait_for_completion``, ``queue_timeout`` (seconds), ``on_unknown`` and
    ``resubmit_failed``.
    """

    wait_for_completion: bool
    queue_timeout: float
    on_unknown: Literal["fail", "submit"]
    resubmit_failed: bool
    request_id: str | None
    known = True
    _track_id: int | str | None = None

    @property
    def swap(self) -> Swap:
        """What is meant, as far as it is rendered."""
        raise NotImplementedError

    def execute(self, context: Context) -> Any:
        """Check what can be checked, submit unless an earlier try has, wait, and finish.

        :param context: the task's context
        """
        self.check_destination()
        now, execution = time.time(), execution_deadline(self, context)
        room = Deadline.sooner(now + self.queue_timeout, execution)
        return self._submit_and_collect(context, Rest(now, room))

    def execute_with_room(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Submit again, now that there may be room in the account's queue.

        :param context: the task's context
        :param event: the trigger's payload
        """
        room = Deadline(event["deadline"], event.get("execution_deadline"))
        if room.kind is EndingKind.EXECUTION_TIMEOUT and time.time() >= room.at:
            # To submit now is to pay for what this try can no longer wait for.
            raise no_room_in_time(self.asker)
        since = event.get("since", room.at - self.queue_timeout)  # the first release does not tell
        return self._submit_and_collect(context, Rest(since, room))

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer, with the id that the event tells, or else the memory."""
        if next_method == "execute_with_room":
            return super().resume_execution(next_method, next_kwargs, context)
        memory = _memory_of(context)
        ids, earlier = ids_of((next_kwargs or {}).get("event") or {}), memory.recall()
        self.request_id = ids[0] if ids else (earlier and earlier.request_id) or pushed_id(context["ti"])
        self._track_id = earlier.track_id if earlier else None
        if earlier and self.request_id and not earlier.request_id:
            memory.keep(replace(earlier, request_id=self.request_id))
        with self._settling(memory):
            return super().resume_execution(next_method, next_kwargs, context)

    def _submit_and_collect(self, context: Context, room: Rest) -> Any:
        memory = _memory_of(context)
        with self._settling(memory):
            seen = None if self._reconnect(context, memory) else self._submit(context, memory, room)
            context["ti"].xcom_push(key=ID, value=self.request_id)  # there even if the rest fails
            if not self.wait_for_completion:
                return self._so_far()
            return self.collect(context, room.deadline.execution, seen)

    def _reconnect(self, context: Context, memory: Memory) -> bool:
        """Go on with what an earlier try submitted; say whether one did.

        :raises SubmissionUnknownError: if one was ended before it knew
        """
        earlier = memory.recall()
        if earlier is None:
            return False
        of_this_account = earlier.conn_id in (None, self.modelslab_conn_id)
        if earlier.request_id and of_this_account and earlier.fingerprint == self.swap.fingerprint():
            self.log.info("Request %s was submitted by an earlier try; going on with it.", earlier.request_id)
            self.request_id, self._track_id = earlier.request_id, earlier.track_id
            return True
        if earlier.request_id is not None:
            what = "another swap" if of_this_account else f"by the Airflow connection {earlier.conn_id!r}"
            self.log.info("An earlier try submitted request %s, which was %s.", earlier.request_id, what)
        elif self.on_unknown == "submit":
            self.log.warning(
                "Submitting again, as on_unknown asks for; track_id %s may be queued.", earlier.track_id
            )
        elif not earlier.is_cleared(_max_tries(context)):
            raise self._unknown(earlier, "an earlier try did not get the answer", context, memory)
        return False

    def _submit(self, context: Context, memory: Memory, room: Rest) -> Outcome | None:
        """Submit; return how the face swap stands, unless it is done."""
        request = self.hook.plan(self.swap, seed=_seed_of(context))
        note = Submitted(request.track_id, self.swap.fingerprint(), conn_id=self.modelslab_conn_id)
        self._track_id = request.track_id
        submission = self._submit_patiently(request, note, memory, room)
        if isinstance(submission, SlowDown) and self.deferrable and time.time() < room.deadline.at:
            self.log.info("Face swap with track_id %s: %s", request.track_id, submission.message)
            self._defer_until_room(submission.retry_after, room)
        if isinstance(submission, Unknown):
            raise self._unknown(note, submission.message, context, memory)
        if isinstance(submission, SlowDown) and room.deadline.kind is EndingKind.EXECUTION_TIMEOUT:
            raise no_room_in_time(self.asker, request.track_id, submission.message)
        if not isinstance(submission, Accepted):
            raise error_of_submission(submission, request.track_id, self.asker)
        seen = self.note(submission.request_id, submission.outcome)
        if isinstance(seen, Waiting) and self.swap.video is None:
            return replace(seen, eta=min(seen.eta or PICTURE_TAKES, PICTURE_TAKES))
        return seen

    def _submit_patiently(
        self, request: SwapRequest, note: Submitted, memory: Memory, room: Rest
    ) -> Submission:
        """Submit until it is anything but passing trouble or, on the worker, a full queue."""
        last: Submission | None = None

        def submit() -> Submission:
            nonlocal last
            last = self._submit_once(request, note, memory)
            return last

        try:
            return submit_patiently(
                submit,
                f"Face swap with track_id {request.track_id}",
                room_until=0.0 if self.deferrable else room.deadline.at,
                warn=self.log.warning,
            )
        except AirflowTaskTimeout as err:  # Airflow's alarm rings as the deadline passes: either may be first
            if not isinstance(last, SlowDown):
                raise
            raise no_room_in_time(self.asker, request.track_id, last.message) from err

    def _submit_once(self, request: SwapRequest, note: Submitted, memory: Memory) -> Submission:
        """Submit, with a note before and after: a try that is ended in between leaves the first."""
        memory.announce(note)
        try:
            submission = self.hook.submit(request)
        except KeyboardInterrupt:
            raise
        except BaseException as err:  # execution_timeout, and on Airflow 2 the end of the worker, are no more
            return Unknown(f"{type(err).__name__} came before the answer")
        if isinstance(submission, Accepted):
            self.request_id = submission.request_id
            self.log.info("Request %s: submitted with track_id %s.", self.request_id, request.track_id)
            if submission.has_id:
                memory.keep(replace(note, request_id=submission.request_id))
        elif not isinstance(submission, Unknown):
            memory.forget()
        return submission

    def _unknown(self, note: Submitted, reason: str, context: Context, memory: Memory) -> ModelsLabError:
        """Return the error where nobody knows, and note that a person is told so."""
        error = unknown_submission(note.track_id, reason, self.asker)
        if self.on_unknown == "submit":
            return ModelsLabUnavailableError(f"{error} A retry submits again, as on_unknown asks for.")
        memory.keep(replace(note, told=_max_tries(context)))
        return error

    def _defer_until_room(self, retry_after: float | None, room: Rest) -> NoReturn:
        from airflow_provider_modelslab.triggers.queue_room import QueueRoomTrigger

        self.log.info("Deferring until there may be room in the account's queue; no worker is held.")
        trigger = QueueRoomTrigger(
            modelslab_conn_id=self.modelslab_conn_id,
            since=room.started,
            deadline=room.deadline.at,
            retry_after=retry_after,
            execution_deadline=room.deadline.execution,
        )
        self.defer(trigger=trigger, method_name="execute_with_room", timeout=backstop(room.deadline.at))
        raise AssertionError("defer() always raises")

    @contextmanager
    def _settling(self, memory: Memory) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, TaskDeferred):
            raise
        except BaseException as err:
            if isinstance(err, ModelsLabError):
                err.knowing(request_id=self.request_id, track_id=self._track_id)
            settled = settle(err, self.request_id, memory, resubmit_failed=self.resubmit_failed)
            if settled is err:
                raise
            raise settled from err

    def _so_far(self) -> dict[str, Any]:
        """Return what is known where nothing is waited for, in the shape of a result."""
        ending = self._endings.get(str(self.request_id))
        if ending and ending.result:
            value = self.value_of(ending.result)
            warn_if_large(value, self.log, "A FaceSwapResultOperator with a destination saves its files.")
            return value
        if ending:
            raise error_of(str(self.request_id), ending, self.asker)
        queued = replace(
            FaceSwapResult(str(self.request_id), ()), consent_reference=self.swap.consent_reference
        )
        return {**queued.as_xcom(), "status": "processing"}

    def value_of(self, result: FaceSwapResult) -> dict[str, Any]:
        """Return the result as the task's value, with the reference to consent."""
        return super().value_of(replace(result, consent_reference=self.swap.consent_reference))


def _max_tries(context: Context) -> int:
    ti: Any = context["ti"]
    return int(ti.max_tries)


def _memory_of(context: Context) -> Memory:
    return Memory(context.get("task_state_store"))


def _seed_of(context: Context) -> str:
    """Return what no other try of a task has."""
    ti: Any = context["ti"]
    return f"{ti.dag_id}/{ti.run_id}/{ti.task_id}/{ti.map_index}/{ti.try_number}"
