"""Business days and their changes as the API plane reads them: states, manifests, the chain."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from tillgate.foundation.postgres.pools import Pool, read, read_each
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.calendar import ONE_DAY, Calendar
from tillgate.ledger.document import Manifest

_MANIFEST = msgspec.json.Decoder(Manifest)

_CLOSED = """
SELECT DISTINCT ON (business_date) business_date, digest, key_id, manifest FROM ledger_closedday
WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {last}
  AND ({as_of}::timestamptz IS NULL OR closed_at <= {as_of})
ORDER BY business_date, revision DESC
"""

_OPEN = """
SELECT business_date, count(*) FROM ledger_opensale
WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {last}
GROUP BY business_date
"""

_CHANGES = """
SELECT business_date, digest, key_id, manifest FROM ledger_closedday
WHERE business_location_id = {location} AND position > {since} ORDER BY position LIMIT {limit}
"""


class DayState(StrEnum):
    """What a merchant may expect of a day."""

    OPEN = "open"
    PROVISIONAL = "provisional"
    CLOSED = "closed"


class ClosedRow(NamedTuple):
    """A document, by what stands for it."""

    business_date: date
    digest: bytes
    key_id: str
    manifest: Manifest


class DayRow(NamedTuple):
    """A day with its state; `closed` is None while it is not, `sales` counts what is there."""

    business_date: date
    state: DayState
    starts_at: datetime
    ends_at: datetime
    sales: int
    closed: ClosedRow | None


async def fetch_days(  # noqa: PLR0913  who may see, where, which days, and as of when
    pool: Pool,
    locations: Collection[int],
    location: int,
    days: tuple[date, date],
    calendar: Calendar,
    *,
    until: date | None = None,
    now: datetime,
    as_of: datetime | None = None,
) -> list[DayRow]:
    """Every business day from the first to the last one that has begun, in order.

    After `until`, the location's last one, only those on which something was booked all the same.
    With `as_of` a day is as it was then: an earlier revision, or not yet closed. Of the future
    nothing is known: a later instant than `now` is as good as none.
    """
    values = {"location": location, "first": days[0], "last": days[1]}
    closed, opened = await read_each(
        pool, locations, [query(_CLOSED, **values, as_of=as_of), query(_OPEN, **values)]
    )
    documents = {row.business_date: row for row in _rows(closed)}
    counts: dict[date, int] = dict(opened)
    found = _each_day(days, calendar, documents, counts, min(as_of or now, now))
    return [row for row in found if is_there(row.business_date, until, row.closed or row.sales)]


def is_there(day: date, until: date | None, booked: object) -> bool:
    """Whether a location that ended with `until`, if it did, has such a day."""
    return until is None or day <= until or bool(booked)


def _each_day(
    days: tuple[date, date],
    calendar: Calendar,
    documents: dict[date, ClosedRow],
    counts: dict[date, int],
    now: datetime,
) -> Iterator[DayRow]:
    day = days[0]
    while day <= days[1] and calendar.start(day) <= now:
        start, end, closed = calendar.start(day), calendar.end(day), documents.get(day)
        if closed is not None:
            sales = int(closed.manifest.sales["count"])
            yield DayRow(day, DayState.CLOSED, start, end, sales, closed)
        else:
            state = DayState.PROVISIONAL if end <= now else DayState.OPEN
            yield DayRow(day, state, start, end, counts.get(day, 0), None)
        day += ONE_DAY


async def fetch_changes(
    pool: Pool, locations: Collection[int], location: int, *, since: int, limit: int
) -> list[ClosedRow]:
    """The documents after a position of the chain, in the order in which they came."""
    wanted = query(_CHANGES, location=location, since=since, limit=limit)
    return _rows(await read(pool, locations, wanted))


def _rows(rows: list[tuple[Any, ...]]) -> list[ClosedRow]:
    return [
        ClosedRow(day, bytes(digest), key, _MANIFEST.decode(bytes(manifest)))
        for day, digest, key, manifest in rows
    ]
