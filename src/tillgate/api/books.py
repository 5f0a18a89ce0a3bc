"""What the financial endpoints share: the location's books, its days, and times as it sees them."""

from datetime import date, datetime, timedelta
from time import monotonic

from tillgate.access.reads import Grant
from tillgate.api.errors import LocationNotFound
from tillgate.api.plane import Plane
from tillgate.foundation import clock
from tillgate.ledger.calendar import Calendar
from tillgate.ledger.parts import Part
from tillgate.ledger.reads import LocationBooks, fetch_books
from tillgate.ledger.render import View, view_of
from tillgate.ledger.spans import Span

_MOMENT = timedelta(microseconds=1)


def view_for(grant: Grant, include: frozenset[Part], *, v2: bool = False) -> View:
    """What of the parts asked for is shown to whom the grant belongs."""
    return view_of(
        include,
        staff=grant.staff,
        consumers=grant.consumers,
        authorizations=grant.authorizations,
        v2=v2,
    )


async def books_of(plane: Plane, grant: Grant, location: int) -> LocationBooks:
    """The books of a location; one that the feed has not brought yet is as good as unknown."""
    key = (location, grant.locations)
    books = plane.books.get(key)
    if books is None:
        read_at = monotonic()
        books = await fetch_books(plane.pool, grant.locations, location)
        if books is None:
            raise LocationNotFound(location)
        plane.books.put(key, books, read_at=read_at)
    return books


def day_span(calendar: Calendar, day: date | None) -> tuple[Span, date]:
    """A business date as a span; without one, the day that runs now."""
    day = day or calendar.day_of(clock.now())
    return Span(calendar.start(day), calendar.end(day), day), day


def days_of(calendar: Calendar, span: Span) -> tuple[date, date]:
    """The first and the last business date that a span touches; an empty one touches its start."""
    if span.business_date is not None:
        return span.business_date, span.business_date
    last = max(span.end - _MOMENT, span.start)
    return calendar.day_of(span.start), calendar.day_of(last)


def next_start_of_day(calendar: Calendar, span: Span) -> str:
    """When the day after the last one of a span starts; after today's, when that comes first.

    In local time with its offset, `Z` where that is none: `2023-07-28T05:30:00-05:00`.
    """
    day = span.business_date
    if day is None:
        last = max(min(span.end - _MOMENT, clock.now()), span.start)
        day = calendar.day_of(last)
    return _local(calendar.local(calendar.end(day)))


def _local(moment: datetime) -> str:
    text = moment.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
