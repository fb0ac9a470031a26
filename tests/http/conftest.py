"""The stand-in behind proxies and TLS, and who goes there."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import pytest

from tests.http.faces import Going
from tests.saving.certificates import self_signed
from tests.support.forward_proxy import ForwardProxy, forwarding, tls_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.standin import StandIn


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that leads the way nowhere."""
    for name in [each for each in os.environ if each.upper().endswith(("_PROXY", "_CA_BUNDLE"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def go(nothing_set: None, one_ssl_context: None, standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> Going:
    """Who goes there."""
    return Going(standin, monkeypatch)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"), ["127.0.0.1"], ["modelslab.example"])


@pytest.fixture(scope="module")
def context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def tls(standin: StandIn, context: ssl.SSLContext) -> Iterator[str]:
    """``host:port`` of the stand-in behind TLS."""
    with tls_before(standin.url, context) as server:
        yield server


@pytest.fixture
def proxy(standin: StandIn, tls: str) -> Iterator[ForwardProxy]:
    with forwarding(standin.url, tls) as proxy:
        yield proxy


@pytest.fixture
def tls_proxy(standin: StandIn, tls: str, context: ssl.SSLContext) -> Iterator[ForwardProxy]:
    with forwarding(standin.url, tls, context) as proxy:
        yield proxy
