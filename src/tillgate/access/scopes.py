"""Which scopes a request is given; the words are those of the published platform.

A scope we do not know, or that the client may not have, is dropped rather than refused: programs
ask for `openid` or for what another client of theirs has, and RFC 6749 section 3.3 lets the server
grant less than was asked.
"""

from collections.abc import Iterable

FINANCIAL = "financial-api"
ITEMS = "items"
OFFLINE = "offline_access"
ALL = (FINANCIAL, ITEMS, OFFLINE)

_EVERYTHING = "*"


def granted(asked: str | None, available: Iterable[str]) -> list[str]:
    """What of the available scopes a request gets, in a fixed order; empty means invalid_scope.

    Nothing asked, or `*`, means everything that is available.
    """
    may_have = set(available)
    wanted = (asked or "").split()
    if wanted and _EVERYTHING not in wanted:
        may_have.intersection_update(wanted)
    return [scope for scope in ALL if scope in may_have]


def unknown(scopes: Iterable[str]) -> list[str]:
    """Those that are no scopes of ours."""
    return [scope for scope in scopes if scope not in ALL]
