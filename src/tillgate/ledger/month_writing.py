"""Writing the sums of a month with the document that completes it, and with each correction."""

from datetime import date
from typing import Any

import zstandard
from psycopg import Connection

from tillgate.ledger.month_lines import Gatherer, last_of, month_of, pack
from tillgate.ledger.personal import known_of
from tillgate.ledger.totals import decode_lines

_DAYS = """
SELECT DISTINCT ON (business_date) business_date, totals, first_closed_at, last_closed_at
FROM ledger_closedday WHERE business_location_id = %s AND business_date BETWEEN %s AND %s
ORDER BY business_date, revision DESC
"""

_IS_WHOLE = """
SELECT count(DISTINCT business_date) = %s FROM ledger_closedday
WHERE business_location_id = %s AND business_date BETWEEN %s AND %s
"""

_PARTS = """
SELECT business_date, number, part_values FROM ledger_personalpart
WHERE business_location_id = %s AND business_date BETWEEN %s AND %s
"""

# The newest position is what tells these sums from those that a later correction makes.
_INSERT = """
INSERT INTO ledger_monthlines (business_location_id, month, position, first_closed_at,
    last_closed_at, parts, lines)
SELECT %s, %s, max(position), %s, %s, %s, %b FROM ledger_closedday
WHERE business_location_id = %s AND business_date BETWEEN %s AND %s
"""


def write_month(connection: Connection[Any], location: int, business_date: date) -> None:
    """Add up the month of a day that was just closed or corrected, once all its days are closed.

    The caller's transaction may see the location, and holds its lock.
    """
    month = month_of(business_date)
    key = (location, month, last_of(month))
    if not connection.execute(_IS_WHOLE, (last_of(month).day, *key)).fetchall()[0][0]:
        return
    days = connection.execute(_DAYS, key, binary=True).fetchall()
    parts = connection.execute(_PARTS, key, binary=True).fetchall()
    gatherer = Gatherer()
    for day, totals, _, _ in days:
        known = known_of((number, values) for when, number, values in parts if when == day)
        gatherer.add(day, decode_lines(zstandard.ZstdDecompressor().decompress(totals)), known)
    sold = [(first, last) for _, _, first, last in days if first is not None]
    packed = pack(gatherer.lines())
    if sold and packed is not None:
        begun, ended = min(first for first, _ in sold), max(last for _, last in sold)
        connection.execute(_INSERT, (location, month, begun, ended, len(parts), packed, *key))
