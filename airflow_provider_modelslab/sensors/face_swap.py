"""A sensor that waits until queued face swaps are complete."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
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

from airflow_provider_modelslab.exceptions import ModelsLabError, RequestNotFoundError
from airflow_provider_modelslab.execution_timeout import execution_deadline, fail_if_overdue
from airflow_provider_modelslab.hooks.connection import DEFAULT_CONN_ID
from airflow_provider_modelslab.messages import error_of
from airflow_provider_modelslab.protocol.deadline import Deadline
from airflow_provider_modelslab.protocol.event import Rest
from airflow_provider_modelslab.protocol.outcome import Outcome, TryAgain, Waiting
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.schedule import AFTER_RESCHEDULE, TOLERANCE, Pace, looks_so_far
from airflow_provider_modelslab.protocol.wait import Ending, EndingKind, Wait
from airflow_provider_modelslab.rescheduling import AirflowRescheduleException, began_rescheduling
from airflow_provider_modelslab.waiting import WaitsForFaceSwaps
from airflow_provider_modelslab.xcom import warn_if_flagged, warn_if_large

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

_SAVE = "A FaceSwapResultOperator with a destination, in this task's place, saves the files instead."


class FaceSwapResultSensor(WaitsForFaceSwaps, BaseSensorOperator):
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
    :return: ``{"id", "status", "generationTime", "output": […], "proxy_links": […], "meta": {…}}``, with
        ``nsfw_content_detected``, a list of booleans, where the API says it; or a list of these in the order
        of the ids
    :raises ModelsLabError: the subclass says why there is no result, see ``exceptions``
    """

    template_fields: Sequence[str] = ("request_id", "modelslab_conn_id")
    ui_color = "#e8def8"

    def __init__(
        self,
        *,
        request_id: int | str | Sequence[int | str],
        modelslab_conn_id: str = DEFAULT_CONN_ID,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        end_from_trigger: bool = False,
        poke_interval: timedelta | float | None = None,
        **kwargs: Any,
    ) -> None:
        if poke_interval is not None:
            kwargs["poke_interval"] = poke_interval
        super().__init__(**kwargs)
        self.request_id = request_id
        self.modelslab_conn_id = modelslab_conn_id
        self.deferrable = deferrable
        self.end_from_trigger = end_from_trigger
        chooses_interval = poke_interval is None and not self.exponential_backoff
        self.pace = Pace(
            poke_interval=None if chooses_interval else self.poke_interval,
            exponential_backoff=self.exponential_backoff,
            max_wait=self.max_wait.total_seconds() if self.max_wait else None,
        )
        self.tolerance = None if self.silent_fail else TOLERANCE
        self._seen: Outcome | None = None
        self._wait: Wait | None = None

    def execute(self, context: Context) -> Any:
        """Wait as the mode says.

        :param context: the task's context
        """
        with self._ending_as_configured():
            if not self.deferrable:
                return self._poke_until_done(context)
            started = time.time()
            self._seen = self._look_unless_silenced()
            if self._seen is not None:
                deadline = Deadline.sooner(started + self.timeout, execution_deadline(self, context))
                rest = Rest(started, deadline)
                self.defer_until_done(context, self._seen, rest, end_task=self._can_end_from_trigger())
            return self.finish(context)

    def _poke_until_done(self, context: Context) -> Any:
        """Let Airflow's loop poke, but tell here why a task is skipped: it keeps the reason to itself."""
        self._began = began_rescheduling(self, context) or time.time()
        lenient = self.soft_fail, self.never_fail
        self.soft_fail = self.never_fail = False
        try:
            return super().execute(context)
        finally:
            self.soft_fail, self.never_fail = lenient

    def poke(self, context: Context) -> bool | PokeReturnValue:
        """Look once; trouble that passes is ridden out, for up to some minutes.

        :param context: the task's context
        :return: False while a request has not ended, else the task's value
        """
        ended = len(self._endings)
        until = self._began + self.timeout
        look = partial(self.hook.fetch_through_trouble, tolerance=self.tolerance, until=until)
        self._seen = self.look(look)
        if len(self._endings) > ended:
            self._wait = None  # the schedule is about another request now
        if self._seen is None:
            return PokeReturnValue(is_done=True, xcom_value=self.finish(context))
        self._story.tell(str(self._waited_for()), self._seen, time.time())
        return False

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Come back from the triggerer, under the same rules as in the other modes.

        The sensor base class has rules of its own here, which differ between Airflow versions.
        """
        with self._ending_as_configured():
            fail_if_overdue(self, next_method, next_kwargs, context)
            return BaseOperator.resume_execution(self, next_method, next_kwargs, context)

    def finish(self, context: Context) -> Any:
        """Return the task's value, and say so where it is too large for XCom."""
        value = super().finish(context)
        warn_if_large(value, self.log, _SAVE)
        return value

    def value_of(self, result: FaceSwapResult) -> dict[str, Any]:
        """Return the result as the task's value."""
        warn_if_flagged(result, self.log)
        return result.as_xcom()

    def _can_end_from_trigger(self) -> bool:
        """An end in the triggerer goes past the XCom backend, asset outlets and mapped tasks' lengths."""
        if not self.end_from_trigger:
            return False
        obstacles = {
            "a custom XCom backend": _has_custom_xcom_backend(),
            "outlets": bool(self.outlets),
            "tasks mapped over the result": any(self.iter_mapped_dependants()),
            "do_xcom_push=False": not self.do_xcom_push,
        }
        in_the_way = [name for name, there in obstacles.items() if there]
        if in_the_way:
            self.log.info("end_from_trigger is set aside, because of %s.", " and ".join(in_the_way))
        return not in_the_way

    def _waited_for(self) -> str | None:
        """The first request that has not ended, which is the one that was looked at last."""
        return next((request for request in self.request_ids if request not in self._endings), None)

    def _look_unless_silenced(self) -> Outcome | None:
        """Look as Airflow's loop pokes: what is no final failure is logged and waited out if so set."""
        try:
            return self.look_before_deferring()
        except AirflowFailException:
            raise
        except Exception as err:
            if not self.silent_fail:
                raise
            self.log.exception("The first look failed; waiting on because of silent_fail.")
            return TryAgain(str(err))

    @contextmanager
    def _ending_as_configured(self) -> Iterator[None]:
        """Apply ``soft_fail`` and ``never_fail`` alike in every mode, and say which request timed out."""
        try:
            yield
        except (AirflowSkipException, AirflowRescheduleException):
            raise
        except (AirflowSensorTimeout, AirflowTaskTimeout, AirflowFailException) as err:
            told = self._told(err)
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

    def _told(self, error: BaseException) -> BaseException:
        """Return a timeout of Airflow's own as one that says which request it was about."""
        is_timeout = isinstance(error, (AirflowSensorTimeout, AirflowTaskTimeout))
        request = self._waited_for() if is_timeout and not isinstance(error, ModelsLabError) else None
        if request is None:
            return error
        by_execution = isinstance(error, AirflowTaskTimeout)
        kind = EndingKind.EXECUTION_TIMEOUT if by_execution else EndingKind.TIMEOUT
        if self._seen is None:
            return error_of(request, Ending(kind, "no look succeeded"), self.asker)
        wait = replace(self._wait or Wait(0.0, 0.0), deadline_kind=kind)
        return error_of(request, wait.at_deadline(self._seen), self.asker)

    def _get_next_poke_interval(
        self, started_at: datetime | float, run_duration: Callable[[], float], poke_count: int
    ) -> float:
        """Let Airflow's loop pause as the trigger would, and not past the deadline.

        In reschedule mode a pause is never so short that the scheduler could confuse two runs of the
        task, unless the author's own ``poke_interval`` is.
        """
        now, elapsed = time.time(), run_duration()
        if self._wait is None:
            looks = looks_so_far(self.pace, elapsed) if self.reschedule else poke_count
            deadline = now - elapsed + self.timeout
            self._wait = Wait(now - elapsed, deadline, self.pace, tolerance=None, looks=looks - 1)
        step = self._wait.after(self._seen or Waiting("processing"), now, random.random())
        if isinstance(step, Ending):
            return 0.0
        self._wait = step
        pause = step.next_look - now
        if self.reschedule:
            pause = max(pause, min(AFTER_RESCHEDULE, self.pace.poke_interval or AFTER_RESCHEDULE))
        return pause


def _has_custom_xcom_backend() -> bool:
    backend: str = conf.get("core", "xcom_backend", fallback="")
    return bool(backend) and not (backend.startswith("airflow.") and backend.endswith(".BaseXCom"))
