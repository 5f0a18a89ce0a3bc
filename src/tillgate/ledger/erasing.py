"""Erasing what closed days say of a person; no digest, signature or chain is touched by it."""

import hashlib
from datetime import date
from typing import Any

from psycopg import Connection

from tillgate.foundation.event_rows import add_event
from tillgate.foundation.postgres.sessions import scoped
from tillgate.ledger.locks import lock_locations

_ERASE = """
DELETE FROM ledger_personalpart
WHERE business_location_id = %s AND person = %s AND business_date BETWEEN %s AND %s
"""


def erase_person(
    connection: Connection[Any], *, location: int, person: str, first: date, last: date
) -> int:
    """Erase a person's parts of the closed days from the first to the last date; how many days.

    `person` is `staff:` or `consumer:` with the id, as in `models.PersonalPart`. Amounts, ids of
    staff and the hashes of the parts stay. The event names the person by a hash only. Days that are
    open still have their names: erase again when they are closed.
    """
    with scoped(connection, [location]):
        lock_locations(connection, [location])
        erased = connection.execute(_ERASE, (location, person, first, last)).rowcount
        if erased:
            add_event(
                connection,
                kind="ledger:person:erased",
                subject=f"location:{location}",
                actor="operator",
                data={
                    "person_sha256": hashlib.sha256(person.encode()).hexdigest(),
                    "first": first.isoformat(),
                    "last": last.isoformat(),
                    "days": erased,
                },
            )
    return erased
