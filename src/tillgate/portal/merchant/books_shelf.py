"""The books that somebody opens: a location of theirs, or there is no such page."""

import re
from datetime import date
from typing import NamedTuple

from django.http import Http404, HttpRequest

from tillgate.directory.models import BusinessLocation
from tillgate.directory.queries import locations_with_books_for
from tillgate.foundation import clock
from tillgate.ledger.calendar import Calendar
from tillgate.ledger.queries import calendar_of, last_booked
from tillgate.portal.page import person_of

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Shelf(NamedTuple):
    """A location whose books are open, and among which others; its first day.

    `today` is its present one, or the last one that it had.
    """

    place: BusinessLocation
    others: list[BusinessLocation]
    calendar: Calendar
    first: date
    today: date


def shelf_or_404(request: HttpRequest, location_id: int) -> Shelf:
    """The books of a location that the person may read."""
    places = locations_with_books_for(person_of(request))
    return shelf_of(place_or_404(places, str(location_id)), places)


def place_or_404(places: list[BusinessLocation], location: str) -> BusinessLocation:
    """The one of these that has this number."""
    for place in places:
        if str(place.pk) == location:
            return place
    raise Http404


def shelf_of(place: BusinessLocation, places: list[BusinessLocation]) -> Shelf:
    """The books of one of these locations."""
    calendar = calendar_of(place.pk)
    today = calendar.day_of(clock.now())
    if place.until and place.until < today:
        today = min(today, max(place.until, last_booked(place.pk) or place.until))
    return Shelf(place, places, calendar, place.since, today)


def read_date(text: str) -> date | None:
    """A date written in full: the weeks and shorter forms of the standard are none here."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
