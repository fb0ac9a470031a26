"""The worker, the triggerer and the downloads go the same way, over real sockets: what requests documents.

Each row of the tables is tried on all three. The stand-in has the names below only for who asks a proxy.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import InvalidConnectionError
from airflow_provider_modelslab.hooks.asynchronous import shared_client
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.protocol.outcome import Done, TryAgain
from airflow_provider_modelslab.saving.guard import GuardedSession
from airflow_provider_modelslab.transport import environment
from airflow_provider_modelslab.transport.environment import Route, route_to
from tests.connections import connection_json
from tests.deferring import Pushed, Store, run_task
from tests.forward_proxy import ForwardProxy, forwarding, tls_before
from tests.operators import swapper
from tests.saving.certificates import hashed_folder, self_signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.standin import StandIn

HTTP, HTTPS = "http://models_lab:8000", "https://modelslab.example"
FACES = ("worker", "triggerer", "download")
TIMEOUT = (5.0, 5.0)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.upper().endswith(("_PROXY", "_CA_BUNDLE"))]:
        monkeypatch.delenv(name)


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
    if isinstance(outcome, TryAgain):
        return "trouble"
    return "done" if isinstance(outcome, Done) or outcome.status_code == 200 else repr(outcome)


@pytest.fixture
def go(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> Going:
    return Going(standin, monkeypatch)


def all_of(said: str) -> dict[str, str]:
    return dict.fromkeys(FACES, said)


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
    url: str,
    settings: dict[str, str],
    user: str,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    for name, value in settings.items():
        monkeypatch.setenv(name, value.format(f"127.0.0.1:{proxy.port}"))
    assert go.to(url) == all_of("done")
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
    import socket

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
    assert f"way to modelslab.example cannot be gone: {name} names {said}" in message
    assert "s3cret" not in message + caplog.text


def test_what_is_wrong_with_a_proxy_is_nothing_to_a_host_that_needs_none(
    go: Going, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert go.to(standin.url) == all_of("done")


@pytest.mark.parametrize(
    ("settings", "trusted"),
    [
        ({}, False),
        ({"REQUESTS_CA_BUNDLE": "file"}, True),
        ({"REQUESTS_CA_BUNDLE": "folder"}, True),
        ({"CURL_CA_BUNDLE": "file"}, True),
        ({"CURL_CA_BUNDLE": "folder"}, True),
        ({"REQUESTS_CA_BUNDLE": "other", "CURL_CA_BUNDLE": "file"}, False),
        ({"REQUESTS_CA_BUNDLE": "file", "CURL_CA_BUNDLE": "nowhere"}, True),
        ({"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "folder"}, True),
        ({"REQUESTS_CA_BUNDLE": ""}, False),
        ({"requests_ca_bundle": "file"}, False),  # only proxies' names may be in lower case
        ({"SSL_CERT_FILE": "file", "SSL_CERT_DIR": "folder"}, False),
    ],
    ids=str,
)
def test_the_certificates_that_the_environment_names_are_trusted(
    *,
    go: Going,
    tls: str,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    trusted: bool,
) -> None:
    places = {
        "file": certificate,
        "folder": hashed_folder(tmp_path / "certificates", certificate),
        "other": self_signed(tmp_path, ["127.0.0.1"], []),
        "nowhere": tmp_path / "nowhere",
    }
    for name, place in settings.items():
        monkeypatch.setenv(name, str(places.get(place, "")))
    assert go.to(f"https://{tls}") == all_of("done" if trusted else "trouble")


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere", "which is not there"),
        ("notes.txt", "in which is no certificate"),
        ("empty", "a folder in which no file is named as 'openssl rehash' does"),
        ("unnamed", "a folder in which no file is named as 'openssl rehash' does"),
        ("notes.txt/x", r"which cannot be read (NotADirectoryError)"),
    ],
)
def test_certificates_that_nobody_can_read_are_the_same_error_for_all(
    *,
    go: Going,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    place: str,
    said: str,
) -> None:
    (tmp_path / "notes.txt").write_text("not a certificate")
    for folder in ("empty", "unnamed"):
        (tmp_path / folder).mkdir()
    (tmp_path / "unnamed/ca.pem").write_bytes(certificate.read_bytes())
    monkeypatch.setenv(name, str(tmp_path / place))
    found = go.to("https://127.0.0.1:9")
    (message,) = set(found.values())
    assert f"cannot be gone: {name} names {tmp_path / place}, {said}. Set it to a file" in message


def test_certificates_are_nothing_to_a_server_without_tls(
    go: Going, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    assert go.to(standin.url) == all_of("done")
    assert route_to(standin.url) == Route()


def test_the_password_of_a_proxy_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:s3cret@127.0.0.1:9")
    assert "s3cret" in str(route_to(HTTP).proxy)
    assert "s3cret" not in repr(route_to(HTTP))


async def test_a_way_that_changes_with_the_connection_is_gone_at_once(
    standin: StandIn, tls: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a key is rotated, and the server has got TLS with it."""
    job = str(standin.add_job())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, "an-older-key"))
    async with shared_client("modelslab_default") as client:
        before = connection_json(standin.url, standin.key)
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", before)
        assert isinstance(await client.fetch(job), Done)
        standin.rotate_key("the-key-after-rotation")
        after = connection_json(f"https://{tls}", "the-key-after-rotation")
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", after)
        assert isinstance(await client.fetch(job), Done)


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
