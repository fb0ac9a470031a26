"""What a task may meet that submits its request itself, and how the server knows which request it is.

A picture of the submit call bears a mark: in its URL, or in the base64 text of its bytes.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from typing import Any

from tests.stress.leaks.kinds import KINDS, Kind, Prepare, Stage
from tests.stress.leaks.places import KEEPS_STATES
from tests.support.standin import Media

FINAL = {"FaceSwapFailedError", "ExpiredUrlError"}  # the task ends with these on all versions
ACCOUNT = {"InvalidKeyError", "InsufficientCreditsError"}
OF_THE_ITEM = FINAL | {"InvalidRequestError", "SubmissionUnknownError", "RequestNotFoundError"}


def mark_of(name: str) -> str:
    """Letters and digits for a name, as many as base64 decodes to whole bytes."""
    return sha256(name.encode()).hexdigest()[:24]


def url_of(name: str, kind: str = "jpg") -> str:
    """The URL of a picture or clip that bears the mark of a name."""
    return f"https://example.com/{mark_of(name)}.{kind}"


def picture_of(name: str) -> bytes:
    """A picture whose base64 text bears the mark of a name."""
    whole = Media("jpg").whole()
    return whole + bytes(-len(whole) % 3) + b64decode(mark_of(name))


def submitted(kind: Kind) -> Kind:
    """The kind, met by a request that the task submits itself, and that is queued."""

    def prepare(stage: Stage, name: str) -> None:
        kind.prepare(stage, name)
        _queued(stage, name)

    return replace(kind, prepare=prepare, error=error_after_submission(kind.error))


def error_after_submission(error: str) -> str:
    """The exception of a task that submitted its request itself: another, where a retry would pay again."""
    stays = error in FINAL or (KEEPS_STATES and error != "RequestNotFoundError")
    return error if stays or not error else "ResultNotCollectedError"


def error_of_batch(error: str, *, submits: bool) -> str:
    """The exception of a batch whose one item meets that: what is the item's is told in its report.

    :param error: that of a task of its own
    :param submits: whether the submit call meets it
    """
    if not error or error in ACCOUNT or (submits and error == "ModelsLabUnavailableError"):
        return error
    return "BatchFailedError" if error in OF_THE_ITEM else "BatchIncompleteError"


def _answer(stage: Stage, name: str, times: int | str = "always", **answer: Any) -> None:
    """Give this answer to the submit call with the mark."""
    stage.server.fault("submit", holding=mark_of(name), times=times, **answer)


def _queued(stage: Stage, name: str) -> None:
    body = {"status": "processing", "id": name, **stage.echo.said("Try to fetch request")}
    _answer(stage, name, **stage.echo.answer(200, body))


def _refused(status: int, words: str) -> Prepare:
    return lambda stage, name: _answer(stage, name, **stage.echo.error(status, words))


def _invalid(stage: Stage, name: str) -> None:
    fields = {"init_image": ["The init image field is required.", stage.echo.in_json]}
    said = stage.echo.said("") | {"message": fields | {stage.echo.key: [stage.echo.in_url]}}
    _answer(stage, name, **stage.echo.answer(400, {"status": "error", **said}))


def _no_room(stage: Stage, name: str) -> None:
    stage.server.add_job(name)
    _answer(stage, name, times=2, **stage.echo.error(429, "Rate limit exceeded.", retry_after=1))
    _queued(stage, name)


def _failed(stage: Stage, name: str) -> None:
    said = {"status": "failed", "id": name, **stage.echo.said("No face detected"), "output": ""}
    _answer(stage, name, **stage.echo.answer(200, said))


def _redirected(stage: Stage, name: str) -> None:
    _answer(stage, name, redirect=stage.echo.headers["Location"], headers=stage.echo.headers)


def _done(stage: Stage, name: str) -> None:
    success = stage.echo.success(stage.server.urls(stage.server.add_job(f"{name}-files")))
    _answer(stage, name, **success | {"body": success["body"] | {"id": name}})


AT_SUBMISSION = (
    Kind("submit-key", _refused(401, "Invalid API key"), "InvalidKeyError"),
    Kind("submit-credits", _refused(402, "Insufficient credits"), "InsufficientCreditsError"),
    Kind("submit-invalid", _invalid, "InvalidRequestError"),
    Kind("submit-page", lambda stage, name: _answer(stage, name, **stage.echo.page()),
         "SubmissionUnknownError"),
    Kind("submit-failed", _failed, "FaceSwapFailedError"),
    Kind("submit-limited", _no_room),
    Kind("submit-elsewhere", _redirected, "ModelsLabUnavailableError"),
    Kind("submit-done", _done),
)  # fmt: skip
SUBMITTED = (*AT_SUBMISSION, *map(submitted, KINDS))
