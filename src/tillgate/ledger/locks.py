"""One writer a location at a time, without a lock on any row."""

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

# Sorted, so that two batches which share locations wait for each other instead of for ever.
_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
FROM (SELECT name FROM unnest(%s::text[]) name ORDER BY name COLLATE "C") sorted
"""


def lock_locations(
    connection: Connection[Any], locations: Iterable[int], businesses: Iterable[int] = ()
) -> None:
    """Wait until nobody else writes these; held until the transaction ends."""
    names = [f"tillgate location {key}" for key in set(locations)]
    names += [f"tillgate business {key}" for key in set(businesses)]
    connection.execute(_LOCK, (names,))
