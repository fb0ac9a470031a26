"""The guard on real sockets: HTTPS servers on loopback addresses, one of which stands for a public one."""

from __future__ import annotations

import logging
import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import DownloadError, UnsafeUrlError
from airflow_provider_modelslab.saving import public_address
from airflow_provider_modelslab.saving.ssrf_guard import GuardedSession
from tests.saving.certificates import self_signed
from tests.saving.file_server import ENDLESS, Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.standin import StandIn

PUBLIC = "127.0.0.2"  # stands for a public address in these tests
TIMEOUT = (5.0, 5.0)


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    certificate = self_signed(tmp_path, [PUBLIC, "127.0.0.1"], ["cdn.example"])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def public(context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An HTTPS server whose address counts as public."""
    really = public_address.is_public
    monkeypatch.setattr(public_address, "is_public", lambda ip: str(ip) == PUBLIC or really(ip))
    with serving(PUBLIC, context) as server:
        yield server


def resolve(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Let every name resolve to these addresses, one answer a time, the last one for ever."""
    left = list(answers)

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def fetch(url: str, *, allow_private: bool = False) -> bytes:
    with (
        GuardedSession(allow_private=allow_private) as session,
        session.open(url, {}, TIMEOUT) as response,
    ):
        return response.content


def test_a_public_https_server_is_reached(public: Server) -> None:
    assert fetch(f"{public.url}/x") == b"ok"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"]
)
def test_loopback_is_refused_in_every_spelling_and_meets_no_connection(
    host: str, context: ssl.SSLContext
) -> None:
    with serving("127.0.0.1", context) as private:
        with pytest.raises(UnsafeUrlError, match="not a public address"):
            fetch(f"https://{host}:{private.server_address[1]}/x")
        assert private.connections == []


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "0"]
)
def test_other_private_addresses_are_refused_before_connecting(host: str) -> None:
    with pytest.raises(UnsafeUrlError):
        fetch(f"https://{host}/latest/meta-data/")


def test_a_name_with_a_public_and_a_private_address_is_refused(
    public: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, [PUBLIC, "10.0.0.1"])
    with pytest.raises(UnsafeUrlError, match=r"cdn\.example leads to 10\.0\.0\.1"):
        fetch(f"https://cdn.example:{public.server_address[1]}/x")
    assert public.connections == []


def test_a_name_is_resolved_once_so_that_it_cannot_change_after_the_check(
    public: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, [PUBLIC], ["127.0.0.1"])
    assert fetch(f"https://cdn.example:{public.server_address[1]}/x") == b"ok"


def test_the_address_connected_to_is_checked_as_well(public: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    class Diverted(socket.socket):
        def getpeername(self) -> Any:
            return ("10.0.0.1", 443)

    monkeypatch.setattr(socket, "socket", Diverted)
    with pytest.raises(UnsafeUrlError, match=r"10\.0\.0\.1"):
        fetch(f"{public.url}/x")
    assert public.seen == []


def test_a_redirect_from_public_to_private_is_refused(public: Server, context: ssl.SSLContext) -> None:
    with serving("127.0.0.1", context) as private:
        public.redirect = f"{private.url}/x"
        with pytest.raises(UnsafeUrlError, match=r"127\.0\.0\.1"):
            fetch(f"{public.url}/x")
        assert private.connections == []


def test_a_redirect_to_plain_http_is_refused(public: Server) -> None:
    public.redirect = f"http://{PUBLIC}/x"
    with pytest.raises(UnsafeUrlError, match="only https"):
        fetch(f"{public.url}/x")


def test_redirects_are_followed_five_times_and_no_more(public: Server) -> None:
    public.redirect = f"{public.url}/again?token=s3cret"
    with pytest.raises(DownloadError, match="more than 5 times") as caught:
        fetch(f"{public.url}/x")
    assert len(public.seen) == 6
    assert "s3cret" not in str(caught.value)


def test_the_body_of_a_redirect_is_not_read(public: Server) -> None:
    public.redirect, public.endless = "/y", True
    with GuardedSession() as session:
        response = session.get(f"{public.url}/x", stream=True, allow_redirects=False, timeout=TIMEOUT)
        assert response.status_code == 302
        response.close()
    assert public.sent < ENDLESS


def test_a_redirect_may_be_relative_and_not_ascii(public: Server) -> None:
    public.redirect = "../été?sig=a%2Fb".encode().decode("latin-1")  # as headers go over the wire
    with pytest.raises(DownloadError, match="more than 5 times"):
        fetch(f"{public.url}/a/x")
    assert public.seen[1][0] == "/%C3%A9t%C3%A9?sig=a%2Fb"


def test_of_a_name_with_many_addresses_a_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    from requests.exceptions import ConnectionError as NoConnection

    tried: list[Any] = []

    class Counting(socket.socket):
        def connect(self, address: Any) -> None:
            tried.append(address)
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Counting)
    resolve(monkeypatch, [PUBLIC] * 50)
    with pytest.raises(NoConnection):
        fetch("https://cdn.example:9/x", allow_private=True)
    assert 2 <= len(tried) <= 10


