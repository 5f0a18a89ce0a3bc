"""From a bearer token to its grant, kept for half a second: a revocation bites within one."""

from time import monotonic, time

from tillgate.access.reads import Grant, fetch_grant
from tillgate.access.tokens import looks_genuine, token_hash
from tillgate.api.errors import AccessSuspended, BadToken, ScopeMissing
from tillgate.api.shelf import Shelf
from tillgate.foundation.postgres.pools import Pool

KEPT_SECONDS = 0.5
_KEPT = 10_000


class Gatekeeper:
    """Answers who calls; asks the database at most twice a second for each token."""

    def __init__(self, pool: Pool, *, seconds: float = KEPT_SECONDS) -> None:
        self._pool = pool
        self._kept = Shelf[Grant](seconds=seconds, most=_KEPT)

    async def recognise(self, authorization: bytes) -> Grant:
        """The caller's grant, by the Authorization header; raises `BadToken`."""
        grant = self._kept.get(authorization)
        if grant is None:
            grant = await self._fetch(authorization)
        if grant.expires_at <= time() or grant.state == "ended":
            raise BadToken(sent=True)
        return grant

    async def _fetch(self, authorization: bytes) -> Grant:
        token = _bearer(authorization)
        if not looks_genuine(token):
            raise BadToken(sent=True)
        read_at = monotonic()
        grant = await fetch_grant(self._pool, token_hash(token))
        if grant is None:
            raise BadToken(sent=True)
        self._kept.put(authorization, grant, read_at=read_at)
        return grant


def check_permission(grant: Grant, scope: str) -> None:
    """Raises `AccessSuspended` or `ScopeMissing` for a caller that is known and may not."""
    if grant.state != "active":
        raise AccessSuspended
    if scope not in grant.scopes:
        raise ScopeMissing(scope)


def _bearer(authorization: bytes) -> str:
    """The token of an `Authorization: Bearer` header; the scheme in any case (RFC 9110)."""
    kind, _, token = authorization.partition(b" ")
    if kind.lower() != b"bearer":
        raise BadToken(sent=bool(authorization))
    return token.strip().decode("latin-1")
