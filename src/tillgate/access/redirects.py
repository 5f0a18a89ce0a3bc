"""Where a browser may be sent back to: which addresses a client may register, and which match one.

They are compared as strings, character by character (RFC 9700 section 2.1). One exception, of RFC
8252 section 7.3: an http address on a loopback IP matches with any port, since a program on a
desk takes the port that is free. `localhost` is a name and not an address, so its port counts.
"""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

_LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
_LOOPBACK_HOSTS = (*_LOOPBACK_ADDRESSES, "localhost")


def why_refused(uri: str) -> str:
    """Why an address cannot be registered, "" when it can."""
    parts = _split(uri)
    if parts is None or not parts.hostname or any(not "!" <= sign <= "~" for sign in uri):
        return "write a whole address, such as https://example.com/callback"
    if "#" in uri or "*" in uri or "\\" in uri or "@" in parts.netloc:
        return "leave out fragments, wildcards, backslashes and user names"
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK_HOSTS:
        return "use https; plain http is for localhost, 127.0.0.1 and [::1] only"
    if parts.scheme not in {"http", "https"} or not uri.startswith(parts.scheme):
        return "begin with https://"
    return ""


def matches(uri: str, registered: Iterable[str]) -> bool:
    """Whether the browser may be sent to this address."""
    if why_refused(uri):
        return False
    return any(uri == other or _same_but_port(uri, other) for other in registered)


def _same_but_port(uri: str, other: str) -> bool:
    mine, theirs = _without_port(uri), _without_port(other)
    return mine is not None and mine == theirs


def _without_port(uri: str) -> str | None:
    """The address without its port, for http on a loopback IP only."""
    parts = _split(uri)
    if parts is None or parts.scheme != "http" or parts.hostname not in _LOOPBACK_ADDRESSES:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    rest = uri[len(parts.scheme) + 3 + len(parts.netloc) :]
    return f"http://{host}{rest}"


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return None
    return parts
