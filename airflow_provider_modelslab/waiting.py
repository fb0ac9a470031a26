"""What the sensor and the operator share: looking at the requests, deferring, and coming back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_modelslab.collected import Collected, gravest
from airflow_provider_modelslab.exceptions import InvalidConnectionError, InvalidRequestIdError
from airflow_provider_modelslab.execution_timeout import backstop, leave_time_to_end
from airflow_provider_modelslab.hooks.round_robin import fetch_results, wait_for_each
from airflow_provider_modelslab.messages import Asker, error_of_many
from airflow_provider_modelslab.protocol.event import Rest, read_event, read_rest, write_not_done
from airflow_provider_modelslab.protocol.fields import sentence
from airflow_provider_modelslab.protocol.outcome import Outcome, Waiting
from airflow_provider_modelslab.protocol.request import is_many, parse_request_ids
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.schedule import COLLECT_AFTER, LINGER, SHORTEST, TOLERANCE, Pace
from airflow_provider_modelslab.protocol.story import Story
from airflow_provider_modelslab.protocol.wait import Ending, Wait, ending_of

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook


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

    @property
    def asker(self) -> Asker:
        """Who is told what to do, where a call fails."""
        return Asker(self.modelslab_conn_id)

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

    @cached_property
    def _collected(self) -> Collected:
        return Collected(self.value_of)

    @cached_property
    def _began(self) -> float:
        return time.time()

    @cached_property
    def _story(self) -> Story:
        """What the log hears of the looks that are made one request after the other."""
        return Story(len(set(self.request_ids)), self._began, self.log.info, in_turn=True)

    @property
    def saves_early(self) -> bool:
        """Whether results are taken care of before all requests have ended."""
        return False

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
        self._end(request_id, ending)
        self._story.tell(request_id, ending, time.time())
        return None

    def _end(self, request_id: str, ending: Ending) -> None:
        self._endings[request_id] = self.judge(ending)

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

        Where nothing is to be saved meanwhile, one after the other takes no longer than all at once.

        :param started: when the wait began, in seconds since the epoch
        """
        waiting = self._waiting_for()
        wait = Wait(started, started + self.timeout, self.pace, self.tolerance, known=self.known)
        story = Story(len(waiting), started, self.log.info, in_turn=not self.saves_early)
        for group in [waiting] if self.saves_early else [[request] for request in waiting]:
            for request_id, ending in wait_for_each(self.hook.fetch, group, wait, story.tell):
                self._end(request_id, ending)
                if self.saves_early and self._waiting_for():
                    self._collected.add({request_id: self._endings[request_id]})

    def finish(self, context: Context) -> Any:
        """Return the task's value, once every request has ended: one for one id, a list for a sequence.

        Where some of several have no result, what the others have is kept first, as the XCom ``completed``.

        :param context: the task's context
        :raises ModelsLabError: when some have none; the subclass says why
        """
        self._collected.add(self._endings)
        errors = list(self._collected.errors.values())
        bad = {request: ending for request, ending in self._endings.items() if not ending.result}
        if bad:
            errors.insert(0, error_of_many(bad, len(self.request_ids), self.asker))
        self._collected.keep_what_counts(lambda: context["ti"], complete=not errors)
        if errors:
            raise gravest(errors)
        in_order = [self._collected.values[request] for request in self.request_ids]
        return in_order if is_many(self.request_id) else in_order[0]

    def defer_until_done(
        self, context: Context, seen: Outcome, rest: Rest, *, end_task: bool = False
    ) -> NoReturn:
        """Hand the wait for the requests that have not ended to the triggerer.

        :param context: the task's context
        :param seen: what the latest look saw, for when to look again
        :param rest: the wait for them
        :param end_task: let the trigger end the task when every request is done
        """
        at = next(request for request in self.request_ids if request not in self._endings)
        wait = Wait(
            rest.started,
            rest.deadline.at,
            self.pace,
            tolerance=None,
            known=self.known,
            deadline_kind=rest.deadline.kind,
        )
        step = wait.after(seen, time.time(), random.random())
        if isinstance(step, Ending):
            raise error_of_many({at: step}, len(self.request_ids), self.asker)
        self.log.info("%s Deferring; no worker is held.", sentence(self._story.in_turn(at, seen)))
        self._defer(
            context,
            rest,
            first_looks={at: step.next_look},
            known=[at] if step.known else [],
            end_task=("many" if is_many(self.request_id) else "one") if end_task else None,
        )

    def _defer(self, context: Context, rest: Rest, **arguments: Any) -> NoReturn:
        """Defer for the requests that have not ended, after having saved the results that are there."""
        from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger

        if self.saves_early:
            self._collected.add(self._endings)
            self._collected.log_errors()
            self._collected.keep_what_counts(lambda: context["ti"], complete=False)
            if self._collected.values:
                total = len(set(self.request_ids))
                self.log.info("Saved %d of %d results.", len(self._collected.values), total)
        trigger = FaceSwapResultTrigger(
            request_ids=self.request_ids if arguments.get("end_task") else self._still_running(),
            modelslab_conn_id=self.modelslab_conn_id,
            started=rest.started,
            deadline=rest.deadline.at,
            execution_deadline=rest.deadline.execution,
            poke_interval=self.pace.poke_interval,
            exponential_backoff=self.pace.exponential_backoff,
            max_wait=self.pace.max_wait,
            tolerance=self.tolerance,
            collect_after=COLLECT_AFTER if self.saves_early else None,
            **arguments,
        )
        self.defer(trigger=trigger, method_name="execute_complete", timeout=backstop(rest.deadline.at))
        raise AssertionError("defer() always raises")

    def _waiting_for(self) -> list[str]:
        """The requests that have not ended, or whose result could not be taken care of as yet."""
        ended = self._endings.keys() - self._collected.errors.keys() | self._collected.values.keys()
        return [request for request in dict.fromkeys(self.request_ids) if request not in ended]

    def _still_running(self) -> list[str]:
        """Those of them that are worth a start of the task: not what cannot be saved whenever it is tried."""
        errors = self._collected.errors
        lost = {request for request, error in errors.items() if isinstance(error, AirflowFailException)}
        return [request for request in self._waiting_for() if request not in lost]

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Take the wait up again after the trigger fired: fetch the results, and finish or defer again.

        :param context: the task's context
        :param event: the trigger's payload
        """
        endings, error = read_event(event)
        if error:
            raise InvalidConnectionError(error, conn_id=self.modelslab_conn_id)
        self._endings.update(endings)
        if self.saves_early:
            self._collected.recall(context.get("ti"))
        rest = read_rest(event)
        if rest is None:
            for request_id, ending in fetch_results(self.hook, self._waiting_for(), endings).items():
                self._end(request_id, ending)
            return self.finish(context)
        failed: dict[str, Ending] = {}
        for request_id, ending in fetch_results(self.hook, event["done"], endings).items():
            if ending.result:  # else it is fetched again when others have ended
                self._end(request_id, ending)
                failed |= {} if self._endings[request_id].result else {request_id: self._endings[request_id]}
        return self._defer(context, rest, not_done={**event["not_done"], **write_not_done(failed)})

    def pre_execute(self, context: Any) -> None:
        """Let a task that resumes after its time say what it knows, on Airflow 2 too."""
        super().pre_execute(context)  # type: ignore[misc]
        leave_time_to_end(self, context)
