"""Documents as files of them are made: for the API plane, and for whoever has a connection."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, LiteralString, NamedTuple

from psycopg import Connection

from tillgate.foundation.postgres.pools import Pool, read_each
from tillgate.foundation.postgres.sessions import Query, query, scoped
from tillgate.ledger.export.files import File, StoredDay, make_file
from tillgate.ledger.export.people import NOTHING_PERSONAL, KeptPart, Shown, make_people

_DAY: LiteralString = """
SELECT business_location_id, business_date, digest, key_id, signature, manifest, totals, spans, data
FROM ledger_closedday
WHERE business_location_id = {location} AND business_date = {day} AND revision = {revision}
"""

_NEWEST: LiteralString = """
SELECT business_date, max(revision) FROM ledger_closedday
WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {last}
GROUP BY business_date ORDER BY business_date
"""

_HASHES: LiteralString = """
SELECT part_hashes FROM ledger_closedday
WHERE business_location_id = {location} AND business_date = {day} AND revision = {revision}
"""

_PEOPLE: LiteralString = """
SELECT number, person, salt, part_values FROM ledger_personalpart
WHERE business_location_id = {location} AND business_date = {day}
"""


class Revision(NamedTuple):
    """A document of a location, by its business date and revision."""

    location: int
    business_date: date
    number: int


async def fetch_stored_day(
    pool: Pool, locations: Collection[int], revision: Revision
) -> StoredDay | None:
    """A document; None when there is none."""
    (found,) = await read_each(pool, locations, [_asked(_DAY, revision)])
    return _stored(found)


async def fetch_people(
    pool: Pool, locations: Collection[int], revision: Revision, shown: Shown
) -> bytes | None:
    """`people.ndjson` of a document; None when there is none."""
    wanted = [_asked(_HASHES, revision), _asked(_PEOPLE, revision)]
    hashes, kept = await read_each(pool, locations, wanted)
    return _people(hashes, kept, shown)


def read_file(
    connection: Connection[Any], revision: Revision, file: File, shown: Shown = NOTHING_PERSONAL
) -> bytes | None:
    """A file of a closed day on a plain connection, as the API plane gives it; None: no such day.

    The location must be one that the reader may see: it is set for the length of this call.
    """
    with scoped(connection, [revision.location]):
        if file is not File.PEOPLE:
            day = _stored(connection.execute(_asked(_DAY, revision)).fetchall())
            return None if day is None else make_file(file, day)
        hashes = connection.execute(_asked(_HASHES, revision)).fetchall()
        return _people(hashes, connection.execute(_asked(_PEOPLE, revision)).fetchall(), shown)


def read_days(
    connection: Connection[Any], location: int, first: date, last: date
) -> Iterator[StoredDay]:
    """The newest document of each closed day of a range, in order, one at a time."""
    wanted = query(_NEWEST, location=location, first=first, last=last)
    with scoped(connection, [location]):
        for day, number in connection.execute(wanted).fetchall():
            asked = _asked(_DAY, Revision(location, day, number))
            stored = _stored(connection.execute(asked).fetchall())
            if stored is not None:
                yield stored


def _asked(text: LiteralString, revision: Revision) -> Query:
    location, day, number = revision
    return query(text, location=location, day=day, revision=number)


def _stored(found: Sequence[Sequence[Any]]) -> StoredDay | None:
    if not found:
        return None
    location, day, digest, key_id, *others = found[0]
    return StoredDay(location, day, bytes(digest), key_id, *(bytes(each) for each in others))


def _people(
    hashes: Sequence[Sequence[Any]], kept: Iterable[Sequence[Any]], shown: Shown
) -> bytes | None:
    if not hashes:
        return None
    parts = (
        KeptPart(number, person, bytes(salt), bytes(values))
        for number, person, salt, values in kept
    )
    return make_people(bytes(hashes[0][0]), parts, shown)
