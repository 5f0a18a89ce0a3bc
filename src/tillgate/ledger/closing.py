"""Closing a business day: its open rows become one immutable document, in one transaction.

The caller's transaction may see the location. Killed at any point, the day is open or it is whole.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import Connection

from tillgate.foundation import clock
from tillgate.ledger.calendar import Calendar
from tillgate.ledger.document import (
    NO_DIGEST,
    DayFacts,
    Document,
    KeptSale,
    cut_sale,
    has_strays,
    make_document,
    milliseconds,
)
from tillgate.ledger.frames import Facts
from tillgate.ledger.locks import lock_locations
from tillgate.ledger.lookup import key_of, short
from tillgate.ledger.month_writing import write_month
from tillgate.ledger.personal import Collected, PersonalPart, pack_values
from tillgate.ledger.signing import signer

_IS_CLOSED = """
SELECT EXISTS (SELECT FROM ledger_closedday WHERE business_location_id = %s AND business_date = %s)
"""

_OPEN_DAY = """
SELECT starts_at, ends_at, last_fed_at, closed_at, closed_by FROM ledger_businessday
WHERE business_location_id = %s AND business_date = %s
"""

_MARKED = """
SELECT business_date FROM ledger_businessday
WHERE business_location_id = %s AND closed_at IS NOT NULL ORDER BY closed_at, business_date
"""

_HEAD = """
SELECT position, digest FROM ledger_closedday WHERE business_location_id = %s
ORDER BY position DESC LIMIT 1
"""

_CURRENCY = "SELECT currency FROM directory_businesslocation WHERE business_location_id = %s"

# A group whose code is the account of a tender is not sold but owed: its money comes back as that
# tender.
_TENDER_ACCOUNTS = """
SELECT DISTINCT body::json ->> 'accountingReference' FROM catalogue_paymentmethod
WHERE business_location_id = %s AND body::json ->> 'accountingReference' <> '' ORDER BY 1
"""

_SALES = """
SELECT account_reference, account_id, closed_at, recorded_at, digest, payments_start,
    payments_end, lean, body, moved_by
FROM ledger_opensale WHERE business_location_id = %s AND business_date = %s
"""

_INSERT_DAY = """
INSERT INTO ledger_closedday (business_location_id, business_date, revision, position, starts_at,
    ends_at, last_fed_at, closed_at, closed_by, first_closed_at, last_closed_at, sale_count, strays,
    key_id, digest, previous_digest, signature, spans, manifest, part_hashes, totals, data,
    reference_keys, account_keys, contents, closings)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %b, %b, %b, %b, %b, %b, %b, %b,
    %s, %s, %s, %s)
"""

_INSERT_FIGURES = """
INSERT INTO ledger_dayfigures (business_location_id, business_date, revision, figures)
VALUES (%s, %s, %s, %b)
"""

_INSERT_KEY = """
INSERT INTO ledger_signingkey (key_id, public, first_used_at) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING
"""

_INSERT_PARTS = """
INSERT INTO ledger_personalpart (business_location_id, business_date, number, person, salt,
    part_values)
SELECT %s, %s, p.number, p.person, p.salt, p.part_values
FROM unnest(%s::int[], %s::text[], %s::bytea[], %s::bytea[])
    AS p (number, person, salt, part_values)
"""

_MOVE_REFERENCES = """
WITH moved AS (
    DELETE FROM ledger_externalreference r USING ledger_opensale s
    WHERE s.business_location_id = %(location)s AND s.business_date = %(day)s
      AND r.business_location_id = %(location)s
      AND r.account_reference = s.account_reference
    RETURNING r.reference, r.account_reference
)
INSERT INTO ledger_closedreference (business_location_id, reference, account_reference)
SELECT %(location)s, reference, account_reference FROM moved
ON CONFLICT DO NOTHING
"""

_REMOVE_SALES = """
DELETE FROM ledger_opensale WHERE business_location_id = %s AND business_date = %s
"""

_REMOVE_DAY = """
DELETE FROM ledger_businessday WHERE business_location_id = %s AND business_date = %s
"""


class IndexRow(NamedTuple):
    """How a sale is found again."""

    reference_key: int
    account_key: int
    content: int
    closing: int


class Beside(NamedTuple):
    """What is kept with a document without being part of it; `entries` are of its new sales."""

    last_fed_at: datetime
    strays: bool
    entries: Sequence[IndexRow]


class Head(NamedTuple):
    """The end of a location's chain; position 0 when nothing has been closed yet."""

    position: int
    digest: bytes


class _Day(NamedTuple):
    """An open day on its way to be closed."""

    starts_at: datetime
    ends_at: datetime
    last_fed_at: datetime
    closed_at: datetime | None
    closed_by: str


def close_day(  # noqa: PLR0913  what, and by whom
    connection: Connection[Any],
    location: int,
    business_date: date,
    *,
    calendar: Calendar,
    closed_by: str,
    now: datetime | None = None,
) -> bool:
    """Close one day by `feed` or `clock`; whether it was open until now.

    Days that version 0.1 marked as closed, and whose rows are still there, become documents first,
    each with the time and cause that it was marked with.
    """
    lock_locations(connection, [location])
    close_marked(connection, location, calendar)
    if connection.execute(_IS_CLOSED, (location, business_date)).fetchall()[0][0]:
        return False
    day = _day(connection, location, business_date, calendar)
    closed_at = whole_milliseconds(now or clock.now())
    day = day._replace(closed_at=closed_at, closed_by=closed_by)
    _close(connection, day, location, business_date)
    return True


