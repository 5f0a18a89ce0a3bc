"""Sales that came more than once, or otherwise than they are known: settled one by one."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec import UNSET
from psycopg import Connection, sql
from psycopg.rows import namedtuple_row

from tillgate.foundation.settling import (
    CONTRADICTED,
    Contradiction,
    Outcome,
    Recorded,
    Tally,
    settle,
)
from tillgate.ledger.canonical import closing_time, render_texts
from tillgate.ledger.closed_sales import ClosedSales
from tillgate.ledger.parts import copied, merged
from tillgate.ledger.sale import DECODER, Sale
from tillgate.ledger.staging import SettledSale, stage_settled

# Some ten kilobytes a row, held twice.
_CHUNK = 500

Day = tuple[int, date]

CLOSED = (
    "business day {day} is closed: it is final",
    "sales of open days, or a `correction` record that gives the reason",
)

_CONFLICTING = """
SELECT i.origin, i.business_location_id, i.account_reference, i.recorded_at, i.business_date,
    p.derived_date, i.body, old.recorded_at AS old_recorded_at,
    old.business_date AS old_business_date, old.body AS old_body, p.closed_position,
    p.known_date
FROM incoming_plan p
JOIN incoming_sale i ON i.origin = p.origin
LEFT JOIN ledger_opensale old ON old.business_location_id = i.business_location_id
    AND old.account_reference = i.account_reference
WHERE p.verdict = 'merge'
ORDER BY i.business_location_id, p.closed_position, i.account_reference COLLATE "C", i.origin
"""


class DatedSale(NamedTuple):
    """A sale and its business date, None where a record does not say."""

    sale: Sale
    business_date: date | None


def merge_dated(old: DatedSale, new: DatedSale) -> DatedSale:
    """The new one and what only the old one says; its date only holds for the same closing."""
    day = new.business_date
    if day is None and closing_time(old.sale) == closing_time(new.sale):
        day = old.business_date
    return DatedSale(merged(old.sale, new.sale), day)


def settle_conflicts(connection: Connection[Any], closed: set[Day], tally: Tally) -> set[Day]:
    """Settle what `incoming_plan` says is to be merged; returns the open days that changed."""
    touched: set[Day] = set()
    chunk: list[SettledSale] = []
    final = ClosedSales(connection)
    for rows in _each_sale(connection):
        sale = _settle_one(rows, _known(rows, final), closed, touched, tally)
        if sale is not None:
            chunk.append(sale)
        if len(chunk) >= _CHUNK:
            stage_settled(connection, chunk)
            chunk.clear()
    stage_settled(connection, chunk)
    return touched


def _each_sale(connection: Connection[Any]) -> Iterator[list[Any]]:
    with connection.cursor("conflicting", row_factory=namedtuple_row) as cursor:
        cursor.itersize = _CHUNK
        cursor.execute(sql.SQL(_CONFLICTING))
        for _, rows in groupby(cursor, key=itemgetter(1, 2)):
            yield list(rows)


def _settle_one(
    rows: list[Any],
    known: Recorded[DatedSale] | None,
    closed: set[Day],
    touched: set[Day],
    tally: Tally,
) -> SettledSale | None:
    """Take the records of one sale in their order; what it has come to be, if it changed."""
    now = known
    for row in rows:
        given = Recorded(
            row.recorded_at, DatedSale(DECODER.decode(row.body), row.business_date), row.origin
        )
        try:
            outcome, after = settle(now, given, merge_dated)
        except Contradiction:
            tally.refuse(row.origin, "recordedAt", *CONTRADICTED)
            continue
        if after.thing.business_date is None:
            after = after._replace(thing=after.thing._replace(business_date=row.derived_date))
        days = _days(row.business_location_id, now, after)
        if outcome in {Outcome.NEW, Outcome.CHANGED}:
            if _refuse_closed(days & closed, row.origin, tally):
                continue
            touched |= days
        elif days & closed:
            after = after._replace(recorded_at=now.recorded_at) if now else after
        tally.count(outcome)
        now = after
    if now is None or (known is not None and now[:2] == known[:2]) or rows[0].closed_position:
        return None
    return _settled(rows, now, known)


def _known(rows: Any, final: ClosedSales) -> Recorded[DatedSale] | None:
    first = rows[0]
    if first.closed_position:
        location, reference = first.business_location_id, first.account_reference
        body, at = final.fetch(location, first.closed_position, reference)
        return Recorded(at, DatedSale(DECODER.decode(body), first.known_date))
    if first.old_body is None:
        return None
    sale = DatedSale(DECODER.decode(first.old_body), first.old_business_date)
    return Recorded(first.old_recorded_at, sale)


def _days(
    location: int, before: Recorded[DatedSale] | None, after: Recorded[DatedSale]
) -> set[Day]:
    dates = {each.thing.business_date for each in (before, after) if each is not None}
    return {(location, day) for day in dates if day is not None}


def _refuse_closed(days: set[Day], origin: int, tally: Tally) -> bool:
    for _, day in sorted(days):
        tally.refuse(origin, "sale", CLOSED[0].format(day=day), CLOSED[1])
        return True
    return False


def _settled(rows: Any, now: Recorded[DatedSale], known: Recorded[DatedSale] | None) -> SettledSale:
    sale, business_date = now.thing
    assert business_date is not None  # every record has a derived one
    old_references = known.thing.sale.external_references if known else UNSET
    account, kind, references = sale.account_fisc_id, sale.type, sale.external_references
    closed_at: datetime = closing_time(sale)
    texts = render_texts(copied(sale))
    return SettledSale(
        rows[0].business_location_id,
        sale.account_reference,
        account,
        business_date,
        closed_at,
        kind,
        now.recorded_at,
        texts.digest,
        texts.payments_start,
        texts.payments_end,
        list(references or ()),
        texts.lean,
        texts.body,
        known is not None,
        list(old_references or ()),
    )
