"""What both faces say of a connection that they have looked up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.client.aio import shared_client
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from tests.support.connections import connection_json

if TYPE_CHECKING:
    from tests.support.standin import StandIn


@pytest.fixture(params=["worker", "triggerer"])
def look(request: pytest.FixtureRequest) -> Any:
    """Looks three times after one look-up of the connection."""

    async def look(job: str) -> None:
        if request.param == "worker":
            hook = ModelsLabHook()
            for _ in range(3):
                hook.fetch(job)
            return
        async with shared_client("modelslab_default") as client:
            for _ in range(3):
                await client.fetch(job)

    return look


async def test_a_misspelt_extra_field_is_named_once_with_the_nearest_right_one(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, look: Any
) -> None:
    fields = {"reqest_timeout": "s3cret-value", "__extra__": {"a": 1}}
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, standin.key, **fields))
    with caplog.at_level(logging.WARNING):
        await look(str(standin.add_job()))
    (said,) = [each for each in caplog.messages if "extra field" in each]
    assert "'modelslab_default' has the extra field 'reqest_timeout'" in said
    assert said.endswith("did you mean 'request_timeout'?")
    assert "s3cret-value" not in caplog.text


async def test_of_extra_fields_that_mean_something_nothing_is_said(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, look: Any
) -> None:
    fields = {"api_path": "/api/v6/faceswap", "require_consent": False, "__extra__": "{}"}
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, standin.key, **fields))
    with caplog.at_level(logging.WARNING):
        await look(str(standin.add_job()))
    assert "extra field" not in caplog.text
