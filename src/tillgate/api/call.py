"""One call: what its request says, read in one pass over its headers."""

import os
import re
from collections.abc import Iterable
from typing import Any, TypeAlias
from urllib.parse import quote

Scope: TypeAlias = Any

_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_WANTED = frozenset(
    {
        b"accept-encoding",
        b"authorization",
        b"host",
        b"if-none-match",
        b"if-range",
        b"range",
        b"x-request-id",
    }
)
_AS_IT_IS = "/:+,@=!$'()*;~%"


class Call:
    """A request of this plane. `base_url` is set by the plane, the public one without a slash."""

    __slots__ = ("base_url", "headers", "method", "path", "query", "request_id", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers = _wanted(scope["headers"])
        self.request_id = _request_id(self.headers.get(b"x-request-id", b""))
        self.base_url = ""

    def header(self, name: bytes) -> bytes:
        """A header of those that matter here, or nothing."""
        value: bytes = self.headers.get(name, b"")
        return value

    def url(self, *, without: str = "", then: str = "") -> str:
        """This call's absolute URL; one parameter can be taken out of its query, one put in."""
        pairs = [pair for pair in self.query.split(b"&") if pair]
        kept = [
            pair for pair in pairs if not without or pair.partition(b"=")[0] != without.encode()
        ]
        words = [quote(pair, safe=_AS_IT_IS) for pair in kept] + ([then] if then else [])
        path = quote(self.path.encode(errors="replace"), safe=_AS_IT_IS[:-1])
        return f"{self.base_url}{path}{'?' if words else ''}{'&'.join(words)}"


def _wanted(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _WANTED:
            # Two are joined as RFC 9110 section 5.2 says; of two tokens that makes none.
            found[name] = b"%s, %s" % (found[name], value) if name in found else value
    return found


def _request_id(given: bytes) -> bytes:
    if given and _SANE_ID.fullmatch(given):
        return given
    return os.urandom(12).hex().encode()
