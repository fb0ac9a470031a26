"""A sensor that waits until queued face swaps are complete."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    BaseOperator,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_provider_modelslab.client.connection import DEFAULT_CONN_ID
from airflow_provider_modelslab.exceptions import ModelsLabError, RequestNotFoundError
from airflow_provider_modelslab.links.face_swap import FACE_SWAP_LINKS
from airflow_provider_modelslab.protocol.durations import seconds
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES, Pace
from airflow_provider_modelslab.protocol.xcom_size import warn_if_large
from airflow_provider_modelslab.task.end_from_trigger import may_end_from_trigger
from airflow_provider_modelslab.task.error_to_xcom import error_to_xcom
from airflow_provider_modelslab.task.execution_timeout import (
    execution_deadline,
    extend_execution_timeout,
    fail_if_overdue,
)
from airflow_provider_modelslab.task.open_lineage import OpenLineageMethods
from airflow_provider_modelslab.task.rescheduling import AirflowRescheduleException, began_rescheduling

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
    from airflow_provider_modelslab.protocol.outcome import Outcome
    from airflow_provider_modelslab.task.poking import Poking
    from airflow_provider_modelslab.task.requests_wait import RequestsWait
    from airflow_provider_modelslab.task.wait_options import WaitOptions

_SAVE = "A FaceSwapResultOperator with a destination, in this task's place, saves the files instead."


class FaceSwapResultSensor(OpenLineageMethods, BaseSensorOperator):
    """Wait until a queued face swap, or each of several, is complete.

    The arguments of every Airflow sensor (``timeout``, ``mode``, ``soft_fail``, ``never_fail``,
    ``silent_fail``, ``exponential_backoff``, ``max_wait``) mean the same in every mode.

    :param request_id: the id that the submit call gave, or a sequence of ids. (templated)
    :param modelslab_conn_id: id of the Airflow connection of type ModelsLab. (templated)
    :param deferrable: wait in the triggerer, without a worker
        (default: ``[operators] default_deferrable``)
    :param end_from_trigger: end the task in the triggerer when the requests are done, without starting
        a worker again. Where that would lose something (a custom XCom backend, outlets, tasks mapped
        over the result), the task resumes on a worker all the same, and the log says why
    :param poke_interval: seconds between two looks. Without it the provider chooses: by the API's eta
        where there is one, else at intervals that grow from 2 to some 10 seconds
    :param linger: where ``deferrable``, for how many seconds the worker itself waits for what may be done by
        then, since to defer takes as long (default: 12); 0 defers at once
    :return: ``{"id", "status", "generationTime", "output": […], "proxy_links": […], "meta": {…}}``, with
        ``nsfw_content_detected``, a list of booleans, where the API says it; or a list of these in the order
        of the ids
    :raises ModelsLabError: the subclass says why there is no result, see ``exceptions``
    """

    template_fields: Sequence[str] = ("request_id", "modelslab_conn_id")
    operator_extra_links = FACE_SWAP_LINKS
    ui_color = "#e8def8"

    def __init__(
        self,
        *,
        request_id: int | str | Sequence[int | str],
        modelslab_conn_id: str = DEFAULT_CONN_ID,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        end_from_trigger: bool = False,
        poke_interval: timedelta | float | None = None,
        linger: timedelta | float | None = None,
        **kwargs: Any,
    ) -> None:
        if poke_interval is not None:
            kwargs["poke_interval"] = poke_interval
        super().__init__(**kwargs)
        self.request_id = request_id
        self.modelslab_conn_id = modelslab_conn_id
        self.deferrable = deferrable
        self.end_from_trigger = end_from_trigger
        self.linger = None if linger is None else seconds("linger", linger)
        self.max_failed_looks = None if self.silent_fail else MAX_FAILURES
        chooses_interval = poke_interval is None and not self.exponential_backoff
        self.pace = Pace(
            poke_interval=None if chooses_interval else self.poke_interval,
            exponential_backoff=self.exponential_backoff,
            max_wait=self.max_wait.total_seconds() if self.max_wait else None,
        )

    @cached_property
    def hook(self) -> ModelsLabHook:
        """The hook of the task's connection."""
        from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook

        return ModelsLabHook(modelslab_conn_id=self.modelslab_conn_id)

    @error_to_xcom
    def execute(self, context: Context) -> Any:
        """Wait as the mode says.

        :param context: the task's context
        """
        with self._ending_as_configured():
            if not self.deferrable:
                return self._poke_until_done(context)
            started = time.time()
            self._poking = self._begin(started)
            wait = self._wait(context)
            window = wait.window(started, execution_deadline(self, context))
            last = wait.linger(window, self._fetch_unless_silenced)
            if last is not None:
                wait.defer(last, window, end_task=self.end_from_trigger and may_end_from_trigger(self))
            return self._value_of(wait)

    def poke(self, context: Context) -> bool | PokeReturnValue:
        """Look once.

        :param context: the task's context
        :return: False while a request has not ended, else the task's value
        """
        if not self._poking.poke():
            return False
        return PokeReturnValue(is_done=True, xcom_value=self._value_of(self._wait(context)))

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Go on after the wait in the triggerer.

        :param context: the task's context
        :param event: the trigger's payload
        """
        wait = self._wait(context)
        wait.resume(event)
        return self._value_of(wait)

    @error_to_xcom
    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer, under the same rules as in the other modes.

        The sensor base class has rules of its own here, which differ between Airflow versions.
        """
        with self._ending_as_configured():
            fail_if_overdue(self, next_method, next_kwargs, context, self.request_id)
            return BaseOperator.resume_execution(self, next_method, next_kwargs, context)

    def pre_execute(self, context: Any) -> None:
        """Let a task that resumes after its time say what it knows, on Airflow 2 too."""
        super().pre_execute(context)
        extend_execution_timeout(self, context)

    def _poke_until_done(self, context: Context) -> Any:
        """Let Airflow's loop poke, but tell here why a task is skipped: it keeps the reason to itself."""
        self._poking = self._begin(began_rescheduling(self, context) or time.time())
        lenient = self.soft_fail, self.never_fail
        self.soft_fail = self.never_fail = False
        try:
            return super().execute(context)
        finally:
            self.soft_fail, self.never_fail = lenient

    @cached_property
    def _poking(self) -> Poking:
        """Of a task that resumes, and of ``poke`` where it is called by itself."""
        return self._begin(time.time())

    def _begin(self, began: float) -> Poking:
        from airflow_provider_modelslab.task.poking import Poking
        from airflow_provider_modelslab.task.requests import Requests

        requests = Requests(self.request_id, self.modelslab_conn_id, self.log, began=began)
        return Poking(requests, self.hook, self._options, began, self.log)

    @property
    def _options(self) -> WaitOptions:
        from airflow_provider_modelslab.task.wait_options import WaitOptions

        return WaitOptions(self.timeout, self.pace, self.max_failed_looks, linger=self.linger)

    def _wait(self, context: Context) -> RequestsWait:
        from airflow_provider_modelslab.task.requests_wait import RequestsWait
        from airflow_provider_modelslab.task.results import Results

        results = Results(context, self.hook, self.log)
        return RequestsWait(self._poking.requests, results, self.hook, self._options, self.log)

    def _value_of(self, wait: RequestsWait) -> Any:
        value = wait.collect()
        warn_if_large(value, self.log, _SAVE)
        return value

    def _fetch_unless_silenced(self, request_id: str) -> Outcome:
        """Look as Airflow's loop pokes: what is no final failure is logged and waited out if so set."""
        try:
            return self.hook.fetch(request_id)
        except AirflowFailException:
            raise
        except Exception as err:
            if not self.silent_fail:
                raise
            from airflow_provider_modelslab.protocol.outcome import TransientFailure

            self.log.exception("A look failed; waiting on because of silent_fail.")
            return TransientFailure(str(err))

    @contextmanager
    def _ending_as_configured(self) -> Iterator[None]:
        """Apply ``soft_fail`` and ``never_fail`` alike in every mode, and say which request timed out."""
        try:
            yield
        except (AirflowSkipException, AirflowRescheduleException):
            raise
        except (AirflowSensorTimeout, AirflowTaskTimeout, AirflowFailException) as err:
            is_own = isinstance(err, (ModelsLabError, AirflowFailException))
            told = err if is_own else self._poking.as_timeout_error(err)
            self._skip_if(told, "soft_fail")
            self._skip_if(told, "never_fail")
            if told is err:
                raise
            raise told from err
        except RequestNotFoundError as err:
            # Airflow's loop skips whatever is not complete at the deadline, and so does an unknown id.
            self._skip_if(err, "soft_fail")
            self._skip_if(err, "never_fail")
            raise
        except Exception as err:
            self._skip_if(err, "never_fail")
            raise

    def _skip_if(self, reason: BaseException, argument: str) -> None:
        if getattr(self, argument):
            raise AirflowSkipException(f"Skipped as {argument} asks for: {reason}") from reason

    def _get_next_poke_interval(
        self, started_at: datetime | float, run_duration: Callable[[], float], poke_count: int
    ) -> float:
        """Let Airflow's loop pause as the trigger would, and not past the deadline."""
        return self._poking.next_interval(run_duration(), poke_count, reschedule=self.reschedule)
