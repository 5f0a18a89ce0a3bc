"""Summing up a span: sums of closed months and days, and the lines of what is open or cut.

A closed month all of whose sales lie in the span is its sums, any other closed day its totals; of
one that the span's ends cut through, the lines are counted like those of open days.
"""

import asyncio
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

import zstandard
from psycopg import AsyncConnection, sql

from tillgate.foundation.postgres.pools import Pool, reading_from
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger import pieces, totals
from tillgate.ledger.aggregation import Aggregate, GroupKey
from tillgate.ledger.closed_reads import LATEST, LATEST_STRAYS, known_by_day
from tillgate.ledger.document import milliseconds
from tillgate.ledger.frames import Frame, decode_spans
from tillgate.ledger.month_reads import Month, fetch_months
from tillgate.ledger.personal import Known
from tillgate.ledger.spans import Asked

# Texts of so many sales, and totals of so many days, are held at once.
_SALES_AT_ONCE = 500
_DAYS_AT_ONCE = 100

_OF_RANGE = f"""
WITH day AS (({LATEST}) UNION ALL ({LATEST_STRAYS})),
hit AS (SELECT *, first_closed_at >= {{start}} AND last_closed_at < {{end}} AS whole
    FROM day WHERE first_closed_at < {{end}} AND last_closed_at >= {{start}}
      AND date_trunc('month', business_date)::date <> ALL ({{months}}::date[]))
SELECT business_date, CASE WHEN whole THEN totals END, CASE WHEN NOT whole THEN spans END,
    CASE WHEN NOT whole THEN data END
FROM hit
"""

_OF_DAY = """
SELECT business_date, totals, NULL::bytea, NULL::bytea FROM ledger_closedday
WHERE business_location_id = {location} AND business_date = {day} ORDER BY revision DESC LIMIT 1
"""

_STAFF = """
SELECT business_date, number, part_values FROM ledger_personalpart
WHERE business_location_id = {location} AND business_date = any({days})
  AND starts_with(person, 'staff:')
"""

_OPEN = """
SELECT {text} FROM ledger_opensale
WHERE business_location_id = {location} AND type IN ('SALE', 'REFUND') AND {where}
"""


class _ClosedDay(NamedTuple):
    """Totals of a whole day; of a cut one its frames."""

    business_date: date
    totals: bytes | None
    spans: bytes | None
    data: bytes | None


async def sum_up(
    pool: Pool, locations: Collection[int], asked: Asked, aggregate: Aggregate
) -> None:
    """Count every line of a span, all of one snapshot; `asked.names` is whether staff is named."""
    async with reading_from(pool, locations) as connection:
        months = await fetch_months(connection, asked)
        await asyncio.to_thread(_count_months, aggregate, months)
        await _add_closed(connection, asked, aggregate, [month.month for month in months])
        await _add_open(connection, asked, aggregate)


def _count_months(aggregate: Aggregate, months: list[Month]) -> None:
    for month in months:
        aggregate.add_month(month.lines, month.names)


async def _add_closed(
    connection: AsyncConnection[Any], asked: Asked, aggregate: Aggregate, counted: list[date]
) -> None:
    async with connection.cursor("days") as cursor:
        # Packed bytes as they are: as text each would come twice as long.
        await cursor.execute(_closed_query(asked, counted), binary=True)
        while rows := await cursor.fetchmany(_DAYS_AT_ONCE):
            days = [_ClosedDay(*row) for row in rows]
            known = await _known(connection, asked, days)
            await asyncio.to_thread(_count_days, asked, aggregate, days, known)


def _closed_query(asked: Asked, counted: list[date]) -> sql.Composed:
    if asked.span.business_date is not None:
        return query(_OF_DAY, location=asked.location, day=asked.span.business_date)
    first, last = asked.days
    return query(
        _OF_RANGE,
        location=asked.location,
        first=first,
        last=last,
        start=asked.span.start,
        end=asked.span.end,
        months=counted,
    )


async def _known(
    connection: AsyncConnection[Any], asked: Asked, days: list[_ClosedDay]
) -> dict[date, Known]:
    dates = [day.business_date for day in days]
    if not asked.names:
        return known_by_day(dates, ())
    wanted = query(_STAFF, location=asked.location, days=dates)
    rows = await (await connection.execute(wanted, binary=True)).fetchall()
    return known_by_day(dates, rows)


def _count_days(
    asked: Asked, aggregate: Aggregate, days: list[_ClosedDay], known: dict[date, Known]
) -> None:
    for day in days:
        names = known[day.business_date]
        if day.totals is not None:
            unpacked = zstandard.ZstdDecompressor().decompress(day.totals)
            aggregate.add_totals(totals.decode_lines(unpacked), names)
        elif day.spans is not None and day.data is not None:
            aggregate.add(_cut_day(asked, day.spans, day.data), names)


def _cut_day(asked: Asked, spans: bytes, data: bytes) -> list[bytes]:
    """The texts of those sales of a day that lie in the span."""
    start, end = (milliseconds(each) for each in (asked.span.start, asked.span.end))
    texts = []
    for span in decode_spans(spans):
        if span.first < end and span.last >= start:
            frame = Frame(span, data[span.start : span.start + span.size])
            texts += [
                pieces.whole(cut)
                for cut, closed in zip(frame.sales, frame.directory.closed, strict=True)
                if start <= closed < end
            ]
    return texts


async def _add_open(connection: AsyncConnection[Any], asked: Asked, aggregate: Aggregate) -> None:
    text = sql.SQL("body" if GroupKey.STAFF in aggregate.keys else "lean")
    wanted = sql.SQL(_OPEN).format(
        text=text, location=sql.Literal(asked.location), where=_open_where(asked)
    )
    async with connection.cursor("sales") as cursor:
        await cursor.execute(wanted)
        while rows := await cursor.fetchmany(_SALES_AT_ONCE):
            await asyncio.to_thread(aggregate.add, [text for (text,) in rows])


def _open_where(asked: Asked) -> sql.Composed:
    """Which open sales lie in the span."""
    span = asked.span
    if span.business_date is not None:
        return query("business_date = {day}", day=span.business_date)
    return query("closed_at >= {start} AND closed_at < {end}", start=span.start, end=span.end)
