"""One look at a request: the calls that it takes, and what their answers mean together.

The vendor documents the fetch call of dedicated servers twice and differently: ``/fetch/{id}`` with the key
(docs.modelslab.com, the enterprise pages; also the vendor's clients), and ``/fetch`` with the key and the id
(its OpenAPI schema). Whichever a server speaks, the other leads nowhere: 404.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from airflow_provider_modelslab.protocol.answer import Answer, read_answer
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    JobFailed,
    Outcome,
    Refusal,
    Refused,
    TryAgain,
    Waiting,
)
from airflow_provider_modelslab.protocol.request import fetch_path, is_enterprise, parse_request_id

_NOT_FOUND = 404


@dataclass(frozen=True)
class FetchCall:
    """A fetch call, without the key.

    :param path: its path
    :param parameters: its body
    """

    path: str
    parameters: dict[str, Any] = field(default_factory=dict)


class FetchForm:
    """The form of the fetch call that a server has been found to speak; kept for a connection."""

    def __init__(self) -> None:
        self.id_in_body = False

    def look(self, api_path: str, request_id: str, key: str) -> Look:
        """Return a look at a request, in the form that worked last.

        :param api_path: path of the face swap calls
        :param request_id: the id that the submit call gave
        :param key: the API key, removed from whatever repeats it
        """
        return Look(self, api_path, request_id, key)

    def calls(self, api_path: str, request_id: str) -> list[FetchCall]:
        """Return the calls of which the first is made, and the next where that meets a 404.

        :param api_path: path of the face swap calls
        :param request_id: the id that the submit call gave
        """
        calls = [FetchCall(fetch_path(api_path, request_id))]
        if is_enterprise(api_path):
            calls.append(FetchCall(f"{api_path}/fetch", {"id": parse_request_id(request_id)}))
        return calls[::-1] if self.id_in_body else calls


class Look:
    """One look: whoever makes its calls gives it the answers, until there is no next call.

    ``outcome`` is what was seen, once the look is over.

    :param form: takes note of the form that worked
    :param api_path: path of the face swap calls
    :param request_id: the id that the submit call gave
    :param key: the API key, removed from whatever repeats it
    """

    def __init__(self, form: FetchForm, api_path: str, request_id: str, key: str) -> None:
        self._form, self._request_id, self._key = form, request_id, key
        self._calls = form.calls(api_path, request_id)
        self._missed = False
        self.outcome: Outcome = TryAgain("no call was made", sent=False)

    @property
    def call(self) -> FetchCall | None:
        """The call to make next; None when the look is over."""
        return self._calls[0] if self._calls else None

    def take(self, answer: Answer | TryAgain) -> None:
        """Take the answer to the call.

        :param answer: what came back, or why nothing did
        """
        call = self._calls.pop(0)
        seen = read_answer(answer, self._request_id, self._key) if isinstance(answer, Answer) else answer
        missed = isinstance(answer, Answer) and answer.status == _NOT_FOUND
        if not self._missed or _says_more(seen, missed=missed):
            self.outcome = seen
        if isinstance(seen, (Done, Waiting, JobFailed)):
            self._form.id_in_body = bool(call.parameters)
        self._missed = missed
        if not missed:
            self._calls.clear()


def _says_more(seen: Outcome, *, missed: bool) -> bool:
    """Tell whether the second call says more of the request than the 404 of the first.

    A server without the second form answers that with 404 too, or finds fault with the call. Of two 404 the
    API's own counts: where both are pages, as of a proxy whose server is away, they pass.
    """
    if missed:
        return isinstance(seen, TryAgain) and seen.unknown_id
    return not (isinstance(seen, Refused) and seen.reason is Refusal.INVALID)
