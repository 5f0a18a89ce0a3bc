"""Single sales of open days: how a correction books one there, and takes one away."""

from typing import Any

from psycopg import Connection

from tillgate.foundation.settling import Recorded
from tillgate.ledger.canonical import closing_time, render_texts
from tillgate.ledger.merging import DatedSale
from tillgate.ledger.parts import copied
from tillgate.ledger.recording import open_days

_ADD = """
INSERT INTO ledger_opensale (business_location_id, account_reference, account_id, business_date,
    closed_at, type, recorded_at, digest, payments_start, payments_end, lean, body, moved_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_ADD_REFERENCES = """
INSERT INTO ledger_externalreference (business_location_id, reference, account_reference)
SELECT DISTINCT %s, unnest(%s::text[]), %s
"""

_REMOVE = """
DELETE FROM ledger_opensale WHERE business_location_id = %s AND account_reference = %s
RETURNING moved_by
"""

_REMOVE_REFERENCES = """
DELETE FROM ledger_externalreference WHERE business_location_id = %s AND account_reference = %s
"""


def add_open_sale(
    connection: Connection[Any],
    location: int,
    recorded: Recorded[DatedSale],
    *,
    moved_by: int | None,
) -> None:
    """Book a sale that no open day has, and open its day if it is not; see `models.OpenSale`."""
    sale, day = recorded.thing
    assert day is not None  # whoever moves a sale says where to
    texts = render_texts(copied(sale))
    key = (location, sale.account_reference, sale.account_fisc_id, day)
    told = (closing_time(sale), sale.type.value, recorded.recorded_at, texts.digest)
    where = (texts.payments_start, texts.payments_end)
    connection.execute(_ADD, (*key, *told, *where, texts.lean, texts.body, moved_by))
    if sale.external_references:
        values = (location, sale.external_references, sale.account_reference)
        connection.execute(_ADD_REFERENCES, values)
    open_days(connection, {(location, day)})


def remove_open_sale(connection: Connection[Any], location: int, reference: str) -> int | None:
    """Take a sale away from its open day, which stays open; returns its `moved_by`."""
    connection.execute(_REMOVE_REFERENCES, (location, reference))
    removed = connection.execute(_REMOVE, (location, reference)).fetchone()
    return removed[0] if removed else None
