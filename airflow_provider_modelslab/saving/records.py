"""What is to be remembered longer than a try lasts, as small JSON files in a folder of a store.

Only a file that is not there says that nothing is remembered. One that cannot be read is an error: to take it
for missing would be to pay again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.exceptions import ModelsLabError, SubmissionUnknownError
from airflow_provider_modelslab.saving.destination import as_path, describe_failure, without_connection
from airflow_provider_modelslab.saving.file_names import is_plain
from airflow_provider_modelslab.saving.store import Store

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

VERSION = 1


class DestinationRecords:
    """JSON values below a destination, each in a file of its own that is there whole or not at all.

    It has the methods of Airflow's task state store. A name is one of :func:`file_names.record_name`, or
    several plain ones with ``/`` between them.

    :param destination: as for :func:`destination.check_destination`
    :param folder: the folder in it
    :raises InvalidDestinationError: if the destination cannot be one
    """

    def __init__(self, destination: str | os.PathLike[str] | ObjectStoragePath, folder: str = "") -> None:
        path = as_path(destination)
        self._unnamed = without_connection(str(path))
        self._store = Store(path / folder if folder else path)

    def uri(self, name: str) -> str:
        """Return where a record is, for a person to look at."""
        return self._store.uri(name)

    def get(self, name: str) -> Any:
        """Return what was written under a name; None where there is no such file, or nothing was written.

        :param name: the name
        :raises ModelsLabError: if the store cannot be read, which may pass
        :raises SubmissionUnknownError: if the file is damaged, or that of something else
        """
        data = self._try("read", name, self._store.read)
        if data is None:
            return None
        try:
            content = json.loads(data)
            if (content["version"], content["name"]) != (VERSION, name):
                raise ValueError
            return content["value"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise SubmissionUnknownError(
                f"{self.uri(name)} is damaged or not what its name says, so nobody knows whether an earlier "
                "try submitted the face swap. Look for it in the ModelsLab account, and remove that file: "
                "then it is submitted again."
            ) from None

    def set(self, name: str, value: Any, **_: Any) -> None:
        """Write a value in place of what is there; when this returns, every reader finds it.

        :param name: the name
        :param value: what JSON can say
        :raises ModelsLabError: if the store cannot be written to, which may pass
        """
        content = json.dumps({"version": VERSION, "name": name, "value": value}, indent=2) + "\n"
        self._try("written", name, lambda _: self._store.write(name, content.encode(), "application/json"))

    def delete(self, name: str) -> None:
        """Remove what is there, if anything is; where the store does not let that, write that it is nothing.

        :param name: the name
        :raises ModelsLabError: if the store lets neither
        """
        try:
            self._try("removed", name, self._store.remove)
        except ModelsLabError:  # credentials may allow to write, and not to delete
            self.set(name, None)

    def _try(self, what: str, name: str, act: Callable[[str], Any]) -> Any:
        if not all(map(is_plain, name.split("/"))):
            raise ValueError(f"{name!r} is not a name for a record")
        try:
            return act(name)
        except Exception as error:
            raise ModelsLabError(
                f"{self.uri(name)}, which keeps what was submitted, could not be {what}: "
                f"{describe_failure(error)}. See to the store and run the task again. "
                f"{self._unnamed}".rstrip()
            ) from error
