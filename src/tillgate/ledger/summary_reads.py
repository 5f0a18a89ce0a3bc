"""The figures of a range of business days: closed ones from their documents, open ones counted.

The API plane reads them on its pool, the portal on a connection that may see the location. Open
days are read before closed ones: one that closes in between is then in both, and its document
holds. With `as_of` days are as they were: revisions closed until then. What was open then is not
kept as it was, so such a day has no figures.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

import msgspec
import zstandard
from psycopg import AsyncConnection, Connection, Cursor, sql

from tillgate.foundation.instants import format_instant
from tillgate.foundation.postgres.pools import Pool, reading_from
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.calendar import ONE_DAY, Calendar, DayRule
from tillgate.ledger.day_reads import DayState
from tillgate.ledger.document import Manifest
from tillgate.ledger.figures import Figures, figures_of, unpack
from tillgate.ledger.proof import Prover
from tillgate.ledger.public import read_public
from tillgate.ledger.totals import BLOCKS_DECODER, Counter

_SALES_AT_ONCE = 500

_PLACE = "SELECT since, currency, until FROM directory_businesslocation WHERE {here}"
_RULES = """
SELECT valid_from, timezone, day_start FROM directory_dayrule WHERE {here} ORDER BY valid_from
"""

# A group whose code is the account of a tender is not sold but owed: see `closing.py`.
_TENDERS = """
SELECT payment_method_id, body::json ->> 'accountingReference' FROM catalogue_paymentmethod
WHERE {here} AND body::json ->> 'accountingReference' <> ''
"""
_GROUPS = """
SELECT DISTINCT body::json ->> 'code' FROM catalogue_accountinggroup
WHERE {here} AND body::json ->> 'code' <> ''
"""

_HAS_OPEN = """
SELECT EXISTS (SELECT FROM ledger_opensale
    WHERE {here} AND business_date BETWEEN {first} AND {last} AND {as_of}::timestamptz IS NULL)
"""
_OPEN = """
SELECT business_date, body FROM ledger_opensale
WHERE {here} AND business_date BETWEEN {first} AND {last}
ORDER BY business_date, closed_at, account_id
"""

# Documents of earlier builds have no figures beside them: theirs are made from the document, which
# is looked up apart, so that those of all other days need not be read.
_CLOSED = """
WITH latest AS (
    SELECT DISTINCT ON (business_date) business_date, revision, digest FROM ledger_closedday
    WHERE {here} AND business_date BETWEEN {first} AND {last}
      AND ({as_of}::timestamptz IS NULL OR closed_at <= {as_of})
    ORDER BY business_date, revision DESC
), known AS (
    SELECT l.business_date, l.revision, l.digest, f.figures FROM latest l
    LEFT JOIN ledger_dayfigures f ON f.business_location_id = {location}
        AND f.business_date = l.business_date AND f.revision = l.revision
)
SELECT k.*, NULL::bytea, NULL::bytea FROM known k WHERE k.figures IS NOT NULL
UNION ALL
SELECT k.*, d.totals, d.manifest FROM known k
JOIN ledger_closedday d ON d.business_location_id = {location}
    AND d.business_date = k.business_date AND d.revision = k.revision
