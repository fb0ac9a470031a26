"""Where files go: parsed, and proven writable before anybody waits an hour for nothing."""

from __future__ import annotations

import logging
import os
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from airflow_provider_modelslab.exceptions import InvalidDestinationError, ModelsLabError
from airflow_provider_modelslab.saving.store import OBJECT_STORES, Store

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

log = logging.getLogger(__name__)

#: Ends of the names of errors that may pass, in Python, aiohttp, botocore and Azure's library.
_TRANSIENT = ("ConnectionError", "TimeoutError", "ServiceRequestError", "ServiceResponseError")

_CHECK_THE_WAY = "Check the network and the connection's endpoint."
_CORRECT = "Correct that path, or the Airflow connection that it names."
_EXAMPLES = "Give an absolute path, file:///folder/ or a URI such as s3://conn_id@bucket/prefix/."
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def check_destination(destination: str | os.PathLike[str] | ObjectStoragePath) -> ObjectStoragePath:
    """Prove that files can be written to a destination, by writing and removing a small one.

    :param destination: an absolute local path, ``file:///…``, a URI such as
        ``s3://conn_id@bucket/prefix/`` whose user part names the Airflow connection, or an
        ``ObjectStoragePath``
    :return: the destination, ready to use; ``str()`` of it shows the connection's id and no secret
    :raises InvalidDestinationError: if it is not a place to write to, with what to do about it
    :raises ModelsLabError: if the store could not be reached, which may pass
    """
    path = as_path(destination)
    name = f"modelslab-probe-{uuid.uuid4().hex}"
    try:
        store = Store(path)
        store.write(
            name, b"This file proves that results can be saved here. It can be removed.\n", "text/plain"
        )
    except Exception as error:
        refuse(f"The destination {path} cannot be written to", path, error)
    try:
        store.remove(name)
    except Exception as error:
        log.warning("%s can be written to, but %s was not removed: %s", path, name, describe_failure(error))
    return path


def as_path(
    destination: str | os.PathLike[str] | ObjectStoragePath, what: str = "destination"
) -> ObjectStoragePath:
    """Return a destination as a path of Airflow's object storage.

    :param destination: as for :func:`check_destination`
    :param what: what it is called in errors
    :raises InvalidDestinationError: if it cannot be one
    """
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    uri = parse(str(destination) if isinstance(destination, ObjectStoragePath) else destination, what)
    _check_connection(uri, what)
    if isinstance(destination, ObjectStoragePath) and destination.protocol:
        return destination
    try:
        path = ObjectStoragePath(uri)
        path.fs  # noqa: B018 - resolves the scheme and the connection
    except Exception as error:
        refuse(f"The {what} {uri} cannot be used", uri, error)
    return path


def _check_connection(uri: str, what: str) -> None:
    """Refuse a connection that is not there; the Amazon provider would go on with other credentials."""
    from airflow.providers.common.compat.sdk import AirflowNotFoundException, BaseHook

    conn_id = urlsplit(uri).netloc.rpartition("@")[0]
    if not conn_id:
        return
    try:
        BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        raise InvalidDestinationError(
            f"The {what} {uri} names the Airflow connection {conn_id!r}, which does not exist. "
            "Add it, or correct its name."
        ) from None


def parse(destination: str | os.PathLike[str], what: str = "destination") -> str:
    """Return a destination as a URI. Pure.

    :param destination: as for :func:`check_destination`
    :param what: what it is called in errors
    :raises InvalidDestinationError: if it is empty, relative, not rendered, or carries a secret
    """
    if not isinstance(destination, (str, os.PathLike)):
        raise InvalidDestinationError(f"The {what} is text, not {type(destination).__name__}. {_EXAMPLES}")
    text = str(os.fspath(destination)).strip()
    if text in ("", "None"):
        raise InvalidDestinationError(
            f"The {what} is {text or 'empty'}: its template or variable gave nothing. {_EXAMPLES}"
        )
    if "{{" in text or not text.isprintable():
        raise InvalidDestinationError(f"The {what} {text!r} is not a plain URI. {_EXAMPLES}")
    scheme = _SCHEME.match(text)
    if scheme is None:
        return _local(text, what)
    return _local(text[scheme.end() :], what) if scheme[1].lower() == "file" else _remote(text, what)


