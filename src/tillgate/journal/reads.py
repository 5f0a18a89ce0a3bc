"""The journal of a range of business days, read in one snapshot: mapping, references, documents.

The API plane reads it on its pool, the portal on a connection that may see the location.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection, Cursor, sql

from tillgate.foundation.postgres.pools import Pool, read_each, reading_from
from tillgate.foundation.postgres.sessions import query
from tillgate.journal.booking import (
    Bounds,
    Document,
    Numbers,
    bookings,
    entry_of,
    provisional_entry,
)
from tillgate.journal.chart import Chart
from tillgate.journal.entry import Entry
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import BY_REFERENCE, Corrections, Mapping, Places, What, decode
from tillgate.journal.references import Row, catalogued, references_of
from tillgate.journal.sources import Thing
from tillgate.ledger.summary_reads import (
    Days,
    Gathered,
    RangeFigures,
    fetch_open,
    kept_figures,
    place_queries,
    query_of,
    read_open,
)

_MAPPING = """
SELECT m.body FROM journal_mapping m JOIN directory_businesslocation l USING (business_id)
WHERE l.business_location_id = {location} AND ({version}::int IS NULL OR m.version = {version})
ORDER BY m.version DESC LIMIT 1
"""

_CATALOGUE = """
SELECT 1, code, body FROM catalogue_taxrate WHERE business_location_id = {location}
UNION ALL
SELECT 2, payment_method_id::text, body FROM catalogue_paymentmethod
WHERE business_location_id = {location}
UNION ALL
SELECT 3, accounting_group_id::text, body FROM catalogue_accountinggroup
WHERE business_location_id = {location}
ORDER BY 1, 2
"""

# Corrections count on the business day they were made on; days of any zone and start hour lie
# within these bounds. Few rows have a second revision, and the key tells which.
_DOCUMENTS = """
WITH wanted AS (
    SELECT business_date, revision FROM ledger_closedday
    WHERE {here} AND business_date BETWEEN {first} AND {last}
      AND ({as_of}::timestamptz IS NULL OR closed_at <= {as_of})
    UNION
    SELECT c.business_date, r.revision FROM ledger_closedday c
    CROSS JOIN LATERAL (VALUES (c.revision), (c.revision - 1)) AS r (revision)
    WHERE {here} AND c.revision > 1
      AND c.closed_at >= {first}::date - 2 AND c.closed_at < {last}::date + 4
      AND ({as_of}::timestamptz IS NULL OR c.closed_at <= {as_of})
)
SELECT d.business_date, d.revision, d.closed_at, d.digest, f.figures,
    CASE WHEN f.figures IS NULL THEN d.totals END,
    CASE WHEN f.figures IS NULL OR d.revision > 1 THEN d.manifest END
FROM wanted w
JOIN ledger_closedday d ON d.business_location_id = {location}
    AND d.business_date = w.business_date AND d.revision = w.revision
LEFT JOIN ledger_dayfigures f ON f.business_location_id = {location}
    AND f.business_date = w.business_date AND f.revision = w.revision
