"""The requests that a task waits for, and how each of them stands as far as is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_modelslab.error_messages.advice import Caller
from airflow_provider_modelslab.error_messages.waits import error_of_many
from airflow_provider_modelslab.exceptions import InvalidRequestIdError, ModelsLabError
from airflow_provider_modelslab.metrics import count_ended_wait
from airflow_provider_modelslab.protocol.ids import is_many, parse_request_ids
from airflow_provider_modelslab.protocol.nsfw import failed_if_flagged
from airflow_provider_modelslab.protocol.outcome import Outcome
from airflow_provider_modelslab.protocol.poll_log import PollLog
from airflow_provider_modelslab.protocol.poll_state import Ending, ending_of


class Requests:
    """One request or several, in the order given.

    :param request_id: the id or ids, after rendering
    :param conn_id: id of the Airflow connection that they are asked for by
    :param log: hears of what changes
    :param began: when the task began to wait, in seconds since the epoch; now, if not given
    :param fail_on_nsfw: take a job for failed whose output was found not safe for work
    :raises InvalidRequestIdError: when one of them cannot be an id
    """

    def __init__(
        self,
        request_id: Any,
        conn_id: str,
        log: Any,
        *,
        began: float | None = None,
        fail_on_nsfw: bool = False,
    ) -> None:
        try:
            self.ids = parse_request_ids(request_id)
        except ValueError as err:
            raise InvalidRequestIdError(
                f"request_id is not usable: {err}. Pass the id that the submit call returned."
            ) from None
        if not self.ids:
            log.info("request_id is an empty list: nothing to wait for; the result is an empty list.")
        self.is_many = is_many(request_id)
        self.unique = list(dict.fromkeys(self.ids))
        #: How the waits ended that have ended, by request id.
        self.endings: dict[str, Ending] = {}
        self.caller = Caller(conn_id)
        self._fail_on_nsfw = fail_on_nsfw
        self._began = began or time.time()
        self._story = PollLog(len(self.unique), self._began, log.info, in_turn=True)

    @property
    def running(self) -> list[str]:
        """Those that have not ended."""
        return [request for request in self.unique if request not in self.endings]

    @property
    def failed(self) -> dict[str, Ending]:
        """How those ended that have no result."""
        return {request: ending for request, ending in self.endings.items() if not ending.result}

    def look(self, fetch: Callable[[str], Outcome | Ending]) -> Outcome | None:
        """Look at the requests in order until one is not ready; return what that look saw.

        One look suffices while the first of a thousand is running.

        :param fetch: how to look at one request
        :return: None when every request has ended
        """
        for request_id in self.running:
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
        now = time.time()
        count_ended_wait(ending.kind, now - self._began)
        self.end(request_id, ending)
        self._story.tell(request_id, ending, now)
        return None

    def end(self, request_id: str, ending: Ending) -> Ending:
        """Take note of how the wait for a request ended, and return what the task makes of that.

        :param request_id: the request
        :param ending: how it ended
        """
        self.endings[request_id] = judged = failed_if_flagged(ending) if self._fail_on_nsfw else ending
        return judged

    def tell(self, seen: Outcome) -> None:
        """Say how the first that has not ended stands, where that has changed.

        :param seen: what the last look saw
        """
        self._story.tell(self.running[0], seen, time.time())

    def described(self, seen: Outcome) -> str:
        """Return how things stand, in a line.

        :param seen: what the last look saw
        """
        return self._story.in_turn(self.running[0], seen)

    def error(self, endings: Mapping[str, Ending]) -> ModelsLabError:
        """Return the one exception for requests that have no result.

        :param endings: how their waits ended
        """
        return error_of_many(endings, len(self.unique), self.caller)
