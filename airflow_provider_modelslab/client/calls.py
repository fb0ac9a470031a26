"""The API's calls as values: what is sent where, how an answer is read, and what it means that none came.

Nothing here sends anything. ``SyncClient`` does over ``requests``, ``AsyncClient`` over ``aiohttp``, and
neither decides anything, so the two cannot drift apart. What may take a second call is a generator: it
yields calls, and is sent what the answer to each means.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.endpoint import fetch_path, is_enterprise
from airflow_provider_modelslab.protocol.face_swap import SubmitRequest, submit_path
from airflow_provider_modelslab.protocol.ids import parse_request_id
from airflow_provider_modelslab.protocol.key_check import key_check_path, read_key_check
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    Outcome,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.picture_encoding import Form, as_data_uri, other_form
from airflow_provider_modelslab.protocol.picture_refusal import both_refused, is_invalid, may_be_the_form
from airflow_provider_modelslab.protocol.poll_answer import read_answer
from airflow_provider_modelslab.protocol.submit_answer import Submission, Unknown, read_submission

_Meaning = TypeVar("_Meaning")


@dataclass(frozen=True)
class NoAnswer:
    """No answer came.

    :param reason: why, in words
    :param sent: whether the call may have reached the API
    """

    reason: str
    sent: bool = True


@dataclass(frozen=True)
class Call(Generic[_Meaning]):
    """One call, without the key.

    :param path: its path
    :param read: what an answer means; takes it, and the key to remove from whatever repeats it
    :param lost: what it means that none came
    :param parameters: its body; not shown by ``repr``, as it may hold signed URLs
    :param picture_form: how the pictures in the body are written
    :param on_new_connection: a kept one may end as it is used again, and nobody would know if the call came
    """

    path: str
    read: Callable[[Answer, str], _Meaning]
    lost: Callable[[NoAnswer], _Meaning]
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    picture_form: Form = as_data_uri
    on_new_connection: bool = False

    def meaning_of(self, answer: Answer | NoAnswer, key: str) -> _Meaning:
        """Return what came of the call.

        :param answer: what came back, or why nothing did
        :param key: the API key that it was made with
        """
        return self.lost(answer) if isinstance(answer, NoAnswer) else self.read(answer, key)


@dataclass
class ServerVariant:
    """What has been found out of a server that the documentation leaves open; kept for a connection.

    :param id_in_body: whether it wants the id of a fetch call in the body, and not in the path
    :param picture_form: how it takes pictures
    """

    id_in_body: bool = False
    picture_form: Form = as_data_uri


def is_key_refused(meaning: object) -> bool:
    """Tell whether a call was refused for its key, so that it is worth another with a rotated one."""
    return isinstance(meaning, Refused) and meaning.reason is Refusal.KEY


def fetch(
    server: ServerVariant, api_path: str, request_id: str
) -> Generator[Call[Outcome], Outcome, Outcome]:
    """Ask for a queued request once.

    The vendor documents the call of dedicated servers twice and differently: ``/fetch/{id}`` with the key
    (docs.modelslab.com, the enterprise pages; also the vendor's clients), and ``/fetch`` with the key and the
    id (its OpenAPI schema). Whichever a server speaks, the other leads nowhere: 404.

    :param server: takes note of the form that worked
    :param api_path: path of the face swap calls
    :param request_id: the id that the submit call gave
    """
    forms = [_fetch_call(fetch_path(api_path, request_id), request_id)]
    if is_enterprise(api_path):
        in_body = {"id": parse_request_id(request_id)}
        forms.insert(0 if server.id_in_body else 1, _fetch_call(f"{api_path}/fetch", request_id, in_body))
    seen = yield forms[0]
    if not _is_404(seen) or len(forms) == 1:
        return seen
    other = yield forms[1]
    if isinstance(other, (Done, InProgress, JobFailed)):
        server.id_in_body = bool(forms[1].parameters)
    return other if _says_more(other) else seen


def _fetch_call(path: str, request_id: str, parameters: Mapping[str, Any] | None = None) -> Call[Outcome]:
    def read(answer: Answer, key: str) -> Outcome:
        return read_answer(answer, request_id, key)

    return Call(path, read, lambda lost: TransientFailure(lost.reason), parameters or {})


def _is_404(seen: Outcome) -> bool:
    return getattr(seen, "http_status", None) == 404


def _says_more(seen: Outcome) -> bool:
    """Tell whether the second call says more of the request than the 404 of the first.

    A server without the second form answers that with 404 too, or finds fault with the call. Of two 404 the
    API's own counts: where both are pages, as of a proxy whose server is away, they pass.
    """
    if _is_404(seen):
        return isinstance(seen, TransientFailure) and seen.unknown_id
    return not (isinstance(seen, Refused) and seen.reason is Refusal.INVALID)


def submit(
    server: ServerVariant, api_path: str, request: SubmitRequest, say: Callable[..., None]
) -> Generator[Call[Submission], Submission, Submission]:
    """Submit a face swap once.

    Pictures go as data URIs; where the API refuses the call as invalid, which queued nothing, they go once
    more as plain base64.

    :param server: takes note of the form that worked
    :param api_path: path of the face swap calls
    :param request: the face swap
    :param say: takes a line for the log
    """
    first = yield _submit_call(api_path, request, server.picture_form)
    if not may_be_the_form(first) or not request.has_pictures:
        return first
    say("Pictures are sent in another way, as the API refused this one: %s", first.message)
    other = other_form(server.picture_form)
    second = yield _submit_call(api_path, request, other)
    if is_invalid(second):
        return both_refused(first, second)
    server.picture_form = other
    return second


def _submit_call(api_path: str, request: SubmitRequest, form: Form) -> Call[Submission]:
    def lost(call: NoAnswer) -> Submission:
        return Unknown(call.reason) if call.sent else TransientFailure(call.reason)

    path = submit_path(api_path, request)
    return Call(path, read_submission, lost, request.parameters, form, on_new_connection=True)


def check_key(api_path: str, base_url: str) -> Call[tuple[bool, str]]:
    """Return the call that checks a key at no cost, and says in a sentence whether it works.

    :param api_path: path of the face swap calls
    :param base_url: of the server, for that sentence
    """
    return Call(
        key_check_path(api_path),
        read_key_check,
        lambda lost: (False, f"{base_url} could not be asked: {lost.reason}"),
    )
