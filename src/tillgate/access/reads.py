"""Who a token belongs to and what it may read: the one thing the API plane learns of `access`."""

from typing import Any

import msgspec

from tillgate.foundation.postgres.pools import Pool, read
from tillgate.foundation.postgres.sessions import query


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What `access_grant` says of a token.

    `state` is `active`, `suspended` or `ended`; `locations` are those licensed today; the three
    flags say whose personal data the agreement covers. An expired token may still have a grant:
    compare `expires_at`, seconds since 1970.
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
    return _grant(rows[0]) if rows else None


def _grant(row: tuple[Any, ...]) -> Grant:
    client_id, integration_id, state, scopes, locations, *flags, per_minute, expires_at = row
    staff, consumers, authorizations = flags
    return Grant(
        client_id=client_id,
        integration_id=integration_id,
        state=state,
        scopes=frozenset(scopes.split()),
        locations=frozenset(locations or ()),
        staff=staff,
        consumers=consumers,
        authorizations=authorizations,
        calls_per_minute=per_minute,
        expires_at=expires_at.timestamp(),
    )
