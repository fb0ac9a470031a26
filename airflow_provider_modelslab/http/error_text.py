"""Words for why a request failed.

None of them is a library's: those may show a URL with its token, or a proxy with its password.
"""

from __future__ import annotations

_WORDS = {
    "BadStatusLine": "the answer is not HTTP",
    "ClientHttpProxyError": "the proxy refused",
    "ClientOSError": "the connection broke",
    "ClientPayloadError": "the transfer was cut",
    "ClientResponseError": "the answer is not HTTP",
    "ConnectionError": "no connection",
    "ConnectTimeout": "no connection in time",
    "HTTPException": "the answer is not HTTP",
    "IncompleteRead": "the transfer was cut",
    "LineTooLong": "the answer is not HTTP",
    "ProtocolError": "the transfer was cut",
    "ProxyError": "the proxy refused",
    "ReadTimeout": "no bytes came in time",
    "ReadTimeoutError": "no bytes came in time",
    "RemoteDisconnected": "the server closed the connection",
    "ServerDisconnectedError": "the server closed the connection",
    "SSLError": "the TLS handshake failed",
    "UnicodeEncodeError": "the host's name is malformed",
    "UnicodeError": "the host's name is malformed",
}


class SafeMessageError(Exception):
    """Its text is our own, and may be shown."""


def timeout_message(seconds: float) -> str:
    """Say that the time of a call was over."""
    return f"no whole answer within {seconds:.3g} s"


def error_text(error: BaseException) -> str:
    """Say in words why a request failed, by its innermost cause."""
    chain = [error]
    while (inner := _inner(chain[-1])) is not None and len(chain) < 10:
        chain.append(inner)
    for link in reversed(chain):
        if isinstance(link, SafeMessageError):
            return str(link)
        if isinstance(link, OSError) and link.errno is not None and link.strerror:  # the system's own
            return f"{link.strerror} ({type(link).__name__})"
    names = [type(link).__name__ for link in chain]
    return next((_WORDS[name] for name in reversed(names) if name in _WORDS), names[0])


def _inner(error: BaseException) -> BaseException | None:
    """urllib3 keeps a cause in ``reason`` or among the arguments, not always as ``__cause__``."""
    inside = getattr(error, "reason", None) or (error.args[-1] if error.args else None)
    return inside if isinstance(inside, BaseException) else error.__cause__
