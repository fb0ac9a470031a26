"""The worker, the triggerer and the downloads go through the same proxies: what requests documents."""

from __future__ import annotations

import logging
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.http import environment
from airflow_provider_modelslab.http.environment import Route, route_to
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from tests.http.faces import FACES, HTTP, HTTPS, Going, all_of
from tests.operators import swapper
from tests.support.connections import connection_json
from tests.support.deferring import Pushed, Store, run_task

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.forward_proxy import ForwardProxy
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("nothing_set")
DEAD = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("url", "settings", "user"),
    [
        (HTTP, {"HTTP_PROXY": "http://{}"}, ""),
        (HTTP, {"http_proxy": "http://{}"}, ""),
        (HTTP, {"HTTP_PROXY": DEAD, "http_proxy": "http://{}"}, ""),
        (HTTP, {"HTTP_PROXY": "{}"}, ""),  # without a scheme
        (HTTP, {"HTTP_PROXY": "http://{}/"}, ""),
        (HTTP, {"HTTP_PROXY": "HTTP://{}"}, ""),
        (HTTP, {"HTTP_PROXY": "http://me:s3cret@{}"}, "me:s3cret"),
        (HTTP, {"HTTP_PROXY": "http://me:s%23c%40r%C3%A9t@{}"}, "me:s#c@r\u00e9t"),
        (HTTP, {"HTTP_PROXY": "me:s3cret@{}"}, "me:s3cret"),
        (HTTP, {"HTTP_PROXY": "http://me@{}"}, "me:"),
        (HTTP, {"HTTP_PROXY": "http://me:@{}"}, "me:"),
        (HTTP, {"ALL_PROXY": "http://{}"}, ""),
        (HTTP, {"all_proxy": "{}"}, ""),
        (HTTP, {"ALL_PROXY": DEAD, "HTTP_PROXY": "http://{}"}, ""),
        (HTTP, {"HTTPS_PROXY": DEAD, "ALL_PROXY": "http://{}"}, ""),
        (HTTPS, {"HTTPS_PROXY": "http://{}"}, ""),
        (HTTPS, {"https_proxy": "{}"}, ""),
        (HTTPS, {"HTTPS_PROXY": "me:s3cret@{}"}, "me:s3cret"),
        (HTTPS, {"HTTPS_PROXY": "http://me@{}"}, "me:"),
        (HTTPS, {"HTTP_PROXY": DEAD, "ALL_PROXY": "http://{}"}, ""),
    ],
    ids=str,
)
def test_the_proxy_that_the_environment_names_is_gone_through(
    *,
    go: Going,
    proxy: ForwardProxy,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    url: str,
    settings: dict[str, str],
    user: str,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    for name, value in settings.items():
        monkeypatch.setenv(name, value.format(f"127.0.0.1:{proxy.port}"))
    with caplog.at_level(logging.DEBUG):
        assert go.to(url) == all_of("done")
    assert "s3cret" not in caplog.text
    if url == HTTPS:
        assert proxy.seen == [("CONNECT", "modelslab.example:443", user)] * 3
    else:
        assert proxy.seen == [(method, "models_lab:8000", user) for method in ("POST", "POST", "GET")]


@pytest.mark.parametrize("url", [HTTP, HTTPS])
def test_a_proxy_may_itself_be_spoken_to_over_tls(
    go: Going, tls_proxy: ForwardProxy, certificate: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"https://me:s3cret@127.0.0.1:{tls_proxy.port}")
    both = ("worker", "download") if url == HTTPS and sys.version_info < (3, 11) else FACES
    found = go.to(url)
    assert {found[face] for face in both} == {"trouble"}  # nobody knows its certificate
    assert tls_proxy.seen == []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    found = go.to(url)
    assert {found[face] for face in both} == {"done"}
    assert [user for _, _, user in tls_proxy.seen] == ["me:s3cret"] * len(both)
    assert both == FACES or "needs Python 3.11 in the triggerer" in found["triggerer"]


@pytest.mark.parametrize(
    ("settings", "host", "direct"),
    [
        ({}, "127.0.0.1", False),
        ({"NO_PROXY": "127.0.0.1"}, "127.0.0.1", True),
        ({"no_proxy": "127.0.0.1"}, "127.0.0.1", True),
        ({"NO_PROXY": "x", "no_proxy": "127.0.0.1"}, "127.0.0.1", True),
        ({"NO_PROXY": "127.0.0.1", "no_proxy": "x"}, "127.0.0.1", False),
        ({"NO_PROXY": "*"}, "127.0.0.1", True),
        ({"NO_PROXY": "127.0.0.0/8"}, "127.0.0.1", True),
        ({"NO_PROXY": "10.0.0.0/8"}, "127.0.0.1", False),
        ({"NO_PROXY": "x, localhost ,y"}, "localhost", True),
        ({"NO_PROXY": ".localhost"}, "localhost", True),
        ({"NO_PROXY": "localhost:{}"}, "localhost", True),
        ({"NO_PROXY": "localhost:1"}, "localhost", False),
        ({"NO_PROXY": "host"}, "localhost", False),
        ({"NO_PROXY": "localhost"}, "a.localhost", True),
        ({"NO_PROXY": ""}, "localhost", False),
    ],
    ids=str,
)
def test_what_no_proxy_names_is_reached_without_one(
    *,
    go: Going,
    standin: StandIn,
    proxy: ForwardProxy,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    host: str,
    direct: bool,
) -> None:
    _resolve_names_below_localhost(monkeypatch)
    port = standin.url.rpartition(":")[2]
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    for name, value in settings.items():
        monkeypatch.setenv(name, value.format(port))
    assert go.to(f"http://{host}:{port}") == all_of("done")
    assert len(proxy.seen) == (0 if direct else 3)


def _resolve_names_below_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every system does, though RFC 6761 asks for it."""
    really = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        return really("127.0.0.1" if str(host).endswith("localhost") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_variable_that_is_empty_names_no_proxy(
    go: Going, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "")
    assert go.to(standin.url) == all_of("done")


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("socks5://me:s3cret@127.0.0.1:9", "a SOCKS proxy"),
        ("socks5h://127.0.0.1:9", "a SOCKS proxy"),
        ("SOCKS4a://127.0.0.1:9", "a SOCKS proxy"),
        ("socks://127.0.0.1:9", "a SOCKS proxy"),
        ("http://", "no HTTP proxy"),
        ("http://127.0.0.1:s3cret", "no HTTP proxy"),
        ("http://me:pa#s3cret@127.0.0.1:9", "no HTTP proxy"),
        ("http://me:pa/s3cret@127.0.0.1:9", "no HTTP proxy"),
        ("ftp://me:s3cret@127.0.0.1:9", "no HTTP proxy"),
        ("http://[::1", "no HTTP proxy"),
    ],
)
def test_a_proxy_that_one_of_them_could_not_speak_to_is_the_same_error_for_all(
    *,
    go: Going,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)
    found = go.to(HTTPS)
    assert set(found) == set(FACES)
    (message,) = set(found.values())
    assert f"modelslab.example cannot be reached as the environment says: {name} names {said}" in message
    assert "s3cret" not in message + caplog.text


def test_what_is_wrong_with_a_proxy_is_nothing_to_a_host_that_needs_none(
    go: Going, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert go.to(standin.url) == all_of("done")


def test_the_password_of_a_proxy_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:s3cret@127.0.0.1:9")
    assert "s3cret" in str(route_to(HTTP).proxy)
    assert "s3cret" not in repr(route_to(HTTP))


def test_tls_within_tls_is_refused_where_no_event_loop_speaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_TLS_IN_TLS", False)
    for url, proxy in ((HTTPS, "http://proxy"), (HTTP, "https://proxy"), (HTTPS, None)):
        environment.check_for_asyncio(url, Route(proxy))
    with pytest.raises(InvalidConnectionError, match=r"needs Python 3\.11 in the triggerer"):
        environment.check_for_asyncio(HTTPS, Route("https://me:s3cret@proxy"))


@pytest.mark.parametrize("swap", [True, False], ids=["submits", "gets"])
def test_a_task_fails_at_once_and_is_not_in_doubt_whether_anything_was_submitted(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, swap: bool
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(HTTP, standin.key))
    monkeypatch.setenv("HTTP_PROXY", "socks5://127.0.0.1:9")
    store, getter = Store(), FaceSwapResultOperator(task_id="get", request_id=1)
    with pytest.raises(InvalidConnectionError, match="HTTP_PROXY names a SOCKS proxy"):
        run_task(swapper() if swap else getter, {"ti": Pushed(), "task_state_store": store})
    assert store.get("modelslab_face_swap") is None


def test_the_button_says_what_is_in_the_way(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(HTTP, standin.key))
    monkeypatch.setenv("HTTP_PROXY", "socks5://me:s3cret@127.0.0.1:9")
    works, said = ModelsLabHook().test_connection()
    assert not works
    assert "HTTP_PROXY names a SOCKS proxy" in said
    assert "s3cret" not in said
