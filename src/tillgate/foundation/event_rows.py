"""Recording what was done on a plain connection, such as the feed's, without Django."""

from typing import Any

import msgspec
import psycopg

from tillgate.foundation import clock


def add_event(
    connection: psycopg.Connection[Any],
    *,
    kind: str,
    subject: str,
    actor: str,
    data: dict[str, Any] | None = None,
) -> None:
    """Add an event within the connection's transaction; see `models.Event` for the words."""
    connection.execute(
        "INSERT INTO foundation_event (at, kind, actor, subject, data) VALUES (%s, %s, %s, %s, %s)",
        (clock.now(), kind, actor, subject, msgspec.json.encode(data or {}).decode()),
    )
