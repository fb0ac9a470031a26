"""Pictures to send: read from a disk or object storage, within bounds, and only if they are pictures."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import TYPE_CHECKING

from airflow_provider_modelslab.exceptions import (
    InvalidContentError,
    InvalidDestinationError,
    InvalidSwapError,
)
from airflow_provider_modelslab.protocol.picture_encoding import Picture
from airflow_provider_modelslab.saving.destination import as_path, refuse
from airflow_provider_modelslab.saving.media_type import HEAD, identify

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

_UNSENT = "Nothing was sent."
LARGEST = 20 * 2**20  # bytes; each is held in memory, a third larger as base64


def read_picture(name: str, where: str | os.PathLike[str] | ObjectStoragePath) -> Picture:
    """Return a picture as base64 text, and of which type it is.

    :param name: the argument that it was given as, for the errors
    :param where: an absolute local path, ``file:///…``, or a URI such as ``s3://conn_id@bucket/face.jpg``
    :raises InvalidSwapError: if it is not there, too large, or no picture
    :raises ModelsLabError: if the store could not be reached, which may pass
    """
    try:
        data = _read(name, where)
    except InvalidDestinationError as err:
        raise InvalidSwapError(f"{err} {_UNSENT}") from err
    if len(data) > LARGEST:
        raise InvalidSwapError(f"{name} {where} has more than {LARGEST // 2**20} MiB. {_UNSENT}")
    try:
        kind = identify(data[:HEAD])
    except InvalidContentError as err:
        said = str(err).partition(", ")[0]  # what else would be saved is not for sending
        raise InvalidSwapError(f"{name} {where} cannot be sent: {said}, not a picture. {_UNSENT}") from None
    if kind.base64_prefix is not None or not kind.content_type.startswith("image/"):
        raise InvalidSwapError(f"{name} {where} is no picture, but {kind.content_type}. {_UNSENT}")
    return Picture(kind.content_type, b64encode(data).decode())


def _read(name: str, where: str | os.PathLike[str] | ObjectStoragePath) -> bytes:
    path = as_path(where, name)
    try:
        with path.open("rb") as file:  # type: ignore[no-untyped-call]
            data: bytes = file.read(LARGEST + 1)
            return data
    except Exception as err:
        if _is_folder(path):
            raise InvalidSwapError(f"{name} {path} is a folder: name a picture in it. {_UNSENT}") from None
        if isinstance(err, FileNotFoundError):
            raise InvalidSwapError(f"{name} {path} is not there. {_UNSENT}") from None
        refuse(f"{name} {path} cannot be read", path, err, reading=True)


def _is_folder(path: ObjectStoragePath) -> bool:
    try:
        return bool(path.is_dir())
    except Exception:  # what keeps it from being read is told, not this
        return False
