"""Sales as the API plane reads them: SQL under row-level security, texts as they were kept.

Order is (closing time, account id) everywhere; a range holds its start and not its end.
"""

from collections.abc import AsyncGenerator, Collection
from datetime import date, datetime
from typing import Literal

import msgspec
from psycopg import sql

from tillgate.foundation.postgres.pools import Pool, read, read_each
from tillgate.foundation.postgres.sessions import query, reading
from tillgate.ledger.calendar import ONE_DAY, Calendar, DayRule

# Texts of so many sales are held at once while a range is summed up.
_CHUNK = 500

Text = Literal["lean", "body"]


class LocationBooks(msgspec.Struct, frozen=True):
    """What is needed to read a location's books; `since` is its first business date."""

    business_name: str
    since: date
    calendar: Calendar


class Span(msgspec.Struct, frozen=True):
    """Which sales: those closed in [start, end), or else those of a business date."""

    start: datetime
    end: datetime
    business_date: date | None = None


class SaleText(msgspec.Struct, frozen=True):
    """A sale's account id and one of its texts, in UTF-8.

    The offsets are those of `lean` in characters, else both 0.
    """

    account_id: str
    payments_start: int
    payments_end: int
    text: bytes


class Finality(msgspec.Struct, frozen=True):
    """How many days of a span are closed, and whether another, open day holds a sale of it."""

    closed_days: int
    open_sales: bool


_BOOKS = """
SELECT b.name, l.since
FROM directory_businesslocation l
JOIN directory_business b ON b.business_id = l.business_id
WHERE l.business_location_id = {location}
"""

_DAY_RULES = """
SELECT valid_from, timezone, day_start FROM directory_dayrule
WHERE business_location_id = {location} ORDER BY valid_from
"""

_LEAN = "SELECT account_id, payments_start, payments_end, lean FROM ledger_opensale WHERE "
_BODY = "SELECT account_id, 0, 0, body FROM ledger_opensale WHERE "

_OF_RANGE = """
business_location_id = {location} AND closed_at >= {start} AND closed_at < {end}
"""

_OF_DAY = "business_location_id = {location} AND business_date = {day}"

_FROM_ACCOUNT = """
AND (closed_at, account_id) >= ((
    SELECT closed_at FROM ledger_opensale
    WHERE business_location_id = {location} AND account_id = {account}
), {account})
"""

# The back office may book a sale on another day than its closing time says; while that day is open,
# the sale may still change, whatever the days of the range are. The inner LIMIT keeps the planner
# from reading the whole range to answer it: one look into the index for each open day does.
_FINALITY = """
SELECT
    (SELECT count(*) FROM ledger_businessday
     WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {last}
       AND closed_at IS NOT NULL),
    EXISTS (
        SELECT FROM ledger_businessday d, LATERAL (
            SELECT FROM ledger_opensale s
            WHERE s.business_location_id = {location} AND s.business_date = d.business_date
              AND s.closed_at >= {start} AND s.closed_at < {end}
            LIMIT 1
        ) sale
        WHERE d.business_location_id = {location} AND d.closed_at IS NULL
          AND d.business_date NOT BETWEEN {first} AND {last})
"""

_BY_REFERENCE = """
SELECT s.account_id, s.payments_start, s.payments_end, s.lean
FROM ledger_externalreference r
JOIN ledger_opensale s ON s.business_location_id = r.business_location_id
    AND s.account_reference = r.account_reference
WHERE r.business_location_id = {location} AND r.reference = {reference}
ORDER BY s.type = 'SALE' DESC, s.closed_at DESC, s.account_id
LIMIT 1
"""


async def fetch_books(
    pool: Pool, locations: Collection[int], location: int
) -> LocationBooks | None:
    """What the books of one location need; None when the feed has not brought it yet."""
    facts, rules = await read_each(
        pool, locations, [query(_BOOKS, location=location), query(_DAY_RULES, location=location)]
    )
    if not facts or not rules:
        return None
    name, since = facts[0]
    return LocationBooks(name, since, Calendar(tuple(DayRule(*rule) for rule in rules)))


async def fetch_sales(  # noqa: PLR0913  who may see, where, which, and how much of each
    pool: Pool,
    locations: Collection[int],
    location: int,
    span: Span,
    days: tuple[date, date],
    *,
    text: Text,
    first_account: str = "",
    limit: int | None = None,
) -> tuple[list[SaleText], Finality]:
    """Sales of a span in order, and how final the business days from `days[0]` to `days[1]` are.

    With `first_account` they begin at that account: it comes first, or there is none.
    """
    selected = [query(_LEAN if text == "lean" else _BODY), _where(location, span)]
    if first_account:
        selected.append(query(_FROM_ACCOUNT, location=location, account=first_account))
    selected.append(query("ORDER BY closed_at, account_id LIMIT {limit}", limit=limit))
    sales, finality = await read_each(
        pool,
        locations,
        [sql.SQL(" ").join(selected), _finality(location, span, days)],
        undecoded=True,
    )
    return [_sale_text(*row) for row in sales], Finality(*finality[0])


def _sale_text(account_id: bytes, start: int, end: int, text: bytes) -> SaleText:
    return SaleText(account_id.decode(), start, end, text)


def _where(location: int, span: Span) -> sql.Composed:
    if span.business_date is not None:
        return query(_OF_DAY, location=location, day=span.business_date)
    return query(_OF_RANGE, location=location, start=span.start, end=span.end)


def _finality(location: int, span: Span, days: tuple[date, date]) -> sql.Composed:
    first, last = days
    end = span.end if span.business_date is None else span.start
    return query(_FINALITY, location=location, first=first, last=last, start=span.start, end=end)


async def fetch_finality(
    pool: Pool, locations: Collection[int], location: int, span: Span, days: tuple[date, date]
) -> Finality:
    """How final the business days from `days[0]` to `days[1]` are."""
    return Finality(*(await read(pool, locations, _finality(location, span, days)))[0])


async def fetch_sale_by_reference(
    pool: Pool, locations: Collection[int], location: int, reference: str
) -> SaleText | None:
    """The sale with an external reference: a SALE before any other, then the latest closed."""
    wanted = query(_BY_REFERENCE, location=location, reference=reference)
    (rows,) = await read_each(pool, locations, [wanted], undecoded=True)
    return _sale_text(*rows[0]) if rows else None


async def each_chunk(
    pool: Pool, locations: Collection[int], location: int, span: Span, *, text: Text
) -> AsyncGenerator[list[str], None]:
    """The texts of the revenue sales of a span, some hundred at a time, by a server-side cursor.

    Those are the sales of type SALE or REFUND; a cancelled one still says so in its text.
    """
    wanted = sql.SQL(" ").join(
        [
            query("SELECT lean" if text == "lean" else "SELECT body"),
            query("FROM ledger_opensale WHERE type IN ('SALE', 'REFUND') AND"),
            _where(location, span),
        ]
    )
    async with (
        pool.connection() as connection,
        reading(connection, locations),
        connection.cursor("sales") as cursor,
    ):
        await cursor.execute(wanted)
        while rows := await cursor.fetchmany(_CHUNK):
            yield [text for (text,) in rows]


def is_final(books: LocationBooks, days: tuple[date, date], finality: Finality) -> bool:
    """Whether every business day of the days, from the location's first one on, is closed."""
    first, last = max(days[0], books.since), days[1]
    expected = max((last - first) // ONE_DAY + 1, 0)
    return finality.closed_days >= expected and not finality.open_sales
