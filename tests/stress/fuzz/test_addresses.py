"""Nothing but public addresses is let through, whatever they are wrapped in, and no scheme but https."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.stress.fuzz import properties, strategies

pytestmark = pytest.mark.thorough
four_bytes = st.integers(0, 2**32 - 1) | st.sampled_from(
    [int(network.network_address) + 1 for network in properties.NOT_PUBLIC if network.version == 4]
)
wrapped = st.tuples(st.sampled_from([0xFFFF << 32, 0x64FF9B << 96]), four_bytes).map(sum) | four_bytes.map(
    lambda address: 0x2002 << 112 | address << 80 | 1
)


@given(four_bytes.map(IPv4Address) | wrapped.map(IPv6Address) | st.ip_addresses())
def test_an_address_that_is_let_through_is_public(ip: IPv4Address | IPv6Address) -> None:
    properties.check_ip(ip)


@example("https://h\\@127.0.0.1/", False)
@example("https:/\t/u:p@h/", False)
@given(strategies.urls, st.booleans())
def test_a_url_is_refused_or_asked_for_without_its_password(url: str, allow_private: bool) -> None:
    properties.check_url(url, allow_private=allow_private)


@given(strategies.urls)
def test_no_token_of_a_url_is_shown(url: str) -> None:
    properties.check_shown(url)


_written = st.text('aäZ09 %2F[]{}|\\^`"<>+=&;?#/:@.~\u3000\u00ad', max_size=40).map("https://h/{}".format)


@example("https://h/%%2520?%")
@example("https://\u212a/x")
@given(strategies.urls | _written)
def test_a_url_that_is_submitted_is_refused_or_a_uri_that_says_the_same(url: str) -> None:
    properties.check_uri(url)
