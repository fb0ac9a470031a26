"""From an Airflow connection to its settings, or to the error that says what to correct in it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from airflow_provider_modelslab.client.connection import (
    HOOK_NAME,
    ConnectionSettings,
    read_settings,
    unknown_extras,
)
from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.protocol.fields import one_line

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Connection

log = logging.getLogger(__name__)


def no_connection(conn_id: str) -> InvalidConnectionError:
    """Return the error for a connection that does not exist."""
    return InvalidConnectionError(
        f"There is no Airflow connection {conn_id!r}. Create it under Admin > Connections with type "
        f"{HOOK_NAME} and the API key as password, or name another one in modelslab_conn_id.",
        conn_id=conn_id,
    )


def settings_of(connection: Connection, conn_id: str) -> ConnectionSettings:
    """Return a connection's settings, and warn of extra fields that say nothing.

    :param connection: what was looked up
    :param conn_id: its id
    :raises InvalidConnectionError: when it cannot be used; the text tells what to correct in it
    """
    try:
        settings = read_settings(connection)
    except ValueError as err:
        raise InvalidConnectionError(
            f"The Airflow connection {conn_id!r} cannot be used: {err}. "
            "Correct it under Admin > Connections, or where your secrets are kept.",
            conn_id=conn_id,
        ) from None
    for unknown in unknown_extras(connection):
        log.warning("The Airflow connection %r has %s", conn_id, unknown)
    return settings


def warn_of_no_renewal(conn_id: str, error: Exception) -> None:
    """Say that a refused key could not be compared with what the connection holds by now.

    :param conn_id: id of the connection
    :param error: why
    """
    cause = one_line(f"{type(error).__name__}: {error}")
    log.warning(
        "The key of the Airflow connection %r was refused, and reading it again failed: %s", conn_id, cause
    )