WHERE k.figures IS NULL
"""

_MANIFEST = msgspec.json.Decoder(Manifest)


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """Which days of which location: business dates `first` to `last`, both included.

    `now` is when they are looked at; with `as_of`, an instant before it, as they were then.
    """

    location: int
    first: date
    last: date
    now: datetime
    as_of: datetime | None = None


class DayFigures(NamedTuple):
    """A day; without a revision it is not closed, and it has no figures where none are known."""

    business_date: date
    state: DayState
    revision: int | None
    digest: bytes
    figures: Figures | None


class RangeFigures(NamedTuple):
    """The days of a range that have begun, in order, and what else is known of the location.

    `since` is its first business date, `until` its last one: after it there are only days on which
    something was booked all the same. `gift_card_methods` are tenders by which gift cards are
    redeemed, as they are booked now.
    """

    days: list[DayFigures]
    since: date
    currency: str
    calendar: Calendar
    gift_card_methods: frozenset[int]
    until: date | None = None

    def is_final(self, first: date, last: date) -> bool:
        """Whether every day of these is closed, also those that have not begun yet."""
        within = [day for day in self.days if first <= day.business_date <= last]
        closed = [day for day in within if day.revision is not None]
        ended = min(last, self.until or last)
        expected = (ended - max(first, self.since)) // ONE_DAY + 1
        counted = sum(self.since <= day.business_date <= ended for day in closed)
        return len(closed) == len(within) and counted >= expected


async def fetch_figures(pool: Pool, locations: Collection[int], asked: Days) -> RangeFigures:
    """The figures of a range, all of one snapshot; raises LookupError for an unknown location."""
    async with reading_from(pool, locations) as connection:
        async with connection.pipeline():
            cursors = [
                await connection.execute(each, prepare=False) for each in fact_queries(asked)
            ]
            facts = [await cursor.fetchall() for cursor in cursors]
        gathered = Gathered(asked, facts)
        await fetch_open(connection, gathered)
        days = connection.cursor(binary=True)
        await days.execute(gathered.closed_query, prepare=False)
        await asyncio.to_thread(gathered.add_closed, await days.fetchall())
    return gathered.range()


def read_figures(connection: Connection[Any], asked: Days) -> RangeFigures:
    """The same on a connection in a transaction that may see the location."""
    facts = [connection.execute(wanted).fetchall() for wanted in fact_queries(asked)]
    gathered = Gathered(asked, facts)
    read_open(connection, gathered)
    # Not the connection's own kind of cursor: Django's binds by itself and knows no binary answers.
    days = Cursor(connection)
    gathered.add_closed(days.execute(gathered.closed_query, binary=True).fetchall())
    return gathered.range()


async def fetch_open(connection: AsyncConnection[Any], gathered: "Gathered") -> None:
    """Count the sales of open days, if there are any, in the transaction that `gathered` is of."""
    if gathered.has_open:
        async with connection.cursor("sales") as sales:
            await sales.execute(gathered.open_query, binary=True)
            while rows := await sales.fetchmany(_SALES_AT_ONCE):
                await asyncio.to_thread(gathered.add_open, rows)


def read_open(connection: Connection[Any], gathered: "Gathered") -> None:
    """The same on a connection that waits."""
    if gathered.has_open:
        with connection.cursor("sales") as sales:
            sales.execute(gathered.open_query, binary=True)
            while rows := sales.fetchmany(_SALES_AT_ONCE):
                gathered.add_open(rows)


def fact_queries(asked: Days) -> list[sql.Composed]:
    """What has to be known before days are counted: `Gathered` takes the rows of each."""
    return [*place_queries(asked), query_of(asked, _TENDERS), query_of(asked, _GROUPS)]


def place_queries(asked: Days) -> list[sql.Composed]:
    """The first of them, for who knows tenders and groups already.

    These are rows of a tender's id and account, and of a group's code, where there is one.
    """
    return [query_of(asked, text) for text in (_PLACE, _RULES, _HAS_OPEN)]


def query_of(asked: Days, text: Any) -> sql.Composed:
    """SQL about these days, with `{here}`, `{location}`, `{first}`, `{last}` and `{as_of}`."""
    here = query("business_location_id = {location}", location=asked.location)
    bounds = {"first": asked.first, "last": asked.last, "as_of": asked.as_of}
    values = {"location": asked.location, **bounds}
    literals = {name: sql.Literal(value) for name, value in values.items()}
    return sql.SQL(text).format(here=here, **literals)


class Gathered:
    """Days as they come from the database: first what is open, then what is closed."""

    def __init__(self, asked: Days, facts: Sequence[list[Any]]) -> None:
        places, rules, opened, tenders, groups = facts
        if not places or not rules:
            raise LookupError(asked.location)
        self._asked = asked
        self._since, self._currency, self._until = cast(tuple[date, str, date | None], places[0])
        self._calendar = Calendar(tuple(DayRule(*rule) for rule in rules))
        self._tenders = cast(list[tuple[int, str]], tenders)
        self._group_codes = {code for (code,) in groups}
        self.has_open = bool(opened[0][0])
        self._open: dict[date, _OpenDay] = {}
        self._closed: dict[date, DayFigures] = {}

    @property
    def open_query(self) -> sql.Composed:
        """The sales of open days."""
        return query_of(self._asked, _OPEN)

    @property
    def closed_query(self) -> sql.Composed:
        """The documents of closed days."""
        return query_of(self._asked, _CLOSED)

    def add_open(self, rows: Iterable[Any]) -> None:
        """Count sales of open days, each with its business date."""
        for business_date, body in rows:
            day = self._open.get(business_date)
            if day is None:
                accounts = {account for _, account in self._tenders}
                started = format_instant(self._calendar.start(business_date))
                day = self._open[business_date] = _OpenDay(accounts, started)
            day.add(body)

    def add_closed(self, rows: Iterable[Any]) -> None:
        """Take in documents of closed days."""
        for business_date, revision, digest, packed, totals, manifest in rows:
            figures = kept_figures(packed, totals, manifest)
            self.add_day(business_date, revision, bytes(digest), figures)

    def add_day(self, day: date, revision: int, digest: bytes, figures: Figures) -> None:
        """Take in a closed day."""
        self._closed[day] = DayFigures(day, DayState.CLOSED, revision, digest, figures)

    def range(self) -> RangeFigures:
        """What has come, day by day, with the days of which nothing came."""
        today = self._calendar.day_of(self._asked.as_of or self._asked.now)
        first = max(self._asked.first, self._since)
        last = min(self._asked.last, today, self._until or today)
        begun = max((last - first) // ONE_DAY + 1, 0)
        started = first.toordinal()
        dates = set(map(date.fromordinal, range(started, started + begun)))
        dates |= self._closed.keys() | self._open.keys()
        return RangeFigures(
            [self._closed.get(day) or self._not_closed(day, today) for day in sorted(dates)],
            self._since,
            self._currency,
            self._calendar,
            frozenset(method for method, code in self._tenders if code in self._group_codes),
            self._until,
        )

    def _not_closed(self, day: date, today: date) -> DayFigures:
        state = DayState.PROVISIONAL if day < today else DayState.OPEN
        counted = self._open.get(day)
        return DayFigures(day, state, None, b"", counted.figures() if counted else None)


def kept_figures(packed: bytes | None, totals: bytes, manifest: bytes) -> Figures:
    """The figures of a document; where none are kept beside it, made of its totals and manifest."""
    if packed is not None:
        return unpack(packed)
    unpacked = zstandard.ZstdDecompressor().decompress(totals)
    return figures_of(BLOCKS_DECODER.decode(unpacked), _MANIFEST.decode(manifest).proof)


class _OpenDay:
    """An open day while its sales are counted."""

    def __init__(self, gift_card_groups: Collection[str], starts_at: str) -> None:
        self._counter = Counter()
        self._prover = Prover(gift_card_groups, starts_at)

    def add(self, body: str) -> None:
        sale = read_public(body)
        self._counter.add(sale)
        self._prover.add(sale)

    def figures(self) -> Figures:
        totals = self._counter.totals()
        return figures_of(totals, self._prover.proof(totals))