"""


# A month with some corrections: to make its entries takes a millisecond or two, and a thread that
# is asked to do it makes it three.
SHORT = 50


class NoSuchVersion(LookupError):
    """The business has no mapping of this version."""

    def __init__(self, version: int) -> None:
        super().__init__(f"there is no mapping with version {version}")
        self.version = version


class Asked(NamedTuple):
    """Which journal: what is booked on the dates `first` to `last`, both included, as of `now`.

    With `as_of`, an instant before it, as the books were then. `version` names a mapping, else it
    is the newest; `corrections` and `places` are the mapping's unless they are given.
    """

    location: int
    first: date
    last: date
    now: datetime
    as_of: datetime | None = None
    version: int | None = None
    corrections: Corrections | None = None
    places: Places | None = None

    @property
    def days(self) -> Days:
        """The business days that are asked for."""
        return Days(
            location=self.location,
            first=self.first,
            last=self.last,
            now=self.now,
            as_of=self.as_of,
        )


async def fetch_journal(pool: Pool, locations: Collection[int], asked: Asked) -> Journal:
    """A journal, all of one snapshot.

    Raises LookupError for an unknown location, and `NoSuchVersion`.
    """
    found = _Found(asked, await read_each(pool, locations, _queries(asked)))
    if found.days.has_open:
        found = await _with_open(pool, locations, asked)
    return found.journal() if found.is_short else await asyncio.to_thread(found.journal)


async def _with_open(pool: Pool, locations: Collection[int], asked: Asked) -> "_Found":
    """The same with the sales of open days, which may be many: they come bit by bit.

    All of it is read again, since it has to be of one snapshot.
    """
    async with reading_from(pool, locations) as connection:
        async with connection.pipeline():
            cursors = [await connection.execute(each, prepare=False) for each in _queries(asked)]
            rows = [await cursor.fetchall() for cursor in cursors]
        found = _Found(asked, rows)
        await fetch_open(connection, found.days)
    return found


def read_journal(
    connection: Connection[Any], asked: Asked, mapping: Mapping | None = None
) -> Journal:
    """The same on a connection in a transaction that may see the location.

    A `mapping` that is given is the one, whether or not it is kept.
    """

    def rows(wanted: sql.Composed) -> list[Any]:
        # Not the connection's own kind of cursor: Django's binds by itself and knows no binary.
        return Cursor(connection).execute(wanted, binary=True).fetchall()

    *others, documents = _queries(asked)
    found = _Found(asked, [*map(rows, others), []], mapping)
    # Django's transactions see what is committed meanwhile. With documents last, a day that is
    # closed now is there twice, and its document counts; the other way round it would be missing.
    read_open(connection, found.days)
    found.add_documents(rows(documents))
    return found.journal()


def _queries(asked: Asked) -> list[sql.Composed]:
    return [
        *place_queries(asked.days),
        query(_MAPPING, location=asked.location, version=asked.version),
        query(_CATALOGUE, location=asked.location),
        query_of(asked.days, _DOCUMENTS),
    ]


class _Found:
    """What has come from the database."""

    def __init__(
        self, asked: Asked, rows: Sequence[list[Any]], mapping: Mapping | None = None
    ) -> None:
        *place, mappings, catalogue, documents = rows
        things = _things(catalogue)
        self.days = Gathered(asked.days, [*place, *_references(things)])
        self._asked = asked
        self._mapping = _chosen(asked, mapping or _kept(asked, mappings))
        self._references = references_of(things)
        self._documents = list[Document]()
        self.add_documents(documents)

    @property
    def is_short(self) -> bool:
        """Whether it is worth no thread."""
        return len(self._documents) <= SHORT

    def add_documents(self, rows: Iterable[Any]) -> None:
        """Take in documents of closed days."""
        self._documents += [_document(*row) for row in rows]

    def journal(self) -> Journal:
        """The journal of it all."""
        days = self._days()
        chart = Chart(self._mapping, self._references, days.currency)
        entries = list(self._entries(days, chart))
        used = {posting.account for entry in entries for posting in entry.postings.all}
        return Journal(
            self._mapping,
            days.currency,
            self._asked.location,
            sorted(entries, key=lambda entry: (entry.booked_on, entry.business_date)),
            chart.with_parents({*used, chart.suspense}),
            self._is_final(days),
            [day.business_date for day in days.days if day.figures is None],
        )

    def _days(self) -> RangeFigures:
        for document in sorted(self._documents, key=lambda each: each.revision):
            if self._asked.first <= document.business_date <= self._asked.last:
                self.days.add_day(*document[:2], document.digest, document.figures)
        return self.days.range()

    def _entries(self, days: RangeFigures, chart: Chart) -> Iterator[Entry]:
        numbers = Numbers(self._asked.location)
        bounds = Bounds(self._asked.first, self._asked.last, days.calendar.day_of)
        for booking in bookings(self._documents, self._mapping.corrections, bounds):
            yield entry_of(booking, chart, numbers)
        for day in days.days:
            if day.revision is None and day.figures:
                yield provisional_entry(day.business_date, day.figures, chart, numbers)

    def _is_final(self, days: RangeFigures) -> bool:
        first, last = self._asked.first, self._asked.last
        if self._mapping.corrections is Corrections.RESTATE:
            return days.is_final(first, last)
        # Until its last day has ended, a correction can still be made on it.
        has_ended = days.calendar.end(last) <= (self._asked.as_of or self._asked.now)
        return has_ended and days.is_final(first, last)


def _kept(asked: Asked, rows: Sequence[Any]) -> Mapping:
    if asked.version == 0:
        return BY_REFERENCE
    if rows:
        return decode(rows[0][0])
    if asked.version:
        raise NoSuchVersion(asked.version)
    return BY_REFERENCE


def _chosen(asked: Asked, mapping: Mapping) -> Mapping:
    return msgspec.structs.replace(
        mapping,
        corrections=asked.corrections or mapping.corrections,
        places=asked.places or mapping.places,
    )


def _things(rows: Iterable[tuple[int, str, str]]) -> list[Thing]:
    by_kind: tuple[list[Row], ...] = ([], [], [])
    for kind, key, body in rows:
        by_kind[kind - 1].append((key, body))
    return catalogued(*by_kind)


def _references(things: Iterable[Thing]) -> tuple[list[Any], list[Any]]:
    """Tenders with their accounts, and codes of groups, as days are counted by."""
    named = [thing for thing in things if thing.reference]
    tenders = [(int(one.key), one.reference) for one in named if one.what is What.TENDER]
    groups = {one.reference for one in named if one.what in {What.SALES, What.GIFT_CARDS}}
    return tenders, [(code,) for code in groups]


def _document(  # noqa: PLR0913, PLR0917  a row
    day: date,
    revision: int,
    closed_at: datetime,
    digest: bytes,
    packed: bytes | None,
    totals: bytes,
    manifest: bytes,
) -> Document:
    figures = kept_figures(packed, totals, manifest)
    reasons = _reasons(manifest) if revision > 1 else ()
    return Document(day, revision, closed_at, bytes(digest), figures, reasons)


class _Correction(msgspec.Struct):
    reason: str


class _Corrects(msgspec.Struct):
    sales: list[_Correction]


class _Told(msgspec.Struct):
    corrects: _Corrects


_TOLD = msgspec.json.Decoder(_Told)


def _reasons(manifest: bytes) -> list[str]:
    """Why a document corrects another, each reason once."""
    return list(dict.fromkeys(each.reason for each in _TOLD.decode(manifest).corrects.sales))
