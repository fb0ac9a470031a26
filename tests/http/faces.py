"""The worker, the triggerer and the downloads: three that go to servers, each with code of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.client.aio import shared_client
from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.outcome import Done, TransientFailure
from airflow_provider_modelslab.saving.ssrf_guard import GuardedSession
from tests.support.connections import connection_json

if TYPE_CHECKING:
    import pytest

    from tests.support.standin import StandIn

#: Names that the stand-in has for who asks a proxy.
HTTP, HTTPS = "http://models_lab:8000", "https://modelslab.example"
FACES = ("worker", "triggerer", "download")
TIMEOUT = (5.0, 5.0)


class Going:
    """Goes to a server by each of the three, and tells what came of it: done, in trouble, or the error."""

    def __init__(self, standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
        self.job = str(standin.add_job())
        self.path = standin.urls(self.job)[0].removeprefix(standin.url)
        self.key = standin.key
        self.set = monkeypatch.setenv

    def to(self, url: str) -> dict[str, str]:
        self.set("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(url, self.key))
        found = {"worker": told(lambda: ModelsLabHook().fetch(self.job))}
        found["triggerer"] = told(lambda: asyncio.run(self._look()))
        found["download"] = told(lambda: self._download(url))
        return found

    async def _look(self) -> Any:
        async with shared_client("modelslab_default") as client:
            return await client.fetch(self.job)

    def _download(self, url: str) -> Any:
        with GuardedSession(allow_private=True) as session:
            return session.open(url + self.path, {}, TIMEOUT)


def told(go: Any) -> str:
    try:
        outcome = go()
    except InvalidConnectionError as err:
        return str(err)
    except Exception:
        return "trouble"
    if isinstance(outcome, TransientFailure):
        return "trouble"
    return "done" if isinstance(outcome, Done) or outcome.status_code == 200 else repr(outcome)


def all_of(said: str) -> dict[str, str]:
    return dict.fromkeys(FACES, said)
