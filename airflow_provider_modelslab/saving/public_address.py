"""Which addresses and URLs downloads may go to. Pure.

Result URLs are supplied by a server, so they are not trusted to lead to the public internet: a URL
could name a cloud's metadata service or a machine of the local network.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit, urlunsplit

from airflow_provider_modelslab.exceptions import UnsafeUrlError
from airflow_provider_modelslab.protocol.redact import shown

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that IANA has given out for the public internet
_SHARED = IPv4Network("100.64.0.0/10")  # carriers' and clouds' internal addresses
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_HINT = "If this server is yours, set allow_private_downloads to true in the connection's extra fields."


def safe_url(url: str, *, allow_private: bool, show: Callable[[str], str] = shown) -> str:
    """Return the URL to request: without user, password and fragment, of an allowed scheme.

    :param url: as the server gave it
    :param allow_private: allow http as well as https
    :param show: gives what may be told of the URL
    :raises UnsafeUrlError: if it is not an https URL with a host
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port  # reading the port checks it
    except ValueError:
        raise UnsafeUrlError(f"{show(url)} cannot be downloaded: it is not a URL") from None
    allowed = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in allowed or not host:
        hint = f" {_HINT}" if parts.scheme == "http" else ""
        raise UnsafeUrlError(f"{show(url)} cannot be downloaded: only {' and '.join(allowed)} may be.{hint}")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def check_address(address: str, host: str, *, allow_private: bool) -> None:
    """Refuse an address that downloads must not connect to.

    :param address: an IP address in digits, as resolved
    :param host: the name that led to it, for the message
    :param allow_private: allow private and loopback addresses; link-local ones, where clouds keep their
        credentials, and multicast ones stay refused
    :raises UnsafeUrlError: if the address is refused
    """
    ip = effective_address(address)
    if allow_private and (is_public(ip) or is_local(ip)):
        return
    if not is_public(ip):
        hint = f" {_HINT}" if is_local(ip) else ""
        raise UnsafeUrlError(f"{host} leads to {address}, which is not a public address.{hint}")


def effective_address(address: str) -> IPv4Address | IPv6Address:
    """Return the address that packets end up at: IPv6 spellings of an IPv4 address are resolved."""
    ip = ip_address(address.split("%", 1)[0])
    if isinstance(ip, IPv4Address):
        return ip
    if ip.ipv4_mapped:
        return ip.ipv4_mapped
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.sixtofour or ip if ip in _6TO4 else ip


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Say whether an address belongs to one machine on the public internet."""
    if isinstance(ip, IPv6Address) and (ip not in _GLOBAL_UNICAST or ip in _TEREDO):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_link_local)


def is_local(ip: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is this machine's or one of its private network's."""
    shunned = ip.is_link_local or ip.is_multicast or ip.is_unspecified
    return (ip.is_private or ip.is_loopback or ip in _SHARED) and not shunned
