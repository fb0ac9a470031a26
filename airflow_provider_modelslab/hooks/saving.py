"""What the hook can save."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.protocol.interval import seconds
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving.options import IfExists, SaveOptions
from airflow_provider_modelslab.xcom import saved_value

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    from airflow_provider_modelslab.hooks.connection import ConnectionSettings


class SavesResults:
    """Saves the files of results; mixed into ``ModelsLabHook``."""

    if TYPE_CHECKING:
        log: Any

        modelslab_conn_id: str

        @property
        def settings(self) -> ConnectionSettings: ...

    def save(
        self,
        result: Mapping[str, Any] | FaceSwapResult,
        destination: str | os.PathLike[str] | ObjectStoragePath,
        *,
        if_exists: IfExists = SaveOptions.if_exists,
        max_file_size: int = SaveOptions.max_file_size,
        download_timeout: timedelta | float = SaveOptions.timeout,
    ) -> dict[str, Any]:
        """Save the files of one result, as ``FaceSwapResultOperator`` does, for use in TaskFlow tasks.

        The files go to ``{destination}/{request id}/``, and a manifest beside them. Run again, it finds the
        manifest and transfers nothing.

        :param result: what ``get_result``, the sensor or an operator has returned for one request
        :param destination: folder to save in: ``s3://conn_id@bucket/prefix/``, ``file:///…`` or an
            ``ObjectStoragePath``
        :param if_exists: what to do where the destination holds this result already: ``skip`` (return what
            is there), ``overwrite`` or ``fail``
        :param max_file_size: bytes; a larger file is an error
        :param download_timeout: seconds, or a ``timedelta``, that one file may take, all tries included
        :return: the result, with ``files``, a list of ``{"uri", "size", "sha256", "content_type"}`` in the
            order of ``output``, and ``manifest``, the URI of a JSON file that says the same
        :raises ValueError: when that is no result, or has no files yet, or an option makes no sense
        :raises InvalidDestinationError: when the destination is none
        :raises DownloadError: when a file cannot be had; the subclass says why
        :raises ModelsLabError: when the store fails, and whatever else goes wrong
        """
        found = result if isinstance(result, FaceSwapResult) else FaceSwapResult.from_xcom(result)
        options = SaveOptions(
            if_exists=if_exists,
            max_file_size=max_file_size,
            timeout=seconds("download_timeout", download_timeout),
            allow_private=self.settings.allow_private_downloads,
        )
        return saved_value(found, destination, options, conn_id=self.modelslab_conn_id, log=self.log)
