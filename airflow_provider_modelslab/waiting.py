"""What the sensor and the operator share: looking at the requests, deferring, and coming back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from airflow_provider_modelslab.exceptions import (
    FaceSwapTimeoutError,
    InvalidConnectionError,
    InvalidRequestIdError,
)
from airflow_provider_modelslab.messages import error_of_many
from airflow_provider_modelslab.protocol.event import read_event
from airflow_provider_modelslab.protocol.outcome import Outcome, Waiting
from airflow_provider_modelslab.protocol.request import is_many, parse_request_ids
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.schedule import LINGER, SHORTEST, TOLERANCE, Pace
from airflow_provider_modelslab.protocol.wait import Ending, EndingKind, Wait, describe, ending_of

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook

_AT_ONCE = 8  # results collected in parallel, where there are several
_COLLECT_TIMEOUT = 600.0  # seconds; longer than trouble is tolerated, so that trouble is what is told
_BACKSTOP = 300.0  # seconds after the trigger's own deadline at which Airflow ends a deferral


class WaitsForFaceSwaps:
    """The wait of one task for its requests; mixed into an Airflow operator.

    The operator provides ``request_id``, ``modelslab_conn_id``, ``timeout`` (seconds), ``pace`` and
    ``value_of``.
    """

    request_id: Any
    modelslab_conn_id: str
    timeout: float
    pace: Pace
    tolerance: int | None = TOLERANCE
    known: bool = False  # whether the API itself gave the ids to this task
    if TYPE_CHECKING:
        log: Any
        defer: Any

    def value_of(self, result: FaceSwapResult) -> dict[str, Any]:
        """Turn one result into what the task returns of it."""
        raise NotImplementedError

    def judge(self, ending: Ending) -> Ending:
        """Return what the task makes of an ending, which every one passes before it is kept."""
        return ending

    @cached_property
    def hook(self) -> ModelsLabHook:
        """The hook of the task's connection."""
        from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook

        return ModelsLabHook(modelslab_conn_id=self.modelslab_conn_id)

    @cached_property
    def request_ids(self) -> list[str]:
        """The ids as strings, in the order given, after rendering.

        :raises InvalidRequestIdError: when one of them cannot be an id
        """
        try:
            ids = parse_request_ids(self.request_id)
        except ValueError as err:
            raise InvalidRequestIdError(
                f"request_id is not usable: {err}. Pass the id that the submit call returned."
            ) from None
        if not ids:
            self.log.info("request_id is an empty list: nothing to wait for; the result is an empty list.")
        return ids

    @cached_property
    def _endings(self) -> dict[str, Ending]:
        """How the waits ended that have ended, by request id, as far as this process knows."""
        return {}

    def look(self, fetch: Callable[[str], Outcome | Ending]) -> Outcome | None:
        """Look at the requests in order until one is not ready; return what that look saw.

        One look suffices while the first of a thousand is running.

        :param fetch: how to look at one request
        :return: None when every request has ended
        """
        for request_id in self.request_ids:
            if request_id not in self._endings:
                seen = self.note(request_id, fetch(request_id))
                if seen is not None:
                    return seen
        return None

    def note(self, request_id: str, seen: Outcome | Ending) -> Outcome | None:
        """Take note of a look at one request; return what it saw, unless the request has ended.

        :param request_id: the request
        :param seen: what the look saw
        """
        ending = seen if isinstance(seen, Ending) else ending_of(seen)
        if ending is None:
            return seen  # type: ignore[return-value]
        self._endings[request_id] = self.judge(ending)
        return None

    def look_before_deferring(self, seen: Outcome | None = None) -> Outcome | None:
        """Look, and once more where the API promises a result within seconds; as ``look``.

        :param seen: a look that was made already
        """
        seen = seen or self.look(self.hook.fetch)
        if isinstance(seen, Waiting) and seen.eta is not None and seen.eta <= LINGER:
            time.sleep(max(seen.eta, SHORTEST))
            seen = self.look(self.hook.fetch)
        return seen

    def wait_here(self, started: float) -> None:
        """Wait in this process until every request has ended.

        One after the other takes no longer than all at once: the later ones run meanwhile.

        :param started: when the wait began, in seconds since the epoch
        """
        for request_id in self.request_ids:
            if request_id not in self._endings:
                left = max(0.0, started + self.timeout - time.time())
                ending = self.hook.wait(
                    request_id, timeout=left, pace=self.pace, tolerance=self.tolerance, known=self.known
                )
                self._endings[request_id] = self.judge(ending)

    def finish(self, context: Context) -> Any:
        """Return the task's value, once every request has ended: one for one id, a list for a sequence.

        Where some of several have no result, what the others have is kept first, as the XCom ``completed``.

        :param context: the task's context
        :raises ModelsLabError: when some have none; the subclass says why
        """
        found = {request: ending.result for request, ending in self._endings.items() if ending.result}
        values = {request: self.value_of(result) for request, result in found.items()}
        bad = {request: ending for request, ending in self._endings.items() if request not in found}
        if bad:
            if values:
                context["ti"].xcom_push(key="completed", value=list(values.values()))
            raise error_of_many(bad, total=len(self.request_ids))
        in_order = [values[request] for request in self.request_ids]
        return in_order if is_many(self.request_id) else in_order[0]

    def defer_until_done(self, seen: Outcome, started: float, *, end_task: bool = False) -> NoReturn:
        """Hand the wait for the requests that have not ended to the triggerer.

        :param seen: what the latest look saw, for when to look again
        :param started: when the wait began, in seconds since the epoch
        :param end_task: let the trigger end the task when every request is done
        """
        from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger

        waiting = [request_id for request_id in self.request_ids if request_id not in self._endings]
        wait = Wait(started, started + self.timeout, self.pace, tolerance=None, known=self.known)
        step = wait.after(seen, time.time(), random.random())
        if isinstance(step, Ending):
            raise error_of_many({waiting[0]: step}, total=len(self.request_ids))
        self.log.info("Request %s: %s. Deferring; no worker is held.", waiting[0], describe(seen))
        trigger = FaceSwapResultTrigger(
            request_ids=self.request_ids if end_task else waiting,
            modelslab_conn_id=self.modelslab_conn_id,
            started=started,
            deadline=step.deadline,
            first_looks={waiting[0]: step.next_look},
            poke_interval=self.pace.poke_interval,
            exponential_backoff=self.pace.exponential_backoff,
            max_wait=self.pace.max_wait,
            tolerance=self.tolerance,
            end_task=("many" if is_many(self.request_id) else "one") if end_task else None,
            known=waiting[:1] if step.known else [],
        )
        self.defer(
            trigger=trigger,
            method_name="execute_complete",
            timeout=backstop(step.deadline),
        )
        raise AssertionError("defer() always raises")

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Take the wait up again after the trigger fired: fetch the results and finish.

        :param context: the task's context
        :param event: the trigger's payload
        """
        endings, error = read_event(event)
        if error:
            raise InvalidConnectionError(error)
        self._endings.update(endings)
        self._collect()
        return self.finish(context)

    def _collect(self) -> None:
        """Fetch what the trigger saw complete; its event carried ids only."""
        missing = [request for request in dict.fromkeys(self.request_ids) if request not in self._endings]
        _ = self.hook.settings  # looked up here, because Airflow's own look-up is for the main thread
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._collect_one, missing))

    def _collect_one(self, request_id: str) -> None:
        known = list(self._endings.values())
        down = any(ending.kind is EndingKind.UNAVAILABLE for ending in known)  # no need to learn it again
        tolerance = 1 if down else TOLERANCE
        ending = self.hook.wait(request_id, timeout=_COLLECT_TIMEOUT, tolerance=tolerance)
        self._endings[request_id] = self.judge(ending)

    def fail_if_overdue(self, next_method: str, next_kwargs: Mapping[str, Any] | None) -> None:
        """Turn Airflow's own end of a deferral into the timeout that it is.

        :param next_method: what Airflow resumes; ``__fail__`` where the trigger did not fire
        :param next_kwargs: its arguments, with the ``error``
        :raises FaceSwapTimeoutError: when the deferral was ended for its time
        """
        reason = str((next_kwargs or {}).get("error", ""))
        if next_method == "__fail__" and "timeout" in reason.lower():
            raise FaceSwapTimeoutError(
                f"Face swap request {self.request_id or 'of this task'}: still deferred {_BACKSTOP:.0f} s "
                "after the deadline. Check that a triggerer is running; clear this task to wait again."
            )


def backstop(deadline: float) -> timedelta:
    """Return the time after which Airflow is to end a deferral that should have ended by itself.

    :param deadline: when its trigger fires at the latest, in seconds since the epoch
    """
    return timedelta(seconds=max(0.0, deadline - time.time()) + _BACKSTOP)
