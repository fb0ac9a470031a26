"""What Airflow asks of every hook: its connection, and the button that tests it."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseHook

from airflow_provider_modelslab.client.calls import check_key
from airflow_provider_modelslab.client.connection import (
    CONN_TYPE,
    DEFAULT_CONN_ID,
    HOOK_NAME,
    ConnectionSettings,
)
from airflow_provider_modelslab.client.sync import SyncClient
from airflow_provider_modelslab.exceptions import InvalidConnectionError

if TYPE_CHECKING:
    import requests
    from typing_extensions import Self


class ConnectedHook(BaseHook):
    """A hook with a connection of type ModelsLab, and what sends calls with its key.

    :param modelslab_conn_id: id of the Airflow connection
    """

    conn_name_attr = "modelslab_conn_id"
    default_conn_name = DEFAULT_CONN_ID
    conn_type = CONN_TYPE
    hook_name = HOOK_NAME

    def __init__(self, modelslab_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.modelslab_conn_id = modelslab_conn_id

    def __getstate__(self) -> dict[str, Any]:
        """Let a copy, or another process, have its own client: locks and sockets cannot be shared so."""
        return {name: value for name, value in vars(self).items() if name != "client"}

    @cached_property
    def client(self) -> SyncClient:
        """What sends the calls."""
        return SyncClient(self.modelslab_conn_id, self.get_connection)

    def for_thread(self) -> Self:
        """Return a hook for another thread, which need not look up the connection again."""
        other = copy(self)
        other.client = self.client.for_thread()
        return other

    @property
    def settings(self) -> ConnectionSettings:
        """What the connection says.

        :raises InvalidConnectionError: when there is no such connection, or it is of another type,
            has no key, or a host that is not a URL
        """
        return self.client.settings

    def get_conn(self) -> requests.Session:
        """Return the HTTP session of the calls. It carries no key: that is in the body of each call."""
        return self.client.session

    def test_connection(self) -> tuple[bool, str]:
        """Check the key with a call that costs nothing.

        ``POST {host}/api/wallet_balance`` with ``{"key": …}`` (docs.modelslab.com, "Wallet Balance"),
        or ``{api_path}/system_details`` on a dedicated server, whose keys have no wallet.

        :return: whether the key works, and what came back in a sentence
        """
        try:
            return self.client.send(check_key(self.settings.api_path, self.settings.base_url))
        except InvalidConnectionError as err:
            return False, str(err)
