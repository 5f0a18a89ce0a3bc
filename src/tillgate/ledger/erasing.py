"""Erasing what closed days say of a person; no digest, signature or chain is touched by it."""

import hashlib
from datetime import date
from typing import Any, NamedTuple

from psycopg import Connection

from tillgate.foundation.event_rows import add_event
from tillgate.foundation.postgres.sessions import scoped
from tillgate.ledger.locks import lock_locations

_ERASE = """
DELETE FROM ledger_personalpart
WHERE business_location_id = %s AND person = %s AND business_date BETWEEN %s AND %s
RETURNING business_date
"""

# The name of an order lies in no document; its mark keeps the feed from bringing it back.
_ERASE_OF_ORDERS = """
UPDATE ledger_abortedorder SET staff_name = NULL, erased = true
WHERE business_location_id = %s AND 'staff:' || staff_id = %s AND business_date BETWEEN %s AND %s
    AND NOT erased
"""


class Erased(NamedTuple):
    """In how many closed days, and in how many aborted orders."""

    days: int
    orders: int


def erase_person(
    connection: Connection[Any], *, location: int, person: str, first: date, last: date
) -> Erased:
    """Erase a person's parts of the closed days and aborted orders of the dates; how many.

    `person` is `staff:` or `consumer:` with the id, as in `models.PersonalPart`. Amounts, ids of
    staff and the hashes of the parts stay. The event names the person by a hash only. Days that are
    open still have their names: erase again when they are closed.
    """
    with scoped(connection, [location]):
        lock_locations(connection, [location])
        wanted = (location, person, first, last)
        erased = Erased(
            # A correction may have brought a further part of the same person into a day.
            len(set(connection.execute(_ERASE, wanted).fetchall())),
            connection.execute(_ERASE_OF_ORDERS, wanted).rowcount,
        )
        if any(erased):
            add_event(
                connection,
                kind="ledger:person:erased",
                subject=f"location:{location}",
                actor="operator",
                data={
                    "person_sha256": hashlib.sha256(person.encode()).hexdigest(),
                    "first": first.isoformat(),
                    "last": last.isoformat(),
                    "days": erased.days,
                    "aborted_orders": erased.orders,
                },
            )
    return erased
