"""Who a token belongs to and what it may read: the one thing the API plane learns of `access`."""

from datetime import datetime

import msgspec

from tillgate.foundation.postgres.pools import Pool, read
from tillgate.foundation.postgres.sessions import query


class Grant(msgspec.Struct, frozen=True):
    """What `access_grant` says of a token.

    `state` is `active`, `suspended` or `ended`; `locations` are those licensed today; the three flags
    say whose personal data the agreement covers. An expired token may still have a grant: compare
    `expires_at`, seconds since 1970.
    """

    client_id: str
    integration_id: int
    state: str
    scopes: frozenset[str]
    locations: frozenset[int]
    staff: bool
    consumers: bool
    authorizations: bool
    calls_per_minute: int
    expires_at: float


_GRANT = """
SELECT client_id, integration_id, integration_state, scopes, locations, staff, consumers,
       authorizations, calls_per_minute, expires_at
FROM access_grant({token_hash})
"""


async def fetch_grant(pool: Pool, token_hash: str) -> Grant | None:
    """The grant of a token by its hash; None when it is unknown or revoked."""
    rows = await read(pool, (), query(_GRANT, token_hash=token_hash))
    return _grant(*rows[0]) if rows else None


def _grant(  # noqa: PLR0913  one argument a column, in the query's order
    client_id: str,
    integration_id: int,
    state: str,
    scopes: str,
    locations: list[int] | None,
    staff: bool,
    consumers: bool,
    authorizations: bool,
    calls_per_minute: int,
    expires_at: datetime,
) -> Grant:
    return Grant(
        client_id,
        integration_id,
        state,
        frozenset(scopes.split()),
        frozenset(locations or ()),
        staff,
        consumers,
        authorizations,
        calls_per_minute,
        expires_at.timestamp(),
    )
