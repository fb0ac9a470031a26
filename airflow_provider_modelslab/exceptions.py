"""One exception class for each thing a DAG author may want to tell apart.

Those that are also an ``AirflowFailException`` fail the task at once: another try would meet the
same answer. The others leave the decision to the task's ``retries``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowTaskTimeout,
)

if TYPE_CHECKING:
    from typing_extensions import Self

_FACTS = ("request_id", "track_id", "conn_id", "api_message", "http_status", "host")


class ModelsLabError(AirflowException):
    """Anything this provider raises; retried as the task's ``retries`` say unless a subclass differs.

    What the text says stands in attributes too, so that a failure callback need not read English. Each is
    None where it is not known, and all of them survive pickling.

    :param args: the text
    :param request_id: the face swap's id at ModelsLab; of several that failed, the first
    :param track_id: the name that its submit call gave it
    :param conn_id: id of the Airflow connection of type ModelsLab
    :param api_message: the API's own words
    :param http_status: HTTP status of the answer, of the API or of the file server
    :param host: host name of the file's URL, without the rest of it, which may hold a token
    """

    def __init__(
        self,
        *args: object,
        request_id: str | None = None,
        track_id: int | str | None = None,
        conn_id: str | None = None,
        api_message: str | None = None,
        http_status: int | None = None,
        host: str | None = None,
    ) -> None:
        super().__init__(*args)
        self.request_id = request_id
        self.track_id = track_id
        self.conn_id = conn_id
        self.api_message = api_message
        self.http_status = http_status
        self.host = host

    @property
    def facts(self) -> dict[str, Any]:
        """All of these attributes by name."""
        return {name: getattr(self, name) for name in _FACTS}

    def with_facts(self, **facts: Any) -> Self:
        """Return this error, with those attributes filled in that it does not have yet.

        :param facts: attributes by name
        """
        for name, value in facts.items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        return self

    def with_text(self, text: str) -> Self:
        """Return an error of the same class that knows the same, with another text.

        :param text: what it says
        """
        return type(self)(text, **self.facts)


class InvalidConnectionError(ModelsLabError, AirflowFailException):
    """The Airflow connection cannot be used: another type, no key, or a host that is not a URL.

    Nor can one whose host the environment leads to by a way that is none: a SOCKS proxy, lost certificates.
    """


class InvalidRequestIdError(ModelsLabError, AirflowFailException, ValueError):
    """What was given as ``request_id`` cannot be the id of a queued request."""


class InvalidDestinationError(ModelsLabError, AirflowFailException, ValueError):
    """The destination is not a place that files can be written to."""


class DestinationExistsError(ModelsLabError, AirflowFailException):
    """The destination already holds this result, and ``if_exists="fail"`` forbids touching it."""


class InvalidSwapError(ModelsLabError, AirflowFailException, ValueError):
    """The API has no call for the face swap that is meant, or one of its pictures cannot be sent."""


class InvalidResultsError(ModelsLabError, AirflowFailException, ValueError):
    """What a person is to be asked about are no results of face swaps, or have no files yet."""


class MissingConsentError(ModelsLabError, AirflowFailException):
    """The connection requires a reference to consent, and the face swap has none."""


class RequestRefusedError(ModelsLabError, AirflowFailException):
    """The API understood the call and will not serve it; the subclasses say why."""


class InvalidKeyError(RequestRefusedError):
    """The API does not accept the connection's key."""


class InsufficientCreditsError(RequestRefusedError):
    """The account has run out of credits."""


class SubscriptionRequiredError(RequestRefusedError):
    """The account's plan does not include this call."""


class InvalidRequestError(RequestRefusedError):
    """The API finds fault with the request itself."""


class FaceSwapFailedError(ModelsLabError, AirflowFailException):
    """The face swap job itself failed at ModelsLab."""


class FaceSwapFailedRetryableError(ModelsLabError):
    """The job itself failed, and ``resubmit_failed`` lets the task's ``retries`` submit, and pay, again."""


class FaceSwapTimeoutError(ModelsLabError, AirflowSensorTimeout):
    """The job was not complete at the deadline. Not retried, like every sensor timeout."""


class FaceSwapExecutionTimeoutError(ModelsLabError, AirflowTaskTimeout):
    """The task's ``execution_timeout`` was over while it waited. Retried, like every such timeout."""


class QueueFullError(FaceSwapTimeoutError):
    """There was no room in the account's queue until the deadline. Nothing was queued."""


class SubmissionUnknownError(ModelsLabError, AirflowFailException):
    """The face swap may have been queued, and paid for; a person has to look."""


class BatchFailedError(ModelsLabError, AirflowFailException):
    """More face swaps of a batch have failed than ``max_failures`` allows, and no retry would mend them."""


class BatchIncompleteError(ModelsLabError):
    """Face swaps of a batch are not done that another try may do; those that are stand."""


class ResultNotCollectedError(ModelsLabError, AirflowFailException):
    """The face swap was submitted, and its result not had; a retry would submit and pay again."""


class ModelsLabUnavailableError(ModelsLabError):
    """The API could not be reached, or made no sense, several times in a row."""


class RequestNotFoundError(ModelsLabUnavailableError):
    """The API said, several times in a row, that it does not know the id."""


class DownloadError(ModelsLabError):
    """A result file could not be fetched whole."""


class UnsafeUrlError(DownloadError, AirflowFailException):
    """A file's URL leads where downloads must not go: not https, or not a public address."""


class ExpiredUrlError(DownloadError, AirflowFailException):
    """A file's URL is no longer served; ModelsLab keeps results for a limited time."""


class InvalidContentError(DownloadError):
    """What came is not the picture or video that it should be."""


class FileTooLargeError(DownloadError, AirflowFailException):
    """A file is larger than the task allows."""
