"""A proxy of the network that never comes to the end of its answer: nobody waits for it beyond the time."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_modelslab.exceptions import DownloadError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.protocol.outcome import TransientFailure
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving import retry_budget
from tests.saving.helpers import save
from tests.stress.faults import faults
from tests.stress.faults.conftest import IMPATIENT
from tests.stress.faults.proxy import Proxy
from tests.support.connections import connection_json
from tests.triggers.test_face_swap import fire, make_trigger

#: With TLS the proxy is asked for a tunnel, else for the answer itself.
every_scheme = pytest.mark.parametrize("scheme", ["http", "https"])


@pytest.fixture
def seconds() -> float:
    return IMPATIENT


@pytest.fixture
def between(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    """The fault proxy as what `HTTP_PROXY` and `HTTPS_PROXY` lead to."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv(name.lower(), proxy.url)
    return proxy


@every_scheme
async def test_a_look_through_it_ends_in_time(
    between: Proxy, monkeypatch: pytest.MonkeyPatch, seconds: float, scheme: str
) -> None:
    connection = connection_json(f"{scheme}://modelslab.example", "a key", request_timeout=seconds)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection)
    between.meet(then=faults.dripping_headers)
    assert isinstance(ModelsLabHook().fetch(1), TransientFailure)
    event = await fire(make_trigger(1, tolerance=1))
    assert event["not_done"]["1"]["kind"] == "unavailable"
    assert between.connections == 2  # on a busy machine the time may be over before a request is sent


@every_scheme
def test_a_download_through_it_ends_in_time(
    between: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:

    monkeypatch.setattr(retry_budget, "CONNECT_TIMEOUT", retry_budget.READ_TIMEOUT)
    between.meet(then=faults.dripping_headers)
    with pytest.raises(DownloadError):
        save(FaceSwapResult("1", (f"{scheme}://cdn.example/x.jpg",)), tmp_path)
    assert between.exchanges == 5


def test_a_host_that_cannot_be_one_is_the_server_s_fault_and_not_the_store_s(
    between: Proxy, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError):
        save(FaceSwapResult("1", (f"https://{'a' * 70}.example/x.jpg",)), tmp_path)