def _local(path: str, what: str) -> str:
    if not os.path.isabs(path):
        raise InvalidDestinationError(
            f"The {what} {path!r} is relative, and tasks run in no particular folder. {_EXAMPLES}"
        )
    return f"file://{os.path.normpath(path)}"


def _remote(uri: str, what: str) -> str:
    parts = urlsplit(uri)
    user, _, host = parts.netloc.rpartition("@")
    if ":" in user:
        raise InvalidDestinationError(
            f"The {what} carries a user and password. Put them into an Airflow connection and name "
            "that instead: s3://conn_id@bucket/prefix/."
        )
    if not host and parts.scheme in OBJECT_STORES:
        raise InvalidDestinationError(f"The {what} {uri!r} names no bucket. {_EXAMPLES}")
    if parts.query or parts.fragment or ".." in parts.path.split("/"):
        raise InvalidDestinationError(
            f"The {what} {parts.scheme}://{parts.netloc}{parts.path} must be a plain prefix, without "
            "'?', '#' and '..'."
        )
    return uri


def refuse(what: str, path: object, error: Exception, *, reading: bool = False) -> NoReturn:
    """Raise the error that tells what a store said, and what to do about it.

    :param what: what cannot be done
    :param path: where
    :param error: what the store's library raised
    :param reading: whether something there was to be read, not written
    :raises InvalidDestinationError: if another try would meet the same
    :raises ModelsLabError: if it may pass
    """
    text = f"{what}: {describe_failure(error).rstrip('.')}."
    installed = not isinstance(error, (ImportError, ValueError))
    unnamed = without_connection(str(path)) if installed else ""
    if _may_pass(error):
        raise ModelsLabError(f"{text} {unnamed or _CHECK_THE_WAY}") from error
    advice = " ".join(filter(None, (_advice(str(path), error, reading), unnamed)))
    raise InvalidDestinationError(f"{text} {advice or _CORRECT}") from error


def without_connection(uri: str) -> str:
    """Say how a URI of an object store names an Airflow connection, where it names none."""
    parts = urlsplit(uri)
    if parts.scheme not in OBJECT_STORES or "@" in parts.netloc:
        return ""
    return (
        "It names no Airflow connection, so the store's own defaults were used: to name one, write "
        f"{parts.scheme}://conn_id@{parts.netloc}{parts.path}."
    )


def _may_pass(error: Exception) -> bool:
    names = [each.__name__ for cause in _causes(error) for each in type(cause).__mro__]
    return any(name.endswith(_TRANSIENT) for name in names)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _advice(path: str, error: Exception, reading: bool) -> str:
    """Return what to do about an error that tells it; empty where it does not."""
    scheme = path.partition("://")[0]
    if isinstance(error, TypeError) and isinstance(error, ValueError):  # how universal-pathlib 0.3 says it
        return "Install the universal-pathlib that the constraints file of this Airflow names, such as 0.2.6."
    if isinstance(error, (ImportError, ValueError)):
        if scheme not in OBJECT_STORES:
            return f"The scheme {scheme!r} is not known here. {_EXAMPLES}"
        return (
            f"Install the store's library: pip install 'airflow-provider-modelslab[{OBJECT_STORES[scheme]}]'."
        )
    if isinstance(error, FileNotFoundError) or "ContainerNotFound" in str(error):
        return "Create the bucket or container first, or correct its name."
    if isinstance(error, PermissionError):
        right = "read it" if reading else "write there"
        return f"Give the task's user or the connection's credentials the right to {right}."
    return ""


def describe_failure(error: BaseException) -> str:
    """Return a store's error in one line."""
    text = " ".join(str(error).split()).partition(" RequestId:")[0]  # where Azure's goes on for a page
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__
