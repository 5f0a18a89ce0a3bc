"""Keys as pages show them: each secret by its beginning, how it is used, and when it ends."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tillgate.access.models import Client, ClientSecret
from tillgate.foundation import clock


class Key(NamedTuple):
    """A secret of a client; `state` is live, retired, or why it has ended."""

    client: Client
    secret: ClientSecret
    state: str
    ended_at: datetime | None
    row: Mapping[str, Any]

    @property
    def is_live(self) -> bool:
        """Whether it gets a token now."""
        return self.ended_at is None


def keys_of(clients: Iterable[Client], rows: Mapping[int, Mapping[str, Any]]) -> list[Key]:
    """Every secret of the clients, the newest of each first; `rows` by integration."""
    return [
        _key(client, secret, rows[client.integration_id])
        for client in clients
        for secret in client.secrets.all()
    ]


def _key(client: Client, secret: ClientSecret, row: Mapping[str, Any]) -> Key:
    ended_at, state = _end_of(secret)
    if ended_at is None:
        state = "secret:retired" if secret.retired_at else "secret:live"
    return Key(client, secret, state, ended_at, row)


def _end_of(secret: ClientSecret) -> tuple[datetime | None, str]:
    """When and why it ended, also where nobody has said so yet."""
    if secret.revoked_at is not None:
        return secret.revoked_at, f"secret:{secret.end_reason or 'revoked'}"
    now = clock.now()
    passed = [at for at in (secret.expires_at, secret.idle_at) if at is not None and at <= now]
    if not passed:
        return None, ""
    return min(passed), "secret:unused" if min(passed) == secret.idle_at else "secret:expired"
