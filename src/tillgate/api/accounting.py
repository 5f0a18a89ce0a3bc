"""Our own accounting endpoints: the state of days, and what was closed and corrected.

Business dates bound a range, both included. Unknown parameters are refused.
"""

from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.books import books_of
from tillgate.api.call import Call
from tillgate.api.params import Parameters, reading
from tillgate.api.plane import Plane
from tillgate.api.readers import (
    MAX_RANGE,
    BusinessDate,
    Flag,
    Id,
    Instant,
    check_dates,
    clamped,
    whole,
)
from tillgate.api.turns import sum_turn
from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant
from tillgate.ledger.amounts import cents, micro
from tillgate.ledger.beside_reads import fetch_faults, fetch_stray_parts
from tillgate.ledger.calendar import ONE_DAY
from tillgate.ledger.day_reads import ClosedRow, DayRow, fetch_changes, fetch_days
from tillgate.ledger.proof import Proof

_USUAL_RANGE = timedelta(days=30)
_MOST = 366
# Comparing a document of some hundred sales takes some forty milliseconds.
_MOST_CHECKED = 10


class DaysParameters(Parameters, frozen=True):
    """Which days, and as of when; without dates the last 31 days."""

    business_location_id: Id
    from_: BusinessDate | None = field(name="from", default=None)
    to: BusinessDate | None = None
    as_of: Instant | None = None
    cursor: BusinessDate | None = None
    page_size: Annotated[int, reading(clamped(_MOST))] = 100

    def __post_init__(self) -> None:
        check_dates(self.from_, self.to, MAX_RANGE)


class ChangesParameters(Parameters, frozen=True):
    """From which position of the chain on, and whether to compare what lies beside documents."""

    business_location_id: Id
    since: Annotated[int, reading(whole(0))] = 0
    page_size: Annotated[int, reading(clamped(_MOST))] = 100
    check_index: Flag = False


async def get_days(plane: Plane, _call: Call, grant: Grant, asked: DaysParameters) -> bytes:
    """The days of a range that have begun, each with its state; closed ones with their proof."""
    rows = await days_asked_for(plane, grant, asked)
    items = [_day(row) for row in rows[: asked.page_size]]
    further = rows[asked.page_size :]
    body: dict[str, object] = {"items": items}
    if further:
        body["next"] = further[0].business_date
    return msgspec.json.encode(body)


async def days_asked_for(plane: Plane, grant: Grant, asked: DaysParameters) -> list[DayRow]:
    """The days of a page, and where there are more, the one that the next page begins with."""
    location = asked.business_location_id
    books = await books_of(plane, grant, location)
    now = clock.now()
    first, last = _range(asked, books.calendar.day_of(now), books.since)
    if books.until is None or last <= books.until:
        last = min(last, first + asked.page_size * ONE_DAY)
    return await fetch_days(
        plane.pool,
        grant.locations,
        location,
        (first, last),
        books.calendar,
        until=books.until,
        now=now,
        as_of=asked.as_of,
    )


def _range(asked: DaysParameters, today: date, since: date) -> tuple[date, date]:
    """The first and the last business date that are asked for."""
    last = asked.to or (asked.from_ + _USUAL_RANGE if asked.from_ else today)
    first = asked.from_ or last - _USUAL_RANGE
    return max(first, since, asked.cursor or first), last


def _day(row: DayRow) -> dict[str, object]:
    told: dict[str, object] = {
        "businessDate": row.business_date,
        "state": row.state,
        "startsAt": format_instant(row.starts_at),
        "endsAt": format_instant(row.ends_at),
        "sales": row.sales,
    }
    if row.closed is not None:
        told |= _document(row.closed)
        told["totals"] = _totals(row.closed.manifest.proof)
    return told


def _document(row: ClosedRow) -> dict[str, object]:
    manifest = row.manifest
    told: dict[str, object] = {
        "revision": manifest.revision,
        "closedAt": manifest.closed_at,
        "cause": manifest.cause,
        "position": manifest.position,
        "digest": row.digest.hex(),
        "previousDigest": manifest.previous_digest,
        "keyId": row.key_id,
    }
    if manifest.corrects is not None:
        told["corrects"] = manifest.corrects
    return told


def _totals(proof: Proof) -> dict[str, object]:
    sold = {name: cents(micro(text)) for name, text in msgspec.to_builtins(proof.sold).items()}
    return {
        **sold,
        "rest": cents(micro(proof.rest)),
        "balances": proof.balances,
    }


async def get_changes(plane: Plane, _call: Call, grant: Grant, asked: ChangesParameters) -> bytes:
    """What was closed and corrected after a position, in the order in which it was."""
    await books_of(plane, grant, asked.business_location_id)
    location, size = asked.business_location_id, asked.page_size
    page = {"since": asked.since, "limit": min(size, _MOST_CHECKED) if asked.check_index else size}
    rows = await fetch_changes(plane.pool, grant.locations, location, **page)
    items = [{"businessDate": row.business_date, **_document(row)} for row in rows]
    reached = rows[-1].manifest.position if rows else asked.since
    body: dict[str, object] = {"items": items, "next": reached}
    if asked.check_index:
        async with sum_turn(plane):
            found = await fetch_faults(plane.pool, grant.locations, location, **page)
        for item, faults in zip(items, found, strict=False):
            item["indexFaults"] = faults
        body["strayParts"] = await fetch_stray_parts(plane.pool, grant.locations, location)
    return msgspec.json.encode(body)
