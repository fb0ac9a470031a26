from __future__ import annotations

import pytest

from airflow_provider_modelslab.exceptions import UnsafeUrlError
from airflow_provider_modelslab.saving.public_address import check_address, safe_url

PUBLIC = ["1.1.1.1", "104.16.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"]
LOCAL = ["127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]
LOCAL += ["::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:a00:1::1"]
NEVER = ["169.254.169.254", "fe80::1", "fe80::1%eth0", "224.0.0.1", "ff02::1", "0.0.0.0", "::"]
NEVER += ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "239.1.2.3"]
REFUSED = [*LOCAL, *NEVER, "2001:db8::1", "2001:0:53aa:64c::1", "192.0.2.1", "198.18.0.1", "255.255.255.255"]
REFUSED += [
    "::127.0.0.1",
    "64:ff9b:1::1",
    "fec0::1",
    "240.0.0.1",
    "0.1.2.3",
    "64:ff9b::1:203",
    "2002:1:203::1",
]
REFUSED += [
    "100.127.255.255",
    "192.0.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "::ffff:0:7f00:1",
    "::ffff:100.64.0.1",
]
REFUSED += ["172.31.255.255", "::ffff:0.1.2.3", "ff0e::1", "64:ff9b::e000:1", "100::1", "2001:10::1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    check_address(address, "h", allow_private=False)
    check_address(address, "h", allow_private=True)


@pytest.mark.parametrize("address", REFUSED)
def test_every_other_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeUrlError, match="not a public address"):
        check_address(address, "h", allow_private=False)


@pytest.mark.parametrize("address", LOCAL)
def test_private_and_loopback_addresses_pass_where_the_connection_allows_them(address: str) -> None:
    check_address(address, "h", allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_link_local_and_multicast_addresses_never_pass(address: str) -> None:
    with pytest.raises(UnsafeUrlError):
        check_address(address, "h", allow_private=True)


def test_the_refusal_says_what_to_set_for_a_server_of_ones_own() -> None:
    with pytest.raises(UnsafeUrlError, match=r"files\.corp leads to 10\.0\.0\.1.*allow_private_downloads"):
        check_address("10.0.0.1", "files.corp", allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://h/x",
        "ftp://h/x",
        "file:///etc/passwd",
        "https:///x",
        "x",
        "",
        "https://[x",
        "https://h:99999/x",
        "gopher://h",
        "//h/x",
    ],
)
def test_only_https_may_be_downloaded(url: str) -> None:
    with pytest.raises(UnsafeUrlError):
        safe_url(url, allow_private=False)


@pytest.mark.parametrize("url", ["ftp://h/x", "file:///etc/passwd"])
def test_other_schemes_than_http_are_refused_even_for_a_private_server(url: str) -> None:
    with pytest.raises(UnsafeUrlError, match="only https and http"):
        safe_url(url, allow_private=True)


def test_user_password_and_fragment_are_not_sent_on_and_the_query_is() -> None:
    assert safe_url("https://u:p@h:8/a//b?c=d#e", allow_private=False) == "https://h:8/a//b?c=d"


def test_http_is_allowed_for_a_private_server() -> None:
    assert safe_url("http://h/a", allow_private=True) == "http://h/a"


def test_a_refused_url_is_shown_without_its_query() -> None:
    with pytest.raises(UnsafeUrlError) as caught:
        safe_url("http://u:pw@h/a?token=s3cret", allow_private=False)
    assert "s3cret" not in str(caught.value)
    assert "pw" not in str(caught.value)
