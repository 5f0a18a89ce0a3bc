"""Sales as V2 dates them: days as they were first closed, and corrections when they came.

What is read and in which order is as in `reads`; a correction's sales are put together from the
two documents it lies between.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from msgspec import structs
from psycopg import sql

from tillgate.foundation.postgres.pools import Pool, read, read_each
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.canonical import render_texts
from tillgate.ledger.closed_reads import closed_queries, closed_runs, known_by_day, parts_query
from tillgate.ledger.closed_sales import OpenedDay
from tillgate.ledger.document import instant_of, milliseconds
from tillgate.ledger.landed_reads import Left, fetch_landed
from tillgate.ledger.reads import Finality, finality_query, open_sales, sale_text
from tillgate.ledger.runs import Key, OpenRun, Run, count, in_order
from tillgate.ledger.sale import ENCODER, Sale
from tillgate.ledger.spans import Asked
from tillgate.ledger.texts import SaleText, Text
from tillgate.ledger.updates import Change, Place, changes, updates

# So many corrections are put together before it is seen whether they are enough.
_AT_ONCE = 8

_CORRECTIONS = """
SELECT position, business_date, revision, closed_at, position IN (
    SELECT moved_by FROM ledger_opensale
    WHERE business_location_id = {location} AND moved_by IS NOT NULL)
FROM ledger_closedday
WHERE business_location_id = {location} AND revision > 1
  AND closed_at >= {start} AND closed_at < {end}
ORDER BY closed_at, position
"""

_DOCUMENTS = """
SELECT business_date, revision, spans, data FROM ledger_closedday
WHERE business_location_id = {location} AND (business_date, revision) IN ({wanted})
"""

# The first sale that was booked, on whatever day.
_FIRST = """
SELECT least(
    (SELECT min(closed_at) FROM ledger_opensale WHERE business_location_id = {location}),
    (SELECT min(first_closed_at) FROM ledger_closedday
     WHERE business_location_id = {location} AND revision = 1))
"""


class _Correction(NamedTuple):
    """A document that corrects the revision before it.

    It `may_change` while a sale that it took away is on a day that is open.
    """

    position: int
    business_date: date
    revision: int
    closed_at: datetime
    may_change: bool

    @property
    def revisions(self) -> tuple[tuple[date, int], tuple[date, int]]:
        """The document it corrects, and itself."""
        return (self.business_date, self.revision - 1), (self.business_date, self.revision)


async def fetch_sales_by_change(
    pool: Pool, locations: Collection[int], asked: Asked, *, hidden: int = 0
) -> tuple[list[Run], Finality]:
    """Sales of a span in the order of V2, and how final its days are, as `reads.fetch_sales`.

    `asked.as_first_closed` is meant to be set. Of a business date, corrections are those that were
    made from its start to its end. `hidden` is how many sales were passed over by an earlier try.
    """
    text: Text = "body" if asked.names else "lean"
    opened, finality, corrections, *closed = await read_each(
        pool,
        locations,
        [
            open_sales(asked, text),
            finality_query(asked),
            _corrections_query(asked),
            *closed_queries(asked),
        ],
        undecoded=True,
    )
    found = await closed_runs(pool, locations, asked, closed)
    shown = [part for run in found for part in run.unmoved()]
    runs = in_order([OpenRun([sale_text(*row) for row in opened]), *shown])
    passed = count(found) - count(shown)
    if asked.limit is not None and count(runs) < asked.limit and passed > hidden:
        more = structs.replace(asked, limit=asked.limit + passed)
        return await fetch_sales_by_change(pool, locations, more, hidden=passed)
    due = [_Correction(*row) for row in corrections]
    updated = await _update_runs(pool, locations, asked, due, _last_needed(runs, asked.limit))
    told = Finality(*finality[0])
    if any(each.may_change for each in due):
        told = structs.replace(told, open_sales=True)
    return in_order([*runs, *updated]), told


async def fetch_first_closing(
    pool: Pool, locations: Collection[int], location: int
) -> datetime | None:
    """When the location's first sale was closed; None when it has none."""
    rows = await read(pool, locations, query(_FIRST, location=location))
    first: datetime | None = rows[0][0]
    return first


def _corrections_query(asked: Asked) -> sql.Composed:
    span = asked.span
    return query(_CORRECTIONS, location=asked.location, start=span.start, end=span.end)


def _last_needed(runs: Iterable[Run], limit: int | None) -> datetime | None:
    """Up to when corrections can come onto a page that these sales fill; None for all."""
    if limit is None:
        return None
    for run in runs:
        if limit <= len(run):
            return instant_of(run.key(limit - 1)[0])
        limit -= len(run)
    return None


async def _update_runs(
    pool: Pool,
    locations: Collection[int],
    asked: Asked,
    due: Sequence[_Correction],
    until: datetime | None,
) -> list[Run]:
    runs = list[Run]()
    waiting = [each for each in due if until is None or each.closed_at <= until]
    while waiting and (asked.limit is None or count(runs) < asked.limit):
        batch, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
        wanted = [_documents_query(asked.location, batch)]
        if asked.names:
            wanted.append(parts_query(asked.location, {each.business_date for each in batch}))
        documents, *parts = await read_each(pool, locations, wanted)
        touched = await asyncio.to_thread(_compare, batch, documents, parts)
        landed = await fetch_landed(pool, locations, asked, _left(batch, touched))
        sales = await asyncio.to_thread(_put_together, asked, batch, touched, landed)
        runs += [OpenRun([sale]) for sale in sales]
    return runs


def _documents_query(location: int, batch: Iterable[_Correction]) -> sql.Composed:
    pairs = (
        query("({day}, {revision})", day=day, revision=revision)
        for each in batch
        for day, revision in each.revisions
    )
    values = sql.SQL(", ").join(pairs)
    return sql.SQL(_DOCUMENTS).format(location=sql.Literal(location), wanted=values)


def _compare(
    batch: Sequence[_Correction], documents: Iterable[Any], parts: Sequence[Any]
) -> list[list[Change]]:
    known = known_by_day({each.business_date for each in batch}, parts[0] if parts else ())
    opened = {
        (day, revision): OpenedDay(bytes(spans), bytes(data), known[day])
        for day, revision, spans, data in documents
    }
    return [changes(*(opened[key] for key in each.revisions)) for each in batch]


def _left(batch: Sequence[_Correction], touched: Sequence[list[Change]]) -> set[Left]:
    """The sales that left a day, each by the correction that took it away."""
    return {
        (each.position, change.reference)
        for each, changed in zip(batch, touched, strict=True)
        for change in changed
        if change.after is None
    }


def _put_together(
    asked: Asked,
    batch: Sequence[_Correction],
    touched: Sequence[list[Change]],
    landed: Mapping[Left, bytes],
) -> list[SaleText]:
    sales = [
        _text(sale, milliseconds(each.closed_at), names=asked.names)
        for each, changed in zip(batch, touched, strict=True)
        for sale in updates(
            Place(asked.location, each.position, each.closed_at),
            [
                change._replace(after=change.after or landed.get((each.position, change.reference)))
                for change in changed
            ],
        )
    ]
    return [sale for sale in sales if asked.after is None or _key(sale) > asked.after]


def _text(sale: Sale, closed: int, *, names: bool) -> SaleText:
    account = sale.account_fisc_id
    if names:
        return SaleText(account, 0, 0, ENCODER.encode(sale), closed)
    texts = render_texts(sale)
    return SaleText(account, texts.payments_start, texts.payments_end, texts.lean.encode(), closed)


def _key(sale: SaleText) -> Key:
    return sale.closed, sale.account_id
