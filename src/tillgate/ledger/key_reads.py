"""The public keys of closed days, as the API plane reads them."""

from tillgate.foundation.postgres.pools import Pool, read
from tillgate.foundation.postgres.sessions import query

_KEYS = "SELECT public FROM ledger_signingkey ORDER BY first_used_at, key_id"


async def fetch_public_keys(pool: Pool) -> list[bytes]:
    """Every key that ever signed a day, the oldest first."""
    return [bytes(public) for (public,) in await read(pool, (), query(_KEYS))]
