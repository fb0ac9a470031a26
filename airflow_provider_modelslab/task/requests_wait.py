"""The wait for a task's requests: on the worker, or handed to the triggerer and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import AirflowFailException, AirflowTaskTimeout, TaskDeferred

from airflow_provider_modelslab.client.polling import fetch_results, wait_for_each
from airflow_provider_modelslab.exceptions import InvalidConnectionError, ModelsLabError
from airflow_provider_modelslab.metrics import count_ended_wait
from airflow_provider_modelslab.protocol.deadline import WaitWindow
from airflow_provider_modelslab.protocol.fields import sentence
from airflow_provider_modelslab.protocol.outcome import Outcome
from airflow_provider_modelslab.protocol.poll_intervals import COLLECT_AFTER
from airflow_provider_modelslab.protocol.poll_log import PollLog
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, PollState
from airflow_provider_modelslab.protocol.trigger_event import read_event, read_rest, write_not_done
from airflow_provider_modelslab.task.execution_timeout import deferral_timeout
from airflow_provider_modelslab.task.lingering import LastLook, Lingering
from airflow_provider_modelslab.task.results import Results, most_severe
from airflow_provider_modelslab.traces import span

if TYPE_CHECKING:
    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
    from airflow_provider_modelslab.task.requests import Requests
    from airflow_provider_modelslab.task.wait_options import WaitOptions


class RequestsWait:
    """Waits until every request has ended, and sees to it that what each has brought is not lost.

    :param requests: what to wait for
    :param results: what the task makes of each result; saves its files, where there is a destination
    :param hook: looks at them
    :param options: how to wait
    :param log: for the log
    """

    def __init__(
        self, requests: Requests, results: Results, hook: ModelsLabHook, options: WaitOptions, log: Any
    ) -> None:
        self._requests = requests
        self._results = results
        self._hook = hook
        self._options = options
        self._log = log
        # Links to files expire: where there are several, each is saved before all requests have ended.
        self._saves_early = results.are_saved and len(requests.unique) > 1

    def run(self, execution_deadline: float | None, *, deferrable: bool, seen: Outcome | None = None) -> None:
        """Wait; where the wait is deferred this does not return, and ``resume`` goes on.

        :param execution_deadline: when the task's ``execution_timeout`` is over, in seconds since the epoch
        :param deferrable: whether to wait in the triggerer
        :param seen: how the one request stood a moment ago, where that is known
        """
        started = time.time()
        if seen is not None:
            seen = self._requests.note(self._requests.ids[0], seen)
        if not deferrable:
            self._wait_here(started)
            return
        window = self.window(started, execution_deadline)
        last = self.linger(window, self._hook.fetch, seen)
        if last is not None:
            self.defer(last, window)

    def window(self, started: float, execution_deadline: float | None) -> WaitWindow:
        """Return when the wait begins, and ends.

        :param started: when it begins, in seconds since the epoch
        :param execution_deadline: when the task's time is over, likewise; None where it is unlimited
        """
        return WaitWindow.of(started, self._options.timeout, execution_deadline)

    def resume(self, event: Mapping[str, Any]) -> None:
        """Take the wait up again after the trigger fired: fetch the results, and defer again for the rest.

        :param event: the trigger's payload
        """
        endings, error = read_event(event)
        if error:
            raise InvalidConnectionError(error, conn_id=self._requests.caller.conn_id)
        self._requests.endings.update(endings)
        if self._saves_early:
            self._results.load_kept()
        rest = read_rest(event)
        fetched = self._fetch(self._uncollected() if rest is None else event["done"], endings)
        if rest is None:
            for request_id, ending in fetched.items():
                self._requests.end(request_id, ending)
            return
        failed: dict[str, Ending] = {}
        for request_id, ending in fetched.items():
            if ending.result:  # else it is fetched again when others have ended
                judged = self._requests.end(request_id, ending)
                failed |= {} if judged.result else {request_id: judged}
        self._defer(rest, not_done={**event["not_done"], **write_not_done(failed)})

    def collect(self) -> Any:
        """Return the task's value, once every request has ended: one for one id, a list for a sequence.

        Where some of several have no result, what the others have is kept first, as the XCom ``completed``.

        :raises ModelsLabError: when some have none; the subclass says why
        """
        self._results.add(self._requests.endings)
        errors = list(self._results.errors.values())
        if failed := self._requests.failed:
            errors.insert(0, self._requests.error(failed))
        self._results.keep_partial(complete=not errors)
        if errors:
            raise most_severe(errors)
        in_order = [self._results.values[request] for request in self._requests.ids]
        return in_order if self._requests.is_many else in_order[0]

    def linger(
        self, window: WaitWindow, fetch: Callable[[str], Outcome], seen: Outcome | None = None
    ) -> LastLook | None:
        """Look, and again for as long as that is better than to defer; return None once all have ended.

        :param window: when the wait began, and ends
        :param fetch: looks at one request
        :param seen: a look that was made already
        """
        wait, until = self._options.before_deferring(window)
        with self._telling_of_execution_timeout(window.started):
            return Lingering(self._requests, fetch, wait, until).run(seen)

    def defer(self, last: LastLook, window: WaitWindow, *, end_task: bool = False) -> NoReturn:
        """Hand the wait for the requests that have not ended to the triggerer.

        :param last: the latest look, for when to look again
        :param window: when the wait began, and ends
        :param end_task: let the trigger end the task when every request is done
        """
        at, step = self._requests.running[0], last.step
        if isinstance(step, Ending):  # there is no time left
            count_ended_wait(step.kind, time.time() - window.started)
            self._keep_partial()
            raise self._requests.error({**self._requests.failed, at: step})
        self._log.info("%s Deferring; no worker is held.", sentence(self._requests.described(last.seen)))
        self._defer(
            window,
            first_looks={at: step.next_poll},
            known=[at] if step.known else [],
            end_task=("many" if self._requests.is_many else "one") if end_task else None,
        )

    def _defer(self, rest: WaitWindow, **arguments: Any) -> NoReturn:
        from airflow_provider_modelslab.triggers.face_swap import FaceSwapResultTrigger

        if self._saves_early:
            self._save_what_is_there()
        pace = self._options.pace
        trigger = FaceSwapResultTrigger(
            request_ids=self._requests.ids if arguments.get("end_task") else self._worth_waiting_for(),
            modelslab_conn_id=str(self._requests.caller.conn_id),
            started=rest.started,
            deadline=rest.deadline.at,
            execution_deadline=rest.deadline.execution,
            poke_interval=pace.poke_interval,
            exponential_backoff=pace.exponential_backoff,
            max_wait=pace.max_wait,
            tolerance=self._options.max_failures,
            collect_after=COLLECT_AFTER if self._saves_early else None,
            **arguments,
        )
        raise TaskDeferred(
            trigger=trigger, method_name="execute_complete", timeout=deferral_timeout(rest.deadline.at)
        )

    def _save_what_is_there(self) -> None:
        self._results.add(self._requests.endings)
        self._results.log_errors()
        self._results.keep_partial(complete=False)
        if self._results.values:
            total = len(self._requests.unique)
            self._log.info("Saved %d of %d results.", len(self._results.values), total)

    @span("wait")
    def _wait_here(self, started: float) -> None:
        """Wait in this process. Where nothing is saved meanwhile, one after the other takes no longer."""
        waiting, options = self._uncollected(), self._options
        wait = PollState(
            started, started + options.timeout, options.pace, options.max_failures, known=options.known
        )
        story = PollLog(len(waiting), started, self._log.info, in_turn=not self._saves_early)
        with self._telling_of_execution_timeout(started):
            for group in [waiting] if self._saves_early else [[request] for request in waiting]:
                for request_id, ending in wait_for_each(self._hook.fetch, group, wait, story.tell):
                    judged = self._requests.end(request_id, ending)
                    if self._saves_early and self._uncollected():
                        self._results.add({request_id: judged})

    @contextmanager
    def _telling_of_execution_timeout(self, started: float) -> Iterator[None]:
        try:
            yield
        except AirflowTaskTimeout as err:
            self._keep_partial()
            over = Ending(EndingKind.EXECUTION_TIMEOUT, "still waited for")
            missing = dict.fromkeys(self._uncollected(), over)
            if not missing:
                raise
            for _ in missing:
                count_ended_wait(over.kind, time.time() - started)
            raise self._requests.error({**self._requests.failed, **missing}) from err

    def _keep_partial(self) -> None:
        """Keep what is there for the error that is to come. No file is saved any more: the time is over."""
        if not self._results.are_saved:
            self._results.add(self._requests.endings)
        self._results.keep_partial(complete=False)

    def _fetch(self, request_ids: list[str], endings: Mapping[str, Ending]) -> dict[str, Ending]:
        _ = self._hook.settings  # looked up here, because Airflow's own look-up is for the main thread
        return fetch_results(self._hook.fetch, request_ids, endings)

    def _uncollected(self) -> list[str]:
        """The requests that have not ended, or whose result could not be taken care of as yet."""
        results = self._results
        ended = self._requests.endings.keys() - results.errors.keys() | results.values.keys()
        return [request for request in self._requests.unique if request not in ended]

    def _worth_waiting_for(self) -> list[str]:
        """Those of them that are worth a start of the task: not what cannot be saved whenever it is tried."""
        errors: Mapping[str, ModelsLabError] = self._results.errors
        lost = {request for request, error in errors.items() if isinstance(error, AirflowFailException)}
        return [request for request in self._uncollected() if request not in lost]
