"""Where a browser may be sent back to: which addresses a client may register, and which match one.

They are compared as strings, character by character (RFC 9700 section 2.1).
"""

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

_LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")


def why_refused(uri: str) -> str:
    """Why an address cannot be registered, "" when it can."""
    parts = _split(uri)
    if parts is None or not parts.hostname or any(not "!" <= sign <= "~" for sign in uri):
        return _("write a whole address, such as https://example.com/callback")
    if "#" in uri or "*" in uri or "\\" in uri or "@" in parts.netloc:
        return _("leave out fragments, wildcards, backslashes and user names")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK_HOSTS:
        return _("use https; plain http is for localhost, 127.0.0.1 and [::1] only")
    if parts.scheme not in {"http", "https"} or not uri.startswith(parts.scheme):
        return _("begin with https://")
    return ""


def matches(uri: str, registered: Collection[str]) -> bool:
    """Whether the browser may be sent to this address."""
    return not why_refused(uri) and uri in registered


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018  raises for a port that is none
    except ValueError:
        return None
    return parts
