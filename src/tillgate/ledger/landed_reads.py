"""Where sales are that a correction took from a closed day to an open one, for V2.

Such a sale stands with the sales of its new day, open or closed by now, and says which correction
brought it there. V2 shows it with that correction instead.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from tillgate.foundation.postgres.pools import Pool, read_each
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.closed_reads import known_by_day
from tillgate.ledger.closed_sales import OpenedDay
from tillgate.ledger.lookup import key_of
from tillgate.ledger.spans import Asked

# The position of the correction, and the account reference of the sale.
Left = tuple[int, str]

_OPEN = """
SELECT moved_by, account_reference, body FROM ledger_opensale
WHERE business_location_id = {location} AND account_reference = any({references})
  AND moved_by IS NOT NULL
"""

_CLOSED = """
SELECT business_date, spans, data FROM ledger_closedday
WHERE business_location_id = {location} AND revision = 1 AND position > {first}
  AND reference_keys && {keys}::bigint[]
"""

_PARTS = """
SELECT business_date, number, part_values FROM ledger_personalpart
WHERE business_location_id = {location} AND business_date IN (
    SELECT business_date FROM ledger_closedday
    WHERE business_location_id = {location} AND revision = 1 AND position > {first}
      AND reference_keys && {keys}::bigint[])
"""


async def fetch_landed(
    pool: Pool, locations: Collection[int], asked: Asked, left: Collection[Left]
) -> dict[Left, bytes]:
    """The canonical texts of those sales that went to an open day, as they are now."""
    if not left:
        return {}
    references = sorted({reference for _, reference in left})
    values = {"location": asked.location, "first": min(position for position, _ in left)}
    keys = [key_of(reference) for reference in references]
    wanted = [
        query(_OPEN, location=asked.location, references=references),
        query(_CLOSED, **values, keys=keys),
    ]
    if asked.names:
        wanted.append(query(_PARTS, **values, keys=keys))
    opened, closed, *parts = await read_each(pool, locations, wanted)
    found = await asyncio.to_thread(_of_documents, closed, parts[0] if parts else ())
    found |= {(position, reference): body.encode() for position, reference, body in opened}
    return {each: found[each] for each in left if each in found}


def _of_documents(documents: Sequence[Any], parts: Sequence[Any]) -> dict[Left, bytes]:
    days: set[date] = {day for day, _, _ in documents}
    known = known_by_day(days, parts)
    return {
        (sale.moved_by, sale.reference): opened.body(sale)
        for day, spans, data in documents
        for opened in (OpenedDay(bytes(spans), bytes(data), known[day]),)
        for sale in opened.sales
        if sale.moved_by
    }
