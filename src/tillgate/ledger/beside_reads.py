"""Documents with all that lies beside them, read to be compared when somebody asks for it."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from psycopg import AsyncConnection, sql

from tillgate.foundation.postgres.pools import Pool, read, reading_from
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.beside import Beside, MonthDay, MonthRow, Pair, Row
from tillgate.ledger.personal import PersonalPart

_OWN = [name for name in Row._fields if name not in {"location", "figures"}]
_ROWS = """
SELECT d.business_location_id, {columns}, f.figures FROM ledger_closedday d
LEFT JOIN ledger_dayfigures f ON f.business_location_id = d.business_location_id
    AND f.business_date = d.business_date AND f.revision = d.revision
WHERE d.business_location_id = {location} AND d.position > {since}
ORDER BY d.position LIMIT {limit}
"""

_PARTS = """
SELECT number, person, salt, part_values FROM ledger_personalpart
WHERE business_location_id = {location} AND business_date = {day} ORDER BY number
"""

_REFERENCES = """
SELECT reference, account_reference FROM ledger_closedreference
WHERE business_location_id = {location}
  AND (reference, account_reference) IN (SELECT * FROM unnest({references}::text[], {of}::text[]))
"""

_MONTHS = """
SELECT month, first_closed_at, last_closed_at, parts, lines FROM ledger_monthlines
WHERE business_location_id = {location} AND position = {position}
"""
_MONTH_DAYS = """
SELECT DISTINCT ON (business_date) business_date, totals, first_closed_at, last_closed_at
FROM ledger_closedday
WHERE business_location_id = {location} AND position <= {position}
  AND business_date BETWEEN {month} AND ({month}::date + interval '1 month - 1 day')::date
ORDER BY business_date, revision DESC
"""
_MONTH_PARTS = """
SELECT business_date, number, part_values FROM ledger_personalpart
WHERE business_location_id = {location}
  AND business_date BETWEEN {month} AND ({month}::date + interval '1 month - 1 day')::date
"""


# A part that no document of its day has a hash of: it was put there, or has lost its place.
_STRAY_PARTS = """
SELECT DISTINCT p.business_date FROM ledger_personalpart p
WHERE p.business_location_id = {location} AND NOT EXISTS (
    SELECT FROM ledger_closedday d
    WHERE d.business_location_id = {location} AND d.business_date = p.business_date
      AND p.number BETWEEN 0 AND length(d.part_hashes) / 32 - 1)
ORDER BY p.business_date LIMIT 100
"""


async def fetch_stray_parts(pool: Pool, locations: Collection[int], location: int) -> list[date]:
    """The business dates under which personal parts lie that no document speaks of."""
    return [day for (day,) in await read(pool, locations, query(_STRAY_PARTS, location=location))]


async def fetch_faults(
    pool: Pool, locations: Collection[int], location: int, *, since: int, limit: int
) -> list[list[str]]:
    """What does not fit each document after a position of the chain; mostly nothing."""
    async with reading_from(pool, locations) as connection:
        columns = sql.SQL(", ").join(sql.Identifier("d", name) for name in _OWN)
        values = {"location": location, "since": since, "limit": limit}
        literals = {name: sql.Literal(value) for name, value in values.items()}
        wanted = sql.SQL(_ROWS).format(columns=columns, **literals)
        rows = [Row(*each) for each in await _fetch(connection, wanted)]
        return [await _faults(connection, row) for row in rows]


async def _faults(connection: AsyncConnection[Any], row: Row) -> list[str]:
    wanted = query(_PARTS, location=row.location, day=row.business_date)
    beside = Beside(row, [PersonalPart(*each) for each in await _fetch(connection, wanted)])
    kept = await _references(connection, row, await asyncio.to_thread(beside.references))
    months = await _months(connection, row)
    return await asyncio.to_thread(beside.faults, kept, months)


async def _references(
    connection: AsyncConnection[Any], row: Row, pairs: Sequence[Pair]
) -> set[Pair]:
    if not pairs:
        return set()
    references, accounts = map(list, zip(*pairs, strict=True))
    wanted = query(_REFERENCES, location=row.location, references=references, of=accounts)
    return {(reference, account) for reference, account in await _fetch(connection, wanted)}


async def _months(connection: AsyncConnection[Any], row: Row) -> list[MonthRow]:
    wanted = query(_MONTHS, location=row.location, position=row.position)
    found = list[MonthRow]()
    for month, first, last, parts, lines in await _fetch(connection, wanted):
        values = {"location": row.location, "month": month}
        rows = await _fetch(connection, query(_MONTH_DAYS, position=row.position, **values))
        days = [MonthDay(*each) for each in rows]
        people = await _fetch(connection, query(_MONTH_PARTS, **values))
        found.append(MonthRow(month, first, last, parts, lines, days, people))
    return found


async def _fetch(connection: AsyncConnection[Any], wanted: sql.Composed) -> list[Any]:
    return await (await connection.execute(wanted, prepare=False, binary=True)).fetchall()
