"""Sales as the API plane reads them: SQL under row-level security, texts as they were kept.

Order is (closing time, account id) everywhere; a range holds its start and not its end. What is
open and which days are closed is read in one snapshot, so that a day which closes meanwhile is
neither missed nor seen twice; a closed day's frames never change and can be read after it.
"""

from collections.abc import Collection
from datetime import date
from typing import LiteralString

import msgspec
from psycopg import sql

from tillgate.foundation.postgres.pools import Pool, read, read_each
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.calendar import ONE_DAY, Calendar, DayRule
from tillgate.ledger.closed_reads import (
    closed_queries,
    closed_runs,
    first_closed,
    needed_until,
)
from tillgate.ledger.document import instant_of
from tillgate.ledger.runs import OpenRun, Run, in_order
from tillgate.ledger.spans import Asked, Span
from tillgate.ledger.texts import SaleText, Text


class LocationBooks(msgspec.Struct, frozen=True):
    """What is needed to read a location's books; `since` is its first business date.

    `until` is its last one, once it is closed or sold: from then on there are only days on which
    something was booked all the same.
    """

    business_name: str
    since: date
    calendar: Calendar
    until: date | None = None


class Finality(msgspec.Struct, frozen=True):
    """How many days of a span are closed, and whether another, open day holds a sale of it."""

    closed_days: int
    open_sales: bool


_BOOKS = """
SELECT b.name, l.since, l.until
FROM directory_businesslocation l
JOIN directory_business b ON b.business_id = l.business_id
WHERE l.business_location_id = {location}
"""

_DAY_RULES = """
SELECT valid_from, timezone, day_start FROM directory_dayrule
WHERE business_location_id = {location} ORDER BY valid_from
"""

_CLOSED = "(extract(epoch FROM closed_at) * 1000)::bigint"
_LEAN = f"""
SELECT account_id, payments_start, payments_end, lean, {_CLOSED} FROM ledger_opensale WHERE
"""
_BODY = f"SELECT account_id, 0, 0, body, {_CLOSED} FROM ledger_opensale WHERE "

_OF_RANGE = """
business_location_id = {location} AND closed_at >= {start} AND closed_at < {end}
"""

_OF_DAY = "business_location_id = {location} AND business_date = {day}"

_AFTER = "AND (closed_at, account_id) > ({closed}, {account})"

_FROM_ACCOUNT = "AND (closed_at, account_id) >= (({first}), {account})"

# The back office may book a sale on another day than its closing time says; while that day is open,
# the sale may still change, whatever the days of the range are. The inner LIMIT keeps the planner
# from reading the whole range to answer it: one look into the index for each open day does.
_FINALITY: LiteralString = """
SELECT
    (SELECT count(*) FROM ledger_closedday
     WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {until}
       AND revision = 1)
    + (SELECT count(*) FROM ledger_businessday
     WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {until}
       AND closed_at IS NOT NULL),
    {late} OR EXISTS (
        SELECT FROM ledger_businessday d, LATERAL (
            SELECT FROM ledger_opensale s
            WHERE s.business_location_id = {location} AND s.business_date = d.business_date
              AND s.closed_at >= {start} AND s.closed_at < {end}
            LIMIT 1
        ) sale
        WHERE d.business_location_id = {location} AND d.closed_at IS NULL
          AND d.business_date NOT BETWEEN {first} AND {last})
"""

# A day after the location's last one is there only where something was booked on it.
_LATE: LiteralString = """
EXISTS (SELECT FROM ledger_businessday
    WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {last}
      AND business_date > {until} AND closed_at IS NULL)
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
    name, since, until = facts[0]
    return LocationBooks(name, since, Calendar(tuple(DayRule(*rule) for rule in rules)), until)


async def fetch_sales(  # noqa: PLR0913  who may see, where, which, and how much of each
    pool: Pool,
    locations: Collection[int],
    location: int,
    span: Span,
    days: tuple[date, date],
    *,
    text: Text,
    until: date | None = None,
    first_account: str = "",
    limit: int | None = None,
) -> tuple[list[Run], Finality]:
    """Sales of a span in order, and how final the business days from `days[0]` to `days[1]` are.

    With `first_account` they begin at that account: it comes first, or there is none. `limit` is
    the most that are needed: there may be more.
    """
    asked = Asked(
        location=location,
        span=span,
        days=days,
        until=until,
        names=text == "body",
        first_account=first_account,
        limit=limit,
    )
    opened, finality, *closed = await read_each(
        pool,
        locations,
        [
            open_sales(asked, text),
            finality_query(asked),
            *closed_queries(asked),
        ],
        undecoded=True,
    )
    runs: list[Run] = [OpenRun([sale_text(*row) for row in opened])]
    runs += await closed_runs(pool, locations, asked, closed)
    return in_order(runs), Finality(*finality[0])


def open_sales(asked: Asked, text: Text) -> sql.Composed:
    """The rows of open sales that are asked for, as `sale_text` takes them."""
    location, account = asked.location, asked.first_account
    selected = [query(_LEAN if text == "lean" else _BODY), _where(location, asked.span)]
    if account:
        values = {"first": first_closed(asked), "account": sql.Literal(account)}
        selected.append(sql.SQL(_FROM_ACCOUNT).format(**values))
    if asked.as_first_closed:
        selected.append(query("AND moved_by IS NULL"))
    if asked.after:
        after = {"closed": instant_of(asked.after[0]), "account": asked.after[1]}
        selected.append(query(_AFTER, **after))
    if asked.limit is not None:
        selected.append(sql.SQL("AND closed_at <= {}").format(needed_until(asked)))
    selected.append(query("ORDER BY closed_at, account_id LIMIT {limit}", limit=asked.limit))
    return sql.SQL(" ").join(selected)


def sale_text(account_id: bytes, start: int, end: int, text: bytes, closed: int) -> SaleText:
    """A row of open sales."""
    return SaleText(account_id.decode(), start, end, text, closed)


def _where(location: int, span: Span) -> sql.Composed:
    if span.business_date is not None:
        return query(_OF_DAY, location=location, day=span.business_date)
    return query(_OF_RANGE, location=location, start=span.start, end=span.end)


def finality_query(asked: Asked) -> sql.Composed:
    """The row of a `Finality`."""
    first, last = asked.days
    span, until = asked.span, min(last, asked.until or last)
    end = span.end if span.business_date is None else span.start
    times = {"start": span.start, "end": end}
    values = {"location": asked.location, "first": first, "last": last, "until": until} | times
    literals = {name: sql.Literal(value) for name, value in values.items()}
    late = sql.SQL(_LATE if until < last else "false").format(**literals)
    return sql.SQL(_FINALITY).format(late=late, **literals)


async def fetch_finality(pool: Pool, locations: Collection[int], asked: Asked) -> Finality:
    """How final the business days of `asked.days` are."""
    return Finality(*(await read(pool, locations, finality_query(asked)))[0])


def is_final(books: LocationBooks, days: tuple[date, date], finality: Finality) -> bool:
    """Whether every business day of the days, from the location's first to its last, is closed."""
    first, last = max(days[0], books.since), min(days[1], books.until or days[1])
    expected = max((last - first) // ONE_DAY + 1, 0)
    return finality.closed_days >= expected and not finality.open_sales
