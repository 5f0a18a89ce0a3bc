"""Businesses and locations as the API plane needs them: SQL under row-level security."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from tillgate.foundation.postgres.pools import Pool, read
from tillgate.foundation.postgres.sessions import query


class Location(msgspec.Struct, frozen=True):
    """What answers say about a location; `timezone` is the one of its newest day rule."""

    id: int
    name: str
    country: str
    timezone: str


class Business(msgspec.Struct, frozen=True):
    """A business and those of its locations that sell in one currency."""

    id: int
    name: str
    currency: str
    locations: list[Location]


_BUSINESSES = """
SELECT b.business_id, l.currency, b.name, l.business_location_id, l.name, l.country,
       (SELECT r.timezone FROM directory_dayrule r
        WHERE r.business_location_id = l.business_location_id
        ORDER BY r.valid_from DESC LIMIT 1)
FROM directory_businesslocation l
JOIN directory_business b ON b.business_id = l.business_id
ORDER BY b.business_id, l.currency, l.business_location_id
"""


async def fetch_businesses(pool: Pool, locations: Iterable[int]) -> list[Business]:
    """The businesses of the locations, one entry for each currency they sell in."""
    rows = await read(pool, locations, query(_BUSINESSES))
    return [_business(list(group)) for _, group in groupby(rows, key=itemgetter(0, 1))]


def _business(rows: list[tuple[Any, ...]]) -> Business:
    business_id, currency, name = rows[0][:3]
    return Business(business_id, name, currency, [Location(*row[3:]) for row in rows])