def test_downloads_carry_no_credentials(
    public: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {PUBLIC} login someone password s3cret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with GuardedSession() as session:
        for _ in range(2):  # the first answer sets a cookie
            session.open(f"https://u:p@{PUBLIC}:{public.server_address[1]}/x", {}, TIMEOUT).close()
    for _, headers in public.seen:
        assert not {"Authorization", "Cookie", "Referer"} & set(headers)
        assert headers["Accept-Encoding"] == "identity"


def test_a_private_server_over_http_is_reached_where_the_connection_allows_it() -> None:
    with serving("127.0.0.1") as private:
        assert fetch(f"{private.url}/x", allow_private=True) == b"ok"


def test_a_redirect_to_the_metadata_service_is_refused_even_there(standin: StandIn) -> None:
    job = standin.add_job()
    standin.fault("file", redirect="http://169.254.169.254/latest/meta-data/")
    with pytest.raises(UnsafeUrlError, match=r"169\.254\.169\.254"):
        fetch(standin.urls(job)[0], allow_private=True)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving("127.0.0.1") as server:
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        yield server


@pytest.mark.parametrize("url", ["https://10.0.0.1/x", "https://localhost/x", "http://1.1.1.1/x"])
def test_a_proxy_is_not_asked_for_a_url_that_is_refused_here(proxy: Server, url: str) -> None:
    with pytest.raises(UnsafeUrlError):
        fetch(url)
    assert proxy.connections == []


def test_a_proxy_on_a_private_address_is_used_for_public_ones(proxy: Server) -> None:
    from requests.exceptions import ProxyError

    with pytest.raises(ProxyError):
        fetch("https://1.1.1.1/x")
    assert [path for path, _ in proxy.seen] == ["1.1.1.1:443"]


@pytest.mark.parametrize("target", ["https://10.0.0.1/x", "https://localhost/x", f"http://{PUBLIC}/x"])
def test_a_redirect_that_came_through_a_proxy_is_checked_too(
    proxy: Server, public: Server, target: str
) -> None:
    proxy.tunnel = (PUBLIC, public.server_address[1])
    public.redirect = target
    with pytest.raises(UnsafeUrlError):
        fetch(f"{public.url}/x")
    assert [path for path, _ in proxy.seen] == [public.url.removeprefix("https://")]


def test_a_name_that_only_the_proxy_can_resolve_is_left_to_it(
    proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from requests.exceptions import ProxyError

    really = socket.getaddrinfo

    def getaddrinfo(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "cdn.example":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return really(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(ProxyError):
        fetch("https://cdn.example/x")
    assert [path for path, _ in proxy.seen] == ["cdn.example:443"]


def test_queries_stay_out_of_the_log_when_another_session_has_ended(
    public: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with GuardedSession() as session:
        assert fetch(f"{public.url}/other") == b"ok"
        session.open(f"{public.url}/swap.jpg?token=s3cret", {}, TIMEOUT).close()
    assert "/swap.jpg" in caplog.text
    assert "s3cret" not in caplog.text


def test_of_a_redirect_s_target_only_the_server_is_told(
    public: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    public.redirect = f"{public.url}/s3cret/again"
    with pytest.raises(DownloadError, match="/x redirects more than 5 times") as caught:
        fetch(f"{public.url}/x")
    public.redirect = f"ftp://{PUBLIC}/s3cret"
    with pytest.raises(UnsafeUrlError, match=f"ftp://{PUBLIC} cannot be downloaded: only https") as refused:
        fetch(f"{public.url}/x")
    assert caplog.text.count("/…") == 5
    assert "s3cret" not in f"{caplog.text} {caught.value} {refused.value}"


def test_queries_are_kept_out_of_the_log_even_at_debug(
    public: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert fetch(f"{public.url}/swap.jpg?token=s3cret") == b"ok"
    assert "/swap.jpg" in caplog.text
    assert "s3cret" not in caplog.text
    assert public.seen[0][0] == "/swap.jpg?token=s3cret"
