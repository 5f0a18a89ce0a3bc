"""Changing the books: recording sales, closing business days.

Django-free: plain connections of the ledger role. `record_sales` and `close_days` work inside the
caller's transaction, which may see the locations and holds their locks; `close_due_days` makes its
own.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from psycopg import Connection

from tillgate.foundation import clock
from tillgate.foundation.event_rows import add_event
from tillgate.foundation.postgres.sessions import scoped
from tillgate.foundation.settling import Outcome, Tally
from tillgate.ledger.calendar import ONE_DAY, Calendar
from tillgate.ledger.calendars import fetch_calendars
from tillgate.ledger.closing import close_day, close_marked
from tillgate.ledger.locks import lock_locations
from tillgate.ledger.recording import record_staged_sales

# Some weeks: whoever feeds the location waits for the transaction that closes them.
_AT_ONCE = 31


class ClosedDay(NamedTuple):
    """The back office says that a business day is final."""

    origin: int
    business_location_id: int
    business_date: date
    recorded_at: datetime


_FIRST_DAYS = """
SELECT business_location_id, since FROM directory_businesslocation
WHERE business_location_id = any(%s)
"""

_CLOCK = """
SELECT l.since, l.until, l.close_after_hours, greatest(l.first_fed_at, max(d.last_fed_at) FILTER (
    WHERE d.last_fed_at > d.ends_at + l.close_after_hours * interval '1 hour'))
FROM directory_businesslocation l LEFT JOIN (
    SELECT business_location_id, ends_at, last_fed_at FROM ledger_businessday
    UNION ALL
    SELECT business_location_id, ends_at, last_fed_at FROM ledger_closedday WHERE revision = 1
) d USING (business_location_id)
WHERE business_location_id = %s AND l.close_after_hours IS NOT NULL
GROUP BY l.since, l.until, l.close_after_hours, l.first_fed_at
"""

_DAYS = """
SELECT business_date, last_fed_at, closed_at IS NOT NULL FROM ledger_businessday
WHERE business_location_id = %(location)s
UNION ALL
SELECT business_date, last_fed_at, true FROM ledger_closedday
WHERE business_location_id = %(location)s AND revision = 1
"""


def record_sales(connection: Connection[Any]) -> Tally:
    """Bring the sales of `staging` into open days; keep nothing when the tally refuses any.

    The same sale again changes nothing, and other content under the same account reference is
    settled as `foundation.settling` says, with the parts of `parts.py` as what may be added.
    Refused are: an unknown location, amounts in another currency than the location's, a day
    before the location's first one (a lenient sale moves that instead), a change in a closed day,
    and an account id that is known under another reference.
    """
    return record_staged_sales(connection)


def close_days(connection: Connection[Any], days: Sequence[ClosedDay]) -> Tally:
    """Close days as the back office says, empty ones too; again changes nothing."""
    tally = Tally()
    locations = list({day.business_location_id for day in days})
    first: dict[int, date] = dict(connection.execute(_FIRST_DAYS, (locations,)))
    calendars = fetch_calendars(connection, locations)
    for day in days:
        problem = _closing_problem(day, first, calendars)
        if problem:
            tally.refuse(day.origin, *problem)
            continue
        calendar = calendars[day.business_location_id]
        location, date_ = day.business_location_id, day.business_date
        closed = close_day(connection, location, date_, calendar=calendar, closed_by="feed")
        tally.count(Outcome.NEW if closed else Outcome.UNCHANGED)
    return tally


def _closing_problem(
    day: ClosedDay, first: dict[int, date], calendars: dict[int, Calendar]
) -> tuple[str, str, str] | None:
    location, date_ = day.business_location_id, day.business_date
    if location not in first:
        problem = f"location {location} is not known"
        return "businessLocationId", problem, "feed its `location` record first"
    if date_ < first[location]:
        problem = f"{date_} is before the location's first business day, {first[location]}"
        return "businessDate", problem, "a business date from that day on"
    if day.recorded_at < calendars[location].start(date_):
        problem = f"business day {date_} had not begun when this was recorded"
        return "businessDate", problem, "a business day that has begun"
    return None


def close_due_days(connection: Connection[Any], *, now: datetime | None = None) -> int:
    """Close, at every location, what its clock says is due; returns how many days.

    A day is due so many hours after its end or its last feed. One for which nothing came is due as
    well, but not while the history of the location may still be on its way: until so many hours
    after it was first fed, and after anything was last fed for a day long past. After the last day
    of a location there are only days that something came for.
    """
    at, closed = now or clock.now(), 0
    ids = [row[0] for row in connection.execute("SELECT directory_location_ids()").fetchall()]
    connection.commit()
    for location in ids:
        while days := _close_some(connection, location, at):
            closed += days
    return closed


def _close_some(connection: Connection[Any], location: int, now: datetime) -> int:
    """Close the next days that are due, in a transaction of their own; how many they were."""
    with scoped(connection, [location]):
        lock_locations(connection, [location])
        calendar = fetch_calendars(connection, [location])[location]
        close_marked(connection, location, calendar)
        days = _close_due(connection, location, calendar, now)
        if days:
            add_event(
                connection,
                kind="ledger:days:closed",
                subject=f"location:{location}",
                actor="clock",
                data={"business_dates": [day.isoformat() for day in days]},
            )
    return len(days)


def _close_due(
    connection: Connection[Any], location: int, calendar: Calendar, now: datetime
) -> list[date]:
    row = connection.execute(_CLOCK, (location,)).fetchone()
    if row is None:
        return []
    since, until, hours, quiet_since = row
    wait = timedelta(hours=hours)
    rows = connection.execute(_DAYS, {"location": location})
    known = {day: (fed, closed) for day, fed, closed in rows}
    first = min([since, *known])
    days = (
        day
        for day in _past_days(calendar, first, now)
        if until is None or day <= until or day in known
    )
    due = (
        day
        for day in days
        if _is_due(known.get(day, (quiet_since, False)), end=calendar.end(day), by=now - wait)
    )
    closing = list(islice(due, _AT_ONCE))
    for day in closing:
        close_day(connection, location, day, calendar=calendar, closed_by="clock", now=now)
    return closing


def _past_days(calendar: Calendar, first: date, now: datetime) -> list[date]:
    today = calendar.day_of(now)
    return [first + n * ONE_DAY for n in range((today - first).days)]


def _is_due(known: tuple[datetime, bool], *, end: datetime, by: datetime) -> bool:
    fed, closed = known
    return not closed and max(end, fed) <= by
