"""The books as a merchant reads them: a month of days, and one day with its proof."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse

from tillgate.directory.queries import locations_with_books_for
from tillgate.foundation import clock
from tillgate.foundation.sandbox_ids import is_sandbox_id
from tillgate.ledger.queries import (
    Glance,
    NoSuchRevision,
    day_in_full,
    days_at_a_glance,
)
from tillgate.portal.merchant.books_day import DayShown, day_shown
from tillgate.portal.merchant.books_files import SHELVES, file_response
from tillgate.portal.merchant.books_month import (
    after,
    before,
    first_of,
    last_of,
    month_name,
    month_shown,
    months,
)
from tillgate.portal.merchant.books_shelf import (
    Shelf,
    place_or_404,
    read_date,
    shelf_of,
    shelf_or_404,
)
from tillgate.portal.page import go, page, person_of

_MOST_DIGITS = 4


def books(request: HttpRequest) -> HttpResponse:
    """Where the books begin: the location asked for, else the first; also where a choice leads."""
    places = locations_with_books_for(person_of(request))
    if not places:
        return render(request, "portal/books/none.html")
    location, month = request.GET.get("location"), request.GET.get("month")
    place = places[0] if location is None else place_or_404(places, location)
    if month is None:
        return _shown(request, shelf_of(place, places), None, None)
    if read_date(f"{month}-01") is None:
        raise Http404
    return go(request, reverse("books_when", args=[place.pk, month]))


def location_books(request: HttpRequest, location_id: int) -> HttpResponse:
    """The newest month of a location."""
    return _shown(request, shelf_or_404(request, location_id), None, None)


def books_when(request: HttpRequest, location_id: int, when: str) -> HttpResponse:
    """A month (`2026-11`) or a day (`2026-11-18`), in the revision asked for."""
    shelf = shelf_or_404(request, location_id)
    day = read_date(when)
    month = read_date(f"{when}-01") if day is None else day
    if month is None:
        raise Http404
    return _shown(request, shelf, first_of(month), day)


def books_file(
    request: HttpRequest, location_id: int, when: str, revision: int, name: str
) -> HttpResponse:
    """A file of a closed day, in a revision, to take away."""
    shelf, day = shelf_or_404(request, location_id), read_date(when)
    if day is None or revision >= 10**_MOST_DIGITS:
        raise Http404
    return file_response(request, shelf.place.pk, day, revision, name)


def _shown(
    request: HttpRequest, shelf: Shelf, month: date | None, day: date | None
) -> HttpResponse:
    if shelf.first > shelf.today or _is_outside(shelf, month, day):
        return _nothing(request, shelf, month)
    month = month or first_of(shelf.today)
    glances = days_at_a_glance(
        shelf.place.pk,
        (max(month, shelf.first), min(last_of(month), shelf.today)),
        shelf.calendar,
        until=shelf.place.until,
        now=clock.now(),
    )
    if day is not None and day not in {one.business_date for one in glances}:
        return _nothing(request, shelf, month)
    chosen = day or _newest_final(glances)
    full = _full(request, shelf, chosen, is_asked=day is not None)
    facts = _around(shelf, month) | {
        "month": month_shown(month, glances, chosen),
        "is_day": day is not None,
        "shown": full,
        "shelves": SHELVES,
    }
    return render(request, "portal/books/page.html", facts)


def _is_outside(shelf: Shelf, month: date | None, day: date | None) -> bool:
    """Whether what was asked for lies before the location's first day or after its present one."""
    if day is not None:
        return not shelf.first <= day <= shelf.today
    return month is not None and not first_of(shelf.first) <= month <= shelf.today


def _nothing(request: HttpRequest, shelf: Shelf, month: date | None) -> HttpResponse:
    """Words for a day or month that has no books; only a page that was asked for is missing."""
    facts = _around(shelf, None) | {"has_begun": shelf.first <= shelf.today}
    return render(request, "portal/books/no_day.html", facts, status=200 if month is None else 404)


def _newest_final(glances: list[Glance]) -> date | None:
    """What to look at first: the newest closed day, else the newest one with sales."""
    final = [one.business_date for one in glances if one.revision]
    sold = [one.business_date for one in glances if one.sales]
    found = final or sold
    return found[-1] if found else None


def _full(
    request: HttpRequest, shelf: Shelf, day: date | None, *, is_asked: bool
) -> DayShown | None:
    if day is None:
        return None
    revision = _revision(request.GET.get("revision")) if is_asked else None
    try:
        full = day_in_full(shelf.place, day, shelf.calendar, revision=revision, now=clock.now())
    except NoSuchRevision:
        raise Http404 from None
    return day_shown(full, shelf.place, shelf.calendar.rule(day).timezone)


def _revision(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise Http404
    return int(text)


def _around(shelf: Shelf, month: date | None) -> dict[str, Any]:
    """Which books these are, and where else one may turn."""
    rule = shelf.calendar.rule(min(last_of(month), shelf.today) if month else shelf.today)
    newest = first_of(shelf.today)
    earlier = before(month) if month else None
    later = after(month) if month else None
    return {
        "place": shelf.place,
        "places": shelf.others,
        "businesses": len({place.business_id for place in shelf.others}),
        "is_sandbox": is_sandbox_id(shelf.place.pk),
        "zone": rule.timezone,
        "day_start": rule.day_start,
        "first": shelf.first,
        "months": [(each, month_name(each)) for each in months(shelf.first, shelf.today)],
        "earlier": earlier if earlier and earlier >= first_of(shelf.first) else None,
        "later": later if later and later <= newest else None,
    }


PAGES: list[URLPattern] = [
    page("books/", books, name="books", may="books:read", methods=("GET",)),
    page(
        "books/<int:location_id>/",
        location_books,
        name="location_books",
        may="books:read",
        methods=("GET",),
    ),
    page(
        "books/<int:location_id>/<str:when>/",
        books_when,
        name="books_when",
        may="books:read",
        methods=("GET",),
    ),
    page(
        "books/<int:location_id>/<str:when>/<int:revision>/<str:name>",
        books_file,
        name="books_file",
        may="books:read",
        methods=("GET",),
    ),
]