def close_marked(connection: Connection[Any], location: int, calendar: Calendar) -> int:
    """Make the documents of days that version 0.1 only marked as closed; how many there were."""
    marked = connection.execute(_MARKED, (location,)).fetchall()
    for (day,) in marked:
        _close(connection, _day(connection, location, day, calendar), location, day)
    return len(marked)


def _close(connection: Connection[Any], day: "_Day", location: int, business_date: date) -> None:
    assert day.closed_at is not None
    head = fetch_head(connection, location)
    facts = DayFacts(
        business_location_id=location,
        business_date=business_date,
        currency=connection.execute(_CURRENCY, (location,)).fetchall()[0][0],
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        closed_at=whole_milliseconds(day.closed_at),
        cause=day.closed_by,
        position=head.position + 1,
        previous_digest=head.digest,
        gift_card_groups=fetch_gift_card_groups(connection, location),
    )
    collected, index = Collected(), list[IndexRow]()
    sales = list(_kept(connection, facts, collected, index))
    document = make_document(facts, sales, collected)
    strays = has_strays(facts, sales)
    write_document(connection, facts, document, Beside(day.last_fed_at, strays, index))
    write_month(connection, location, business_date)
    _remove_open_rows(connection, location, business_date)


def _day(
    connection: Connection[Any], location: int, business_date: date, calendar: Calendar
) -> _Day:
    row = connection.execute(_OPEN_DAY, (location, business_date)).fetchone()
    if row is not None:
        return _Day(*row)
    # A day that nothing was fed for was last fed when it ended.
    start, end = calendar.start(business_date), calendar.end(business_date)
    return _Day(start, end, end, None, "")


def fetch_head(connection: Connection[Any], location: int) -> Head:
    """The end of a location's chain; the caller holds the location's lock."""
    row = connection.execute(_HEAD, (location,)).fetchone()
    return Head(row[0], bytes(row[1])) if row else Head(0, NO_DIGEST)


def fetch_gift_card_groups(connection: Connection[Any], location: int) -> tuple[str, ...]:
    """The codes of accounting groups that are gift cards: each is the account of a tender."""
    return tuple(code for (code,) in connection.execute(_TENDER_ACCOUNTS, (location,)))


def whole_milliseconds(instant: datetime) -> datetime:
    """The instant without what no document can say."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _kept(
    connection: Connection[Any], facts: DayFacts, collected: Collected, index: list[IndexRow]
) -> Iterator[KeptSale]:
    key = (facts.business_location_id, facts.business_date)
    for row in connection.execute(_SALES, key):
        reference, account, closed_at, recorded_at, digest, start, end, lean, body, by = row
        told = Facts(account, milliseconds(closed_at), milliseconds(recorded_at), by or 0)
        index.append(IndexRow(key_of(reference), key_of(account), short(digest), told.closed))
        yield cut_sale(body.encode(), lean[start:end].encode(), told, collected)


def write_document(
    connection: Connection[Any],
    facts: DayFacts,
    document: Document,
    beside: Beside,
) -> None:
    """Sign a document and add it to its location's chain, with its personal parts."""
    key = signer()
    connection.execute(_INSERT_KEY, (key.key_id, key.public, facts.closed_at))
    values = (
        facts.business_location_id,
        facts.business_date,
        facts.revision,
        facts.position,
        facts.starts_at,
        facts.ends_at,
        beside.last_fed_at,
        facts.closed_at,
        facts.cause,
        document.first_closed_at,
        document.last_closed_at,
        document.sale_count,
        beside.strays,
        key.key_id,
        document.digest,
        facts.previous_digest,
        key.sign(document.manifest),
        document.spans,
        document.manifest,
        document.part_hashes,
        document.totals,
        document.data,
        *_columns(beside.entries),
    )
    connection.execute(_INSERT_DAY, values)
    # Where there are none they are made from the document whenever they are asked for.
    if document.figures:
        connection.execute(_INSERT_FIGURES, (*values[:3], document.figures))
    _write_parts(connection, facts, document.parts)


def _write_parts(
    connection: Connection[Any], facts: DayFacts, parts: Sequence[PersonalPart]
) -> None:
    if not parts:
        return
    packed = (part._replace(values=pack_values(part.values)) for part in parts)
    columns = [list(column) for column in zip(*packed, strict=True)]
    key = (facts.business_location_id, facts.business_date)
    connection.execute(_INSERT_PARTS, (*key, *columns))


def _columns(index: Sequence[IndexRow]) -> list[list[int]]:
    return [list(column) for column in zip(*index, strict=True)] or [[], [], [], []]


def _remove_open_rows(connection: Connection[Any], location: int, business_date: date) -> None:
    connection.execute(_MOVE_REFERENCES, {"location": location, "day": business_date})
    connection.execute(_REMOVE_SALES, (location, business_date))
    connection.execute(_REMOVE_DAY, (location, business_date))
