"""From what a person means by a face swap to the call that says it, its pictures read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow_provider_modelslab.client.connection import ConnectionSettings
from airflow_provider_modelslab.exceptions import InvalidSwapError, MissingConsentError
from airflow_provider_modelslab.protocol.endpoint import is_enterprise
from airflow_provider_modelslab.protocol.face_swap import (
    FaceSwap,
    SubmitRequest,
    check_face_swap,
    submit_request,
)
from airflow_provider_modelslab.protocol.ids import is_nothing
from airflow_provider_modelslab.protocol.picture_encoding import Picture
from airflow_provider_modelslab.protocol.picture_source import SourceKind


def prepare(
    swap: FaceSwap,
    seed: str,
    settings: ConnectionSettings,
    conn_id: str,
    read: Callable[[str, Any], Picture] | None = None,
) -> SubmitRequest:
    """Return the call that submits a face swap. Raises as ``ModelsLabHook.prepare``.

    :param swap: what is meant
    :param seed: what a ``track_id`` is made of where none is given
    :param settings: the connection's
    :param conn_id: its id
    :param read: reads the picture of an argument at a path, as ``pictures.read_picture`` does
    """
    if settings.require_consent and is_nothing(swap.consent_reference):
        raise MissingConsentError(
            f"The Airflow connection {conn_id!r} requires consent: give consent_reference, which says where "
            "the consent of the persons shown is kept. Nothing was sent.",
            conn_id=conn_id,
        )
    _check_route(settings.base_url)
    try:
        kinds, files = check_face_swap(swap), swap.files()
        encoded = {
            name: (read or _read)(name, files[name])
            for name, kind in kinds.items()
            if kind is SourceKind.PATH
        }
        return submit_request(swap, seed=seed, enterprise=is_enterprise(settings.api_path), encoded=encoded)
    except InvalidSwapError:
        raise
    except ValueError as err:
        raise InvalidSwapError(f"This face swap cannot be submitted: {err}. Nothing was sent.") from None


def _check_route(url: str) -> None:
    """Find out here whether a call can be made: once it is announced, nobody would know if it was."""
    from airflow_provider_modelslab.http.environment import route_to  # loads requests

    route_to(url)


def _read(name: str, path: Any) -> Picture:
    from airflow_provider_modelslab.client.pictures import read_picture  # loads Airflow's object storage

    return read_picture(name, path)
