"""Items as they were, as the API plane reads them: versions, changes, and what a line meant."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import sql

from tillgate.foundation.postgres.pools import Pool, read
from tillgate.foundation.postgres.sessions import query


class ItemVersion(NamedTuple):
    """What an item was from an instant on; `body` is the published object, None once removed.

    `position` is that of the last change of the item where the version holds now.
    """

    item_id: int
    valid_from: datetime
    valid_until: datetime | None
    position: int
    body: str | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which items: every condition given must hold of the version; texts are compared exactly."""

    sku: str | None = None
    name: str | None = None
    ids: tuple[int, ...] | None = None


# A record that changed nothing is no version: it begins and ends at once.
_VERSIONS = """
SELECT item_id, valid_from, valid_until, position, body FROM catalogue_itemversion
WHERE business_location_id = {location} AND valid_until IS DISTINCT FROM valid_from
"""

_THEN = """
AND valid_from <= {at} AND (valid_until IS NULL OR valid_until > {at}) AND body IS NOT NULL
AND item_id >= {first}
"""


async def fetch_items_then(  # noqa: PLR0913  who may see, where, which, when, and how many
    pool: Pool,
    locations: Collection[int],
    location: int,
    wanted: Wanted,
    *,
    at: datetime,
    first: int,
    limit: int,
) -> list[ItemVersion]:
    """The items that there were at an instant, by id, from an id on."""
    then = query(_THEN, at=at, first=first)
    limited = query("ORDER BY item_id LIMIT {limit}", limit=limit)
    return await _versions(pool, locations, location, [then, *_conditions(wanted), limited])


async def fetch_item_changes(
    pool: Pool, locations: Collection[int], location: int, *, since: int, limit: int
) -> list[ItemVersion]:
    """What the items are whose present has changed after a position, in the order of changes."""
    text = "AND valid_until IS NULL AND position > {since} ORDER BY position LIMIT {limit}"
    changed = query(text, since=since, limit=limit)
    return await _versions(pool, locations, location, [changed])


async def fetch_item_versions(
    pool: Pool, locations: Collection[int], location: int, wanted: Wanted
) -> list[ItemVersion]:
    """Every version that passes, by item and time; of removals only those asked for by id."""
    ordered = sql.SQL("ORDER BY item_id, valid_from")
    return await _versions(pool, locations, location, [*_conditions(wanted), ordered])


def _conditions(wanted: Wanted) -> list[sql.Composed]:
    conditions = []
    if wanted.sku is not None:
        conditions.append(query("AND sku = {sku} AND body IS NOT NULL", sku=wanted.sku))
    if wanted.name is not None:
        conditions.append(query("AND name = {name} AND body IS NOT NULL", name=wanted.name))
    if wanted.ids is not None:
        conditions.append(query("AND item_id = any({ids}::bigint[])", ids=list(wanted.ids)))
    return conditions


async def _versions(
    pool: Pool, locations: Collection[int], location: int, conditions: list[Any]
) -> list[ItemVersion]:
    text = sql.SQL(" ").join([query(_VERSIONS, location=location), *conditions])
    return [ItemVersion(*row) for row in await read(pool, locations, text)]
